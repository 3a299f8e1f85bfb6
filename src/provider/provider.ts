import Provider, { type Configuration } from 'oidc-provider';
import type { AccountStore } from '../accounts/account-store.ts';
import type { ApplicationStore } from '../applications/application-store.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Sealer } from '../crypto/sealing.ts';
import type { GrantStore } from '../grants/grant-store.ts';
import type { KeySet } from '../keys/signing-key.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Tenant, TenantId } from '../tenants/tenant.ts';
import { createAdapter } from './adapter.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { answerWithAskedAcr } from './asked-acr.ts';
import { recordProviderEvents } from './audit-provider-events.ts';
import { queueLogoutsOfOneClient } from './back-channel-logout.ts';
import { createBoundedCache } from './bounded-cache.ts';
import { compareSecretDigests } from './compare-client-secret.ts';
import { features, staticConfiguration } from './configuration.ts';
import { endSessionsCompletely } from './end-session.ts';
import { createFindAccount } from './find-account.ts';
import { createInteractionPolicy } from './interaction-policy.ts';
import { createLoadExistingGrant } from './load-existing-grant.ts';
import { measureTokens, type ObserveTokenSize } from './measure-tokens.ts';
import { limitAuthorizationRequest } from './parameter-limit.ts';
import type { ProviderPages } from './provider-pages.ts';
import type { QueueLogouts } from './queue-logouts.ts';
import { detectReplaysAtomically } from './replay-detection.ts';
import { createExtraTokenClaims, resourceIndicators } from './resource-servers.ts';
import { createStructuredTokens } from './structured-access-token.ts';
import { createTenantCatalog, type TenantCatalog } from './tenant-catalog.ts';

/**
 * The provider room: one `oidc-provider` per tenant, cached by the tenant's version, over our own
 * ArtifactStore. It translates between the library and the rooms and decides nothing that a room
 * owns. Everything that knows "one Provider per tenant" stays in here.
 */

/** What every Provider of this process shares; a Provider owns no connection. */
export interface ProviderDeps {
  readonly artifacts: ArtifactStore;
  readonly applications: Pick<ApplicationStore, 'findClient' | 'findByAudience' | 'rolesOfAccount'>;
  readonly accounts: Pick<AccountStore, 'findById'>;
  readonly grants: Pick<GrantStore, 'find'>;
  /** Whether an account has a second factor. */
  readonly hasSecondFactor: (tenantId: TenantId, accountId: string) => Promise<boolean>;
  readonly audit: Pick<AuditLog, 'record'>;
  readonly queueLogouts: QueueLogouts;
  readonly observeTokenSize: ObserveTokenSize;
  readonly pages: ProviderPages;
  readonly sealer: Sealer;
  readonly clientSecretPepper: string;
  /** Of deployments that a tenant came from; default: all were made here. */
  readonly originsOf?: (tenantId: TenantId) => readonly { readonly clientSecretPepper: string }[];
  /** The first signs, all verify; when they change, every Provider is retired. */
  readonly cookieKeys: () => readonly string[];
  /** Fetches `jwks_uri` and the like; reaches public and explicitly allowed addresses only. */
  readonly fetch: NonNullable<Configuration['fetch']>;
  readonly logger: Logger;
  readonly now: () => Date;
  /** By when a token request is answered, in milliseconds after its arrival. */
  readonly tokenDeadlineMs: number;
}

const MAX_BUILT_CLIENTS = 2_000;

/**
 * Builds the Provider of one tenant, complete: adapter, policies, overrides, listeners. A swapped
 * in Provider is the same as the first, because both come from here.
 */
export function buildProvider(
  deps: ProviderDeps,
  tenant: Tenant,
  issuer: string,
  keySet: KeySet,
): Provider {
  const catalog = createTenantCatalog(deps, tenant.id, issuer);
  const structured = createStructuredTokens(deps, tenant.id, issuer, keySet);
  const withCatalog = { ...deps, catalog, structured };

  const provider = new Provider(issuer, {
    ...staticConfiguration(tenant, issuer, keySet, deps.cookieKeys()),
    // `none` is the account page's alone: what validates clients does not know it.
    responseTypes: ['code', 'none'],
    adapter: createAdapter(withCatalog, tenant.id),
    // Of whatever parameter it is, it is asked about all requests.
    extraParams: { state: limitAuthorizationRequest },
    findAccount: createFindAccount(withCatalog, tenant),
    loadExistingGrant: createLoadExistingGrant(withCatalog, tenant.id),
    extraTokenClaims: createExtraTokenClaims(withCatalog, tenant),
    interactions: {
      policy: createInteractionPolicy(withCatalog, tenant),
      url: (_ctx, interaction) => `${issuer}/interaction/${interaction.uid}`,
    },
    features: {
      ...features(withCatalog),
      resourceIndicators: resourceIndicators(withCatalog, tenant),
    },
    fetch: deps.fetch,
    renderError: (ctx, out, error) =>
      deps.pages.error(ctx, {
        status: ctx.status,
        error: out.error,
        errorDescription:
          'expose' in error && error.expose === false ? undefined : out.error_description,
      }),
  });

  compareSecretDigests({ ...withCatalog, peppers: () => peppersOf(deps, tenant) }, provider);
  detectReplaysAtomically(deps, tenant.id, provider);
  answerWithAskedAcr(provider);
  endSessionsCompletely(deps, tenant.id, provider);
  queueLogoutsOfOneClient(deps, tenant.id, provider);
  // Discovery lists the claim; left alone, the library keeps it for back-channel logout clients.
  provider.Client.prototype.includeSid = () => true;
  keepBuiltClients(provider, catalog);
  recordProviderEvents(deps, tenant, provider);
  measureTokens(deps.observeTokenSize, provider);
  return provider;
}

/** What a client's secret may have been hashed under. */
function peppersOf(
  { clientSecretPepper, originsOf }: Pick<ProviderDeps, 'clientSecretPepper' | 'originsOf'>,
  tenant: Tenant,
): readonly string[] {
  const origins = originsOf?.(tenant.id) ?? [];
  return [clientSecretPepper, ...origins.map((origin) => origin.clientSecretPepper)];
}

/**
 * Keeps built clients for the life of the Provider. The library validates and hashes a client
 * anew on each request (with 1,000 clients that costs 43 % of the throughput); ours change only
 * with the tenant's version, and then the Provider goes.
 */
function keepBuiltClients(provider: Provider, catalog: TenantCatalog): void {
  type Client = NonNullable<Awaited<ReturnType<typeof find>>>;
  const find = provider.Client.find.bind(provider.Client);
  const built = createBoundedCache<Client>(MAX_BUILT_CLIENTS);
  provider.Client.find = async (clientId) => {
    const kept = built.get(clientId);
    if (kept !== undefined) return kept;
    const client = await find(clientId);
    // Only what the catalog holds too, so that the two never tell different stories.
    if (client !== undefined && (await catalog.client(clientId)) !== undefined)
      built.set(clientId, client);
    return client;
  };
}
