import { createBoundedFetch, type Fetch } from './bounded-fetch.ts';
import type { UpstreamProvider } from './upstream.ts';
import type { UpstreamClients } from './upstream-clients.ts';
import { failure, failureOf, type UpstreamFailure } from './upstream-failure.ts';

/** What an operator wants to know of a provider before people meet it. */
export interface UpstreamReport {
  readonly outcome: 'usable';
  /** Those of its ID tokens' algorithms that we verify. */
  readonly algorithms: readonly string[];
  /** Keys that it publishes for one of them. */
  readonly keys: number;
  readonly userinfo: boolean;
  /** Whether it says in its answers who it is. RFC 9207 */
  readonly namesItself: boolean;
  /** Whether it says that it holds us to PKCE; it is sent in any case. RFC 7636 */
  readonly pkce: boolean;
}

/** What the protocol library verifies with a public key, and the type of that key. RFC 7518 */
const ALGORITHMS: readonly (readonly [RegExp, string])[] = [
  [/^(RS|PS)(256|384|512)$/, 'RSA'],
  [/^ES(256|384|512)$/, 'EC'],
  [/^(EdDSA|Ed25519)$/, 'OKP'],
];
const TIMEOUT_MS = 5_000;

/**
 * Asks a provider for its discovery document and its keys, as a sign-in would, and says what is
 * there. Our secret is not tried: only a person's sign-in does that.
 *
 * @throws SealError
 */
export async function checkUpstreamProvider(
  deps: { readonly clients: UpstreamClients; readonly fetch: Fetch },
  provider: UpstreamProvider,
): Promise<UpstreamReport | UpstreamFailure> {
  try {
    const client = await deps.clients.clientOf(provider);
    const metadata = client.serverMetadata();
    const named = metadata.id_token_signing_alg_values_supported ?? ['RS256'];
    const algorithms = named.filter((name) => keyTypeOf(name) !== undefined);
    if (algorithms.length === 0) return failure('misconfigured', 'no_known_algorithm');
    const types = new Set(algorithms.map(keyTypeOf));
    const keys = (await readKeys(deps.fetch, metadata.jwks_uri ?? '')).filter((type) =>
      types.has(type),
    );
    if (keys.length === 0) return failure('misconfigured', 'no_usable_key');
    return {
      outcome: 'usable',
      algorithms,
      keys: keys.length,
      userinfo: metadata.userinfo_endpoint !== undefined,
      namesItself: metadata.authorization_response_iss_parameter_supported === true,
      pkce: client.serverMetadata().supportsPKCE(),
    };
  } catch (error) {
    return failureOf(error);
  }
}

function keyTypeOf(algorithm: string): string | undefined {
  return ALGORITHMS.find(([pattern]) => pattern.test(algorithm))?.[1];
}

/** The types of the keys that are published at an address. RFC 7517, section 5 */
async function readKeys(fetch: Fetch, address: string): Promise<string[]> {
  const response = await createBoundedFetch(fetch)(address, {
    method: 'GET',
    headers: { accept: 'application/json' },
    body: undefined,
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const document: unknown = await response.json().catch(() => undefined);
  const keys: unknown = Reflect.get(Object(document), 'keys');
  if (!Array.isArray(keys)) return [];
  return keys.flatMap((key: unknown) => {
    const type: unknown = Reflect.get(Object(key), 'kty');
    return typeof type === 'string' ? [type] : [];
  });
}
