import type { ParameterizedContext } from 'koa';
import type Provider from 'oidc-provider';
import { sha256 } from '../crypto/digest.ts';
import { randomId } from '../crypto/random-id.ts';
import type { Tenant, TenantId } from '../tenants/tenant.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { sessionCookie } from './configuration.ts';
import { artifactKey } from './stored-payload.ts';

/** The session that goes on, and the browser whose cookie is changed. */
export interface KeptSession {
  /** Of `currentSession`. */
  readonly uid: string;
  readonly accountId: string;
  readonly ctx: Pick<ParameterizedContext, 'req' | 'res'>;
}

/**
 * Ends everything that an account has open, on every replica, but for the session of one browser.
 * That one goes on under a new id: whoever has a copy of its cookie has nothing. What its clients
 * held is gone with the rest.
 *
 * The account is ended whole, so that nothing in flight comes back, and then the session is written
 * anew as one that begins now. If that fails, the browser is signed out like the others.
 *
 * @throws StorageUnavailableError
 */
export async function endAllButSession(
  deps: {
    readonly artifacts: Pick<ArtifactStore, 'findSessionByUid' | 'save'>;
    readonly endAccount: (tenantId: TenantId, accountId: string) => Promise<void>;
    readonly now: () => Date;
  },
  provider: Provider,
  tenant: Tenant,
  { uid, accountId, ctx }: KeptSession,
): Promise<void> {
  const kept = await deps.artifacts.findSessionByUid(tenant.id, sha256(uid));
  await deps.endAccount(tenant.id, accountId);
  if (kept === undefined || kept.payload.accountId !== accountId) return;

  const id = randomId();
  // Grants have ended; a form's state is sealed to the id before.
  const { authorizations: _ended, state: _sealed, ...payload } = kept.payload;
  const saved = await deps.artifacts.save({
    tenantId: tenant.id,
    model: 'Session',
    key: artifactKey('Session', id),
    payload,
    expiresAt: kept.expiresAt,
    sessionKey: sha256(uid),
    accountId,
    endsWithSession: true,
    // After the end of the account, by the least that a clock can tell apart.
    startedAt: new Date(deps.now().getTime() + 1),
  });
  if (saved === 'saved') setSessionCookie(provider, tenant, ctx, id, payload, kept.expiresAt);
}

/** As the library sets it: until the browser closes, unless somebody wanted to stay signed in. */
function setSessionCookie(
  provider: Provider,
  tenant: Tenant,
  { req, res }: KeptSession['ctx'],
  id: string,
  { transient }: Readonly<Record<string, unknown>>,
  expires: Date,
): void {
  const options = sessionCookie(tenant, provider.issuer);
  const { cookies } = provider.createContext(req, res);
  // Behind a proxy the connection says nothing of it; the issuer does.
  cookies.secure = options.secure;
  cookies.set(provider.cookieName('session'), id, {
    ...options,
    ...(transient === true ? {} : { expires }),
  });
}
