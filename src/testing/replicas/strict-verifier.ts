/**
 * Verifiers that keep the JWKS for exactly as long as its `Cache-Control` lets them, and do not ask
 * for it any earlier, whatever key they meet: the least that a rotation may count on.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { createLocalJWKSet, type JWTPayload, jwtVerify } from 'jose';

/** Verifiers of one token; each fetched its JWKS at another moment. */
const VERIFIERS = 3;
/** Tries to fetch a JWKS, with pauses: about 20 seconds of an outage. */
const TRIES = 40;
const PAUSE_MS = 500;

export interface StrictVerifier {
  /** @throws Error of `jose` when the token is not valid with the keys that are kept */
  verify(jwt: string, audience: string): Promise<JWTPayload>;
}

interface KeptKeys {
  readonly keys: ReturnType<typeof createLocalJWKSet>;
  /** Milliseconds since 1970: the last moment that a cache may use it (RFC 9111). */
  readonly until: number;
}

/**
 * One that verifies, and whose cache is its own.
 *
 * @param part - of `max-age` for which it keeps what it fetched first, from 0 to 1
 */
function createStrictVerifier(
  issuer: string,
  jwksUri: string,
  send: typeof fetch,
  part = 1,
): StrictVerifier {
  let kept: KeptKeys | undefined;
  let fetching: Promise<void> | undefined;
  const fetchAgain = async () => {
    const { keys, maxAgeSeconds } = await fetchKeys(jwksUri, send);
    const keepSeconds = kept === undefined ? part * maxAgeSeconds : maxAgeSeconds;
    kept = { keys, until: Date.now() + 1000 * keepSeconds };
  };
  const keys = async () => {
    if (kept === undefined || kept.until <= Date.now()) {
      fetching ??= fetchAgain().finally(() => {
        fetching = undefined;
      });
      await fetching;
    }
    return kept?.keys ?? createLocalJWKSet({ keys: [] });
  };
  return {
    async verify(jwt, audience) {
      return (await jwtVerify(jwt, await keys(), { issuer, audience })).payload;
    },
  };
}

async function fetchKeys(jwksUri: string, send: typeof fetch) {
  for (let tries = 1; ; tries += 1) {
    try {
      const answer = await send(jwksUri);
      const age = /max-age=(\d+)/.exec(answer.headers.get('cache-control') ?? '')?.[1];
      if (!answer.ok || age === undefined) throw new Error(`${answer.status} for the JWKS`);
      return { keys: createLocalJWKSet(await answer.json()), maxAgeSeconds: Number(age) };
    } catch (error) {
      if (tries === TRIES) throw error;
      await delay(PAUSE_MS);
    }
  }
}

/** Several, whose caches are of different ages; a token has to please all of them. */
export function createStrictVerifiers(
  issuer: string,
  jwksUri: string,
  fetchFrom: (localAddress: string) => typeof fetch,
): StrictVerifier {
  const verifiers = Array.from({ length: VERIFIERS }, (_, index) =>
    createStrictVerifier(
      issuer,
      jwksUri,
      fetchFrom(`127.0.2.${index + 2}`),
      (index + 1) / VERIFIERS,
    ),
  );
  return {
    async verify(jwt, audience) {
      const [payload = {}] = await Promise.all(verifiers.map((one) => one.verify(jwt, audience)));
      return payload;
    },
  };
}
