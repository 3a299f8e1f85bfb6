import { LRUCache } from 'lru-cache';
import {
  allowInsecureRequests,
  type ClientAuth,
  ClientError,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  type CustomFetch,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  None,
  type ServerMetadata,
} from 'openid-client';
import type { Sealer } from '../crypto/sealing.ts';
import { createBoundedFetch, type Fetch } from './bounded-fetch.ts';
import type { UpstreamProvider } from './upstream.ts';
import { failureOf, UpstreamMisconfiguredError } from './upstream-failure.ts';
import { openUpstreamSecret } from './upstream-secret.ts';

/** How long one request to a provider may take, its answer included. */
const TIMEOUT_SECONDS = 5;
/** How long a discovery document is believed. Its keys are believed for five minutes at most. */
const METADATA_FRESH_MS = 10 * 60 * 1000;
/** How long an old one serves on before the provider is asked again. */
const METADATA_RETRY_MS = 30 * 1000;
const MAX_CLIENTS = 500;

/** What the library says of a discovery document of another issuer. */
const DISCOVERED_ANOTHER = 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED';

/** Us as clients of upstream providers. */
export interface UpstreamClients {
  /**
   * The client of a provider, discovered when it is not known yet; several at once wait for one
   * discovery. What was discovered last serves on while the provider does not answer.
   *
   * @throws what `failureOf` reads
   */
  clientOf(provider: UpstreamProvider): Promise<Configuration>;
}

/**
 * Keeps the clients of providers, a bounded number of them. A provider whose settings changed is
 * another one.
 *
 * @param deps.fetch - reaches public addresses and those that are allowed, and follows no redirect
 */
export function createUpstreamClients(deps: {
  readonly fetch: Fetch;
  readonly sealer: Pick<Sealer, 'open'>;
  /** Seconds; 5 unless a test has no time. */
  readonly timeoutSeconds?: number;
  /** How old a document is; the process's monotonic clock when left out. */
  readonly now?: () => Date;
}): UpstreamClients {
  const { sealer, timeoutSeconds = TIMEOUT_SECONDS, now } = deps;
  const fetch = createBoundedFetch(deps.fetch);
  const clients = new LRUCache<string, Configuration, UpstreamProvider>({
    max: MAX_CLIENTS,
    ttl: METADATA_FRESH_MS,
    ttlResolution: 0,
    perf: now === undefined ? performance : { now: () => now().getTime() },
    ignoreFetchAbort: true,
    async fetchMethod(_key, last, { context, options }) {
      try {
        const secret = openUpstreamSecret(sealer, context);
        return await discoverClient({ fetch, timeoutSeconds }, context, secret);
      } catch (error) {
        if (last === undefined || failureOf(error).reason !== 'unreachable') throw error;
        options.ttl = METADATA_RETRY_MS;
        return last;
      }
    },
  });
  return {
    async clientOf(provider) {
      const client = await clients.fetch(keyOf(provider), { context: provider });
      if (client === undefined) throw new TypeError('the cache of clients gave none');
      return client;
    },
  };
}

/** Whatever of a provider goes into its client. A seal is never made twice alike. */
function keyOf({ tenantId, key, issuer, clientId, sealedClientSecret }: UpstreamProvider): string {
  return JSON.stringify([tenantId, key, issuer, clientId, sealedClientSecret]);
}

/**
 * Reads a provider's discovery document, and holds it against our settings.
 *
 * @see OpenID Connect Discovery 1.0, section 4.3
 */
async function discoverClient(
  deps: { readonly fetch: CustomFetch; readonly timeoutSeconds: number },
  { issuer, clientId }: UpstreamProvider,
  secret: string,
): Promise<Configuration> {
  // Seeds take http for loopback addresses alone.
  const insecure = issuer.startsWith('http:');
  const differs = (cause?: unknown) =>
    new UpstreamMisconfiguredError(
      'issuer_differs',
      `the discovery document of ${issuer} is that of another issuer`,
      cause,
    );
  const found = await discovery(new URL(issuer), clientId, undefined, None(), {
    [customFetch]: deps.fetch,
    timeout: deps.timeoutSeconds,
    execute: insecure ? [allowInsecureRequests] : [],
  }).catch((error: unknown) => {
    const isOther = error instanceof ClientError && error.code === DISCOVERED_ANOTHER;
    throw isOther ? differs(error) : error;
  });
  const metadata = found.serverMetadata();
  // The library lets a slash at the end differ, and Microsoft's templates.
  if (metadata.issuer !== issuer) throw differs();
  checkEndpoints(metadata, insecure);
  const client = new Configuration(
    metadata,
    clientId,
    undefined,
    authenticationOf(metadata, secret),
  );
  client[customFetch] = deps.fetch;
  client.timeout = deps.timeoutSeconds;
  if (insecure) allowInsecureRequests(client);
  // OpenID Connect Core 1.0, section 3.1.3.7, lets TLS stand for the signature; we do not.
  enableNonRepudiationChecks(client);
  return client;
}

const NEEDED = ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const;

function checkEndpoints(metadata: ServerMetadata, insecure: boolean): void {
  for (const name of NEEDED) {
    const url = URL.parse(metadata[name] ?? '');
    if (url?.protocol === 'https:' || (insecure && url?.protocol === 'http:')) continue;
    throw new UpstreamMisconfiguredError(
      `no_${name}`,
      `the discovery document of ${metadata.issuer} has no usable ${name}`,
    );
  }
}

/**
 * How we prove ourselves: in the body where the provider takes that, since providers disagree on
 * how a header escapes special characters, else in the header, which is the default.
 *
 * @see OpenID Connect Discovery 1.0, section 3 (`token_endpoint_auth_methods_supported`)
 */
function authenticationOf(metadata: ServerMetadata, secret: string): ClientAuth {
  const methods = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  if (methods.includes('client_secret_post')) return ClientSecretPost(secret);
  if (methods.includes('client_secret_basic')) return ClientSecretBasic(secret);
  throw new UpstreamMisconfiguredError(
    'no_secret_authentication',
    `${metadata.issuer} lets nobody authenticate with a secret`,
  );
}
