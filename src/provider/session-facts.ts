import type { AdapterPayload, KoaContextWithOIDC } from 'oidc-provider';
import type { StoredPayload } from './artifact-store.ts';

/** Characters kept of a `User-Agent`: enough to recognise a browser by, and no more. */
const USER_AGENT_MAX_LENGTH = 300;

/** Where a session was at one moment. */
export interface SessionSighting {
  /** Seconds since 1970. */
  readonly at: number;
  readonly address?: string;
  readonly userAgent?: string;
}

/**
 * What is stored beside a Session's payload, for the person whose session it is. The library never
 * gets to see it: sessions are listed by the account page, not by the protocol.
 */
export interface SessionFacts {
  /** The sign-in that began it; signing in again in the same session does not change it. */
  readonly started: SessionSighting;
  readonly seen: SessionSighting;
  /** When each client last asked for something in it, in seconds since 1970. */
  readonly clients: Readonly<Record<string, number>>;
}

/** Facts of the sessions that a request has read: writing them again takes no further read. */
const readFacts = new WeakMap<object, Map<string, SessionFacts>>();

/** Keeps what was read of a session with the request that read it. */
export function rememberFacts(ctx: object | undefined, uid: unknown, stored: StoredPayload): void {
  const facts = factsOf(stored);
  if (ctx === undefined || typeof uid !== 'string' || facts === undefined) return;
  const read = readFacts.get(ctx) ?? new Map<string, SessionFacts>();
  readFacts.set(ctx, read.set(uid, facts));
}

/** The facts of a stored session; none before somebody signs in. */
export function factsOf(stored: StoredPayload): SessionFacts | undefined {
  return stored.facts as SessionFacts | undefined;
}

/**
 * The facts to store with a session that this request saves: how it began as it was read, and where
 * it is now.
 *
 * @returns undefined while nobody is signed in
 */
export function factsNow(
  ctx: KoaContextWithOIDC | undefined,
  session: Pick<AdapterPayload, 'uid' | 'accountId' | 'loginTs' | 'iat' | 'authorizations'>,
  now: Date,
): SessionFacts | undefined {
  if (session.accountId === undefined) return undefined;
  const at = Math.floor(now.getTime() / 1000);
  const before = ctx && readFacts.get(ctx)?.get(session.uid ?? '');
  const seen = { at, ...whereabouts(ctx) };
  const clientId = ctx?.oidc.client?.clientId;
  const used = { ...before?.clients, ...(clientId === undefined ? {} : { [clientId]: at }) };
  const known = new Set(Object.keys(session.authorizations ?? {}));
  return {
    started: before?.started ?? { ...seen, at: signedInHereAt(session, at) },
    seen,
    clients: Object.fromEntries(Object.entries(used).filter(([id]) => known.has(id))),
  };
}

/**
 * When somebody signed in here last. `loginTs` is when they proved who they are, which at a provider
 * of others may have been long before the session began.
 *
 * @param now - seconds since 1970, like what is answered
 */
export function signedInHereAt(
  { loginTs, iat }: Pick<AdapterPayload, 'loginTs' | 'iat'>,
  now: number,
): number {
  return loginTs === undefined ? now : Math.max(loginTs, iat ?? now);
}

function whereabouts(ctx: KoaContextWithOIDC | undefined): Omit<SessionSighting, 'at'> {
  const address: unknown = ctx?.state.address;
  const userAgent = ctx?.get('user-agent').slice(0, USER_AGENT_MAX_LENGTH) ?? '';
  return {
    ...(typeof address === 'string' ? { address } : {}),
    ...(userAgent === '' ? {} : { userAgent }),
  };
}
