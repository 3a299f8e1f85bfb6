import type Provider from 'oidc-provider';
import { clientSecretDigest } from '../applications/client-secret.ts';
import { constantTimeEqual } from '../crypto/digest.ts';
import type { TenantCatalog } from './tenant-catalog.ts';

/**
 * Compares presented client secrets with their digests, since no secret is stored: HMAC-SHA-256
 * under the deployment's pepper, or one of where the tenant came from, in constant time. During an overlap the secret before the
 * current one works too.
 */
export function compareSecretDigests(
  deps: { catalog: TenantCatalog; peppers: () => readonly string[]; now: () => Date },
  provider: Provider,
): void {
  provider.Client.prototype.compareClientSecret = async function compareClientSecret(presented) {
    const registered = await deps.catalog.client(this.clientId);
    const digests = deps.peppers().map((pepper) => clientSecretDigest(pepper, presented));
    const now = deps.now();
    return (registered?.secretDigests ?? []).some(
      (one) =>
        digests.some((digest) => constantTimeEqual(one.digest, digest)) &&
        (one.expiresAt === undefined || one.expiresAt > now),
    );
  };
}
