import {
  type AccessToken,
  type Client,
  type ClientCredentials,
  type Configuration,
  errors,
  type KoaContextWithOIDC,
  type RefreshToken,
} from 'oidc-provider';
import { STANDARD_CLAIMS } from '../accounts/account-claims.ts';
import { ACR_LEVELS, ACR_SINGLE_FACTOR } from '../accounts/acr.ts';
import {
  ALLOWED_ORIGINS,
  allowedOriginsProblem,
  CLIENT_EXTENSIONS,
  type ClientExtension,
  extensionProblem,
  mayAskFrom,
} from '../applications/client-metadata.ts';
import type { KeySet } from '../keys/signing-key.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { lifetimes } from './lifetimes.ts';
import type { ProviderPages } from './provider-pages.ts';
import type { TenantCatalog } from './tenant-catalog.ts';

/**
 * Longest life of a client's assertion, in seconds: for so long its `jti` is remembered.
 * RFC 7523, section 3, item 4
 */
const CLIENT_ASSERTION_MAX_SECONDS = 24 * 60 * 60;

/** Standard claims that belong to every ID token, whatever scopes were granted. */
const ALWAYS = ['sub', 'acr', 'amr', 'auth_time', 'sid'];

/**
 * The library's configuration for a tenant, as far as it is data. What asks stores is added by
 * `provider.ts`; what is not named here keeps the library's default.
 */
export function staticConfiguration(
  tenant: Tenant,
  issuer: string,
  keySet: KeySet,
  cookieKeys: readonly string[],
): Configuration {
  const strict = tenant.settings.profile === 'baseline';
  const algorithms = [...tenant.settings.signingAlgorithms];
  return {
    jwks: { keys: keySet.keys.map((key) => ({ ...key.privateJwk })) },
    cookies: cookies(tenant, issuer, cookieKeys),
    ttl: lifetimes(tenant.settings.lifetimes),

    acrValues: tenant.settings.mfa === 'off' ? [ACR_SINGLE_FACTOR] : [...ACR_LEVELS],
    scopes: ['openid', 'offline_access', 'profile', 'email', 'address', 'phone', 'roles'],
    claims: {
      ...STANDARD_CLAIMS,
      // Under any other scope `roles` would never reach the ID token once an access token is
      // issued; `find-account.ts` returns it only when the `roles` scope was granted.
      openid: [...ALWAYS, 'roles'],
      roles: [],
      acr: null,
      amr: null,
      auth_time: null,
      iss: null,
      sid: null,
    },
    // Initiating User Registration via OpenID Connect 1.0, section 4 has the name.
    discovery: { prompt_values_supported: ['none', 'login', 'consent', 'select_account'] },
    subjectTypes: ['public'],
    responseTypes: ['code'],
    enableHttpPostMethods: takesPosts(tenant, issuer),
    pkce: { required: (_ctx, client) => strict || client.tokenEndpointAuthMethod === 'none' },
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    clientDefaults: {
      grant_types: ['authorization_code'],
      response_types: ['code'],
      // A logout token without `sid` ends every session of the person at the client.
      backchannel_logout_session_required: true,
    },
    async assertJwtClientAuthClaimsAndHeader(_ctx, { exp }) {
      const longest = Date.now() / 1000 + CLIENT_ASSERTION_MAX_SECONDS;
      if (typeof exp !== 'number' || exp > longest) {
        throw new errors.InvalidClientAuth('the client_assertion is valid for too long');
      }
    },
    // No HS*: client secrets are stored as digests, so they can sign nothing.
    enabledJWA: {
      clientAuthSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA'],
      idTokenSigningAlgValues: algorithms,
      userinfoSigningAlgValues: algorithms,
      introspectionSigningAlgValues: algorithms,
      authorizationSigningAlgValues: algorithms,
    },
    extraClientMetadata: {
      properties: [...Object.keys(CLIENT_EXTENSIONS), ALLOWED_ORIGINS],
      validator(_ctx, name, value) {
        const problem =
          name === ALLOWED_ORIGINS
            ? allowedOriginsProblem(value)
            : extensionProblem(name as ClientExtension, value);
        if (problem !== undefined) throw new errors.InvalidClientMetadata(problem);
      },
    },
    clientBasedCORS: (_ctx, origin, client) => mayAskFrom(origin, client),

    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    // A session missing from Redis has not ended; `end-session.ts` ends what must end.
    expiresWithSession: () => false,
    rotateRefreshToken: true,
  };
}

/** Features that are data or ask only the catalog. */
export function features(deps: {
  catalog: TenantCatalog;
  pages: ProviderPages;
}): NonNullable<Configuration['features']> {
  return {
    devInteractions: { enabled: false },
    claimsParameter: { enabled: true },
    clientCredentials: { enabled: true },
    userinfo: { enabled: true },
    introspection: { enabled: true, allowedPolicy: createIntrospectionPolicy(deps.catalog) },
    revocation: {
      enabled: true,
      allowedPolicy(_ctx, client, token) {
        if (token.clientId === client.clientId) return true;
        throw new errors.InvalidRequest('the token was not issued to this client');
      },
    },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx) =>
        deps.pages.logoutConfirm(ctx, {
          action: ctx.oidc.urlFor('end_session_confirm'),
          xsrf: String(ctx.oidc.session?.state?.secret ?? ''),
          clientName: clientName(ctx),
        }),
      postLogoutSuccessSource: (ctx) => deps.pages.logoutDone(ctx, { clientName: clientName(ctx) }),
    },
  };
}

/**
 * Who may introspect what: the client itself, and the API that the token is for (any confidential
 * client of the application whose audience it names). Nobody learns of other tokens.
 *
 * @see RFC 7662, section 4
 */
function createIntrospectionPolicy(catalog: TenantCatalog) {
  return async (
    _ctx: KoaContextWithOIDC,
    client: Client,
    token: AccessToken | ClientCredentials | RefreshToken,
  ): Promise<boolean> => {
    const issuedTo = await catalog.client(token.clientId ?? '');
    if (issuedTo === undefined || issuedTo.disabled) return false;
    if (issuedTo.clientId === client.clientId) return true;
    const audience = 'aud' in token ? token.aud : undefined;
    if (client.clientAuthMethod === 'none' || audience === undefined) return false;
    return (await catalog.client(client.clientId))?.application.audience === audience;
  };
}

function clientName(ctx: KoaContextWithOIDC): string | undefined {
  return ctx.oidc.client?.clientName;
}

/**
 * Whether requests of this tenant may come by POST from another site. They bring the session along
 * only in a `SameSite=None` cookie, and browsers keep no such cookie that is not `Secure`.
 */
function takesPosts(tenant: Tenant, issuer: string): boolean {
  return tenant.settings.profile === 'compat' && issuer.startsWith('https:');
}

/** How the session's cookie is set: for the issuer's path alone. */
export function sessionCookie(tenant: Tenant, issuer: string) {
  return {
    ...sharedCookie(issuer),
    path: new URL(issuer).pathname,
    sameSite: takesPosts(tenant, issuer) ? 'none' : 'lax',
  } as const;
}

function sharedCookie(issuer: string) {
  const secure = issuer.startsWith('https:');
  return { httpOnly: true, signed: true, secure, overwrite: true } as const;
}

/**
 * Cookies per tenant: a name of its own and the issuer's path, because the default tenant's path
 * `/` covers the others.
 */
function cookies(
  tenant: Tenant,
  issuer: string,
  keys: readonly string[],
): NonNullable<Configuration['cookies']> {
  return {
    keys: [...keys],
    names: {
      session: `gatehouse_session_${tenant.slug}`,
      interaction: `gatehouse_interaction_${tenant.slug}`,
      resume: `gatehouse_resume_${tenant.slug}`,
    },
    long: sessionCookie(tenant, issuer),
    short: { ...sharedCookie(issuer), sameSite: 'lax' },
  };
}
