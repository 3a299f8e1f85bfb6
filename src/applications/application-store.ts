import type { TenantId } from '../tenants/tenant.ts';
import type { Application, RoleAssignment } from './application.ts';
import type { RegisteredClient } from './client.ts';

/**
 * Reads applications, clients and roles of one tenant.
 *
 * Throws StorageUnavailableError. Rows of other tenants are invisible.
 */
export interface ApplicationStore {
  /** A client with its application, digests and machine roles in one round trip. */
  findClient(tenantId: TenantId, clientId: string): Promise<RegisteredClient | undefined>;
  findByAudience(tenantId: TenantId, audience: string): Promise<Application | undefined>;
  /** Direct and group roles of an account in one application; one round trip, never cached. */
  rolesOfAccount(
    tenantId: TenantId,
    applicationId: string,
    accountId: string,
  ): Promise<RoleAssignment>;
  /** Ordered by client id. */
  listClients(tenantId: TenantId): Promise<RegisteredClient[]>;
  /** Ordered by key. */
  listApplications(tenantId: TenantId): Promise<Application[]>;
  /** Every role, as `application:role`, sorted. */
  listRoles(tenantId: TenantId): Promise<string[]>;
  /** Disables or enables; bumps the tenant's version. False when there is no such client. */
  setClientDisabled(tenantId: TenantId, clientId: string, disabled: boolean): Promise<boolean>;
  /**
   * Makes `digest` the current secret; the one before stays valid until `overlapUntil`.
   * Bumps the tenant's version. False when there is no such client.
   */
  rotateClientSecret(
    tenantId: TenantId,
    clientId: string,
    digest: string,
    overlapUntil: Date,
  ): Promise<boolean>;
}
