import type { ParameterizedContext } from 'koa';
import type Provider from 'oidc-provider';
import { levelOf } from '../accounts/acr.ts';

/** Who a browser is signed in as, and what they proved when. */
export interface CurrentSession {
  /** Stays the same for as long as the session lives, whatever its cookie holds. */
  readonly uid: string;
  readonly accountId: string;
  readonly acr: string | undefined;
  readonly amr: readonly string[];
  readonly signedInAt: Date;
}

/**
 * Reads the session that a browser's cookie names, without changing it: for pages of ours beside
 * the protocol's. Whether the account is still there is the caller's to see.
 *
 * @returns undefined when nobody is signed in, or the session has ended
 * @throws TemporarilyUnavailable
 */
export async function currentSession(
  provider: Provider,
  { req, res }: Pick<ParameterizedContext, 'req' | 'res'>,
): Promise<CurrentSession | undefined> {
  const cookies = res.getHeader('Set-Cookie');
  const session = await provider.Session.get(provider.createContext(req, res));
  // A cookie that an older key signed is signed again, on the wrong path; the protocol does it right.
  if (cookies === undefined) res.removeHeader('Set-Cookie');
  else res.setHeader('Set-Cookie', cookies);

  const { uid, accountId, acr, amr, loginTs } = session;
  if (accountId === undefined || loginTs === undefined) return undefined;
  return {
    uid,
    accountId,
    acr: levelOf({ acr, amr }),
    amr: amr ?? [],
    signedInAt: new Date(loginTs * 1000),
  };
}
