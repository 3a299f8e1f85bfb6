import type { TenantId } from '../tenants/tenant.ts';
import type { UpstreamProvider } from './upstream.ts';

/**
 * Reads the upstream providers of one tenant; seeds write them. Throws StorageUnavailableError.
 * Rows of other tenants are invisible.
 */
export interface UpstreamProviderStore {
  /** Ordered by name, then key; disabled ones too. */
  list(tenantId: TenantId): Promise<UpstreamProvider[]>;
  /** Disables or enables; bumps the tenant's version. False when there is no such provider. */
  setDisabled(tenantId: TenantId, key: string, disabled: boolean): Promise<boolean>;
}
