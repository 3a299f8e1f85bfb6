import type { ParameterizedContext } from 'koa';
import type Provider from 'oidc-provider';
import { sha256 } from '../crypto/digest.ts';
import type { TenantId } from '../tenants/tenant.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { artifactKey } from './stored-payload.ts';

/** The request that the second factor was proved in. */
type RaisingRequest = Pick<ParameterizedContext, 'req' | 'res'> & {
  readonly state: { readonly startedAt: Date };
};

/**
 * Notes on a browser's session what has just been proved in it besides: whoever sets up a second
 * factor has proved it with that, and is not asked for it again in the next moment. When the person
 * signed in stays as it is.
 *
 * @param proved - all that the session has proved now
 * @returns false when the session has ended since the request began
 * @throws StorageUnavailableError
 */
export async function raiseSession(
  deps: { readonly artifacts: Pick<ArtifactStore, 'find' | 'save'> },
  provider: Provider,
  tenantId: TenantId,
  { req, res, state }: RaisingRequest,
  proved: { readonly accountId: string; readonly amr: readonly string[]; readonly acr: string },
): Promise<boolean> {
  const { jti, uid } = await provider.Session.get(provider.createContext(req, res));
  const key = artifactKey('Session', jti);
  // What is stored holds more than the library gives: how the session began, where it was seen.
  const stored = await deps.artifacts.find(tenantId, 'Session', key);
  if (stored === undefined || stored.payload.accountId !== proved.accountId) return false;
  const saved = await deps.artifacts.save({
    tenantId,
    model: 'Session',
    key,
    payload: { ...stored.payload, amr: proved.amr, acr: proved.acr },
    expiresAt: stored.expiresAt,
    sessionKey: sha256(uid),
    accountId: proved.accountId,
    endsWithSession: true,
    // An account that has ended since then refuses it: nothing comes back to life.
    startedAt: state.startedAt,
  });
  return saved === 'saved';
}
