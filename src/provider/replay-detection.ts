import type Provider from 'oidc-provider';
import { sha256 } from '../crypto/digest.ts';
import type { TenantId } from '../tenants/tenant.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { inProtocol } from './protocol-errors.ts';

/**
 * Makes "seen before" one unique insert: the library looks and then writes, so that of two equal
 * assertions at once both would pass.
 *
 * @see RFC 7523, section 3, item 7
 */
export function detectReplaysAtomically(
  deps: { artifacts: Pick<ArtifactStore, 'insertOnce'>; now: () => Date },
  tenantId: TenantId,
  provider: Provider,
): void {
  provider.ReplayDetection.unique = (issuer, jti, expiresAtSeconds) =>
    inProtocol(
      deps.artifacts.insertOnce({
        tenantId,
        model: 'ReplayDetection',
        key: sha256(JSON.stringify([issuer, jti])),
        payload: {},
        expiresAt: new Date(expiresAtSeconds * 1000),
        startedAt: deps.now(),
      }),
    );
}
