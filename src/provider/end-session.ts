import Provider from 'oidc-provider';
import { sha256 } from '../crypto/digest.ts';
import type { TenantId } from '../tenants/tenant.ts';
import { tombstoneUntil } from './adapter.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { mustFinishInProtocol } from './finish-in-protocol.ts';
import { inProtocol } from './protocol-errors.ts';
import { type QueueLogouts, type SessionSignIns, signInsOf } from './queue-logouts.ts';
import { artifactKey } from './stored-payload.ts';

export interface EndSessionDeps {
  readonly artifacts: Pick<ArtifactStore, 'endSession'>;
  readonly queueLogouts: QueueLogouts;
  readonly now: () => Date;
}

/** What ending a session needs to know of it. */
export interface EndingSession extends SessionSignIns {
  readonly uid: string;
  readonly authorizations?:
    | Readonly<
        Record<string, { readonly sid?: string | undefined; readonly grantId?: string | undefined }>
      >
    | undefined;
}

/**
 * Ends a session completely, on every replica and for good.
 *
 * Our tokens are not bound to the session's presence, because a session missing from Redis has not
 * ended. So ending it reaches, in the same step, every token issued without `offline_access`, and
 * leaves a tombstone that refuses what requests in flight are still writing. Clients that asked to
 * hear of it will.
 *
 * @throws StorageUnavailableError: try again
 */
export async function endSession(
  deps: EndSessionDeps,
  tenantId: TenantId,
  session: EndingSession,
): Promise<void> {
  const { uid, authorizations = {} } = session;
  await deps.queueLogouts(tenantId, signInsOf(session));
  const grantKeys = Object.values(authorizations).flatMap(({ grantId }) =>
    grantId === undefined ? [] : [artifactKey('Grant', grantId)],
  );
  await deps.artifacts.endSession(tenantId, sha256(uid), grantKeys, {
    tombstoneUntil: tombstoneUntil(deps.now()),
  });
}

/**
 * Makes the end of a session complete where the library ends it: it deletes the session alone, and
 * leaves what was issued in it.
 */
export function endSessionsCompletely(
  deps: EndSessionDeps,
  tenantId: TenantId,
  provider: Provider,
): void {
  const { prototype } = provider.Session;
  const destroy = prototype.destroy;
  prototype.destroy = async function destroySession(this: InstanceType<Provider['Session']>) {
    // Whoever comes back finds no session, and not the way to where the client wants them. Whoever
    // has gone is signed out all the same.
    if (Provider.ctx?.res.destroyed !== true) mustFinishInProtocol();
    // Nothing was issued in one that is nobody's. Anybody can have such ended, as often as they like,
    // and what keeps an ended one refused stays for days.
    if (this.accountId !== undefined) await inProtocol(endSession(deps, tenantId, this));
    await destroy.call(this);
  };
}
