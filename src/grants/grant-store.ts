import type { TenantId } from '../tenants/tenant.ts';
import type { GrantRequest, RecordedGrant } from './recorded-grant.ts';

/** Remembers what accounts allowed clients. Throws StorageUnavailableError. */
export interface GrantStore {
  find(tenantId: TenantId, accountId: string, clientId: string): Promise<RecordedGrant | undefined>;
  /**
   * Adds to what was allowed before (a union, atomic under concurrency) and returns the whole.
   * Throws NotFoundError when there is no such account or client.
   */
  add(
    tenantId: TenantId,
    accountId: string,
    clientId: string,
    allowed: GrantRequest,
  ): Promise<RecordedGrant>;
  /** What an account allowed each client, by client id. */
  listByAccount(tenantId: TenantId, accountId: string): Promise<RecordedGrant[]>;
  /** Forgets everything this account allowed this client; false when that was nothing. */
  remove(tenantId: TenantId, accountId: string, clientId: string): Promise<boolean>;
}
