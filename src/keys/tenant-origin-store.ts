import type { TenantId } from '../tenants/tenant.ts';

/** Sealed secrets of the deployments that tenants came from. Throws StorageUnavailableError. */
export interface TenantOriginStore {
  /** Of every tenant: replicas know them all, as they know their own secrets. */
  list(): Promise<
    {
      readonly tenantId: TenantId;
      readonly originId: TenantId;
      readonly sealedSecrets: string;
    }[]
  >;
}
