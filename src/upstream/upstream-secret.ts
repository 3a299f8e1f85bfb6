import type { SealContext, Sealer } from '../crypto/sealing.ts';
import type { TenantId } from '../tenants/tenant.ts';
import type { UpstreamProvider } from './upstream.ts';

/** Seals our secret at a provider: what the provider's row holds. */
export function sealUpstreamSecret(
  sealer: Pick<Sealer, 'seal'>,
  tenantId: TenantId,
  key: string,
  secret: string,
): string {
  return sealer.seal(secret, upstreamSealContext(tenantId, key));
}

/** @throws SealError */
export function openUpstreamSecret(
  sealer: Pick<Sealer, 'open'>,
  { tenantId, key, sealedClientSecret }: UpstreamProvider,
): string {
  return sealer.open(sealedClientSecret, upstreamSealContext(tenantId, key));
}

/** Where the seal of our secret at a provider belongs. */
export function upstreamSealContext(tenant: TenantId, record: string): SealContext {
  return { tenant, purpose: 'upstream_client_secret', record, version: 1 };
}
