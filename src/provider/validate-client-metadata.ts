import Provider, { type Adapter, errors } from 'oidc-provider';
import type { ClientMetadata } from '../applications/client.ts';
import { generateSigningKey } from '../keys/generate-signing-key.ts';
import type { Tenant, TenantSettings } from '../tenants/tenant.ts';
import { features, staticConfiguration } from './configuration.ts';
import type { ProviderPages } from './provider-pages.ts';
import type { TenantCatalog } from './tenant-catalog.ts';

/** Any issuer will do: it names nothing that is validated. */
const ISSUER = 'https://validator.invalid';

/**
 * Validates client metadata exactly as the library will when the client is used, before it is
 * stored. The library is the only judge: no rule of it is written twice.
 *
 * @returns what is wrong, in a sentence that names the member, or undefined
 */
export type ClientValidator = (
  settings: TenantSettings,
  client: { clientId: string; metadata: ClientMetadata; hasSecret: boolean },
) => Promise<string | undefined>;

const EMPTY_CATALOG: TenantCatalog = {
  client: async () => undefined,
  applicationByAudience: async () => undefined,
};

const NO_PAGES: ProviderPages = {
  logoutConfirm: () => undefined,
  logoutDone: () => undefined,
  error: () => undefined,
};

/** Validating stores nothing; the library warns of a Provider that was given no adapter at all. */
const NOTHING_STORED: Adapter = {
  find: async () => undefined,
  findByUid: async () => undefined,
  findByUserCode: async () => undefined,
  upsert: async () => undefined,
  consume: async () => undefined,
  destroy: async () => undefined,
  revokeByGrantId: async () => undefined,
};

/**
 * @param deps.mayReach - whether a host may be fetched from, as far as it says without being looked
 *   up; default: any
 */
export function createClientValidator(
  deps: { readonly mayReach?: (hostname: string) => boolean } = {},
): ClientValidator {
  const { mayReach = () => true } = deps;
  const built = new Map<string, Promise<Provider>>();

  const providerFor = (settings: TenantSettings): Promise<Provider> => {
    const key = JSON.stringify([settings.profile, settings.signingAlgorithms, settings.mfa]);
    const provider = built.get(key) ?? buildValidator(settings);
    built.set(key, provider);
    return provider;
  };

  return async (settings, { clientId, metadata, hasSecret }) => {
    const provider = await providerFor(settings);
    try {
      await provider.Client.validate({
        ...metadata,
        client_id: clientId,
        ...(hasSecret ? { client_secret: 'a stand-in that only says that there is one' } : {}),
      });
      return logoutAddressProblem(metadata, mayReach);
    } catch (error) {
      if (error instanceof errors.OIDCProviderError)
        return error.error_description ?? error.message;
      throw error;
    }
  };
}

/**
 * What the library leaves open of an address that we are to post to. It guards the connection too:
 * this tells whoever registers a client before somebody's sign-out does.
 *
 * @see OpenID Connect Back-Channel Logout 1.0, section 2.2
 */
function logoutAddressProblem(
  { backchannel_logout_uri: uri }: ClientMetadata,
  mayReach: (hostname: string) => boolean,
): string | undefined {
  const url = typeof uri === 'string' ? URL.parse(uri) : null;
  if (url === null) return undefined;
  if (url.hash !== '') return 'backchannel_logout_uri must have no fragment';
  return mayReach(url.hostname)
    ? undefined
    : 'backchannel_logout_uri must lead to a public address, or to one in OUTBOUND_ALLOW';
}

async function buildValidator(settings: TenantSettings): Promise<Provider> {
  const keys = await Promise.all(settings.signingAlgorithms.map((alg) => generateSigningKey(alg)));
  const tenant = { id: 'validator', slug: 'validator', settings } as Tenant;
  return new Provider(ISSUER, {
    ...staticConfiguration(tenant, ISSUER, { tenantId: tenant.id, version: 0, keys: [] }, ['-']),
    features: features({ catalog: EMPTY_CATALOG, pages: NO_PAGES }),
    adapter: () => NOTHING_STORED,
    jwks: { keys: keys.map(({ privateJwk }) => ({ ...privateJwk })) },
  });
}
