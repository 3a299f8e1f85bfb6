import type Provider from 'oidc-provider';
import { sha256 } from '../crypto/digest.ts';
import type { TenantId } from '../tenants/tenant.ts';
import { tombstoneUntil } from './adapter.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { inProtocol } from './protocol-errors.ts';
import { artifactKey } from './stored-payload.ts';

/**
 * Makes the end of a session complete.
 *
 * The library deletes the session and leaves what was issued in it (our tokens are not bound to
 * the session's presence, because a session missing from Redis has not ended). So ending it
 * reaches, in the same step, every token issued without `offline_access`, and leaves a tombstone
 * that refuses what requests in flight are still writing.
 */
export function endSessionsCompletely(
  deps: { artifacts: Pick<ArtifactStore, 'endSession'>; now: () => Date },
  tenantId: TenantId,
  provider: Provider,
): void {
  const { prototype } = provider.Session;
  const destroy = prototype.destroy;
  prototype.destroy = async function destroySession(this: InstanceType<Provider['Session']>) {
    const grantKeys = Object.values(this.authorizations ?? {}).flatMap(({ grantId }) =>
      grantId === undefined ? [] : [artifactKey('Grant', grantId)],
    );
    await inProtocol(
      deps.artifacts.endSession(tenantId, sha256(this.uid), grantKeys, {
        tombstoneUntil: tombstoneUntil(deps.now()),
      }),
    );
    await destroy.call(this);
  };
}
