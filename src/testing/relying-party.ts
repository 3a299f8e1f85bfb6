import { createRemoteJWKSet, customFetch, type JWTPayload, jwtVerify } from 'jose';
import * as client from 'openid-client';
import type { PlainBrowser, PlainPage } from './plain-browser.ts';

/**
 * A third-party application as they are out there: `openid-client`, configured by an issuer and a
 * registered client and nothing else, checking every token with `jose` against the remote JWKS.
 */
export interface RelyingParty {
  readonly issuer: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly config: client.Configuration;
  /** Starts an authorization request with PKCE, state and nonce. */
  begin(parameters?: Record<string, string>): Promise<AuthorizationRequest>;
  /** Verifies a JWT's signature, issuer and expiry against the keys that discovery names. */
  verify(jwt: string, audience: string): Promise<JWTPayload>;
  refresh(
    refreshToken: string,
    parameters?: Record<string, string>,
  ): Promise<client.TokenEndpointResponse>;
}

export interface AuthorizationRequest {
  readonly url: URL;
  /** What `openid-client` holds the answer against. */
  readonly checks: client.AuthorizationCodeGrantChecks;
  /** Redeems what came back at the redirect URI; the ID token's signature is verified. */
  redeem(
    callback: string,
    parameters?: Record<string, string>,
  ): Promise<client.TokenEndpointResponse & client.TokenEndpointResponseHelpers>;
}

export interface RelyingPartyOptions {
  issuer: string;
  clientId: string;
  /** Undefined: a public client, or one that `authentication` stands for. */
  secret?: string;
  /** How the client proves itself; default: `client_secret_basic` with the secret, or nothing. */
  authentication?: client.ClientAuth;
  redirectUri: string;
  /** Default scope of requests. */
  scope?: string;
  /** How requests leave; default: as addressed. */
  fetch?: typeof fetch;
  /**
   * Verifies tokens in the place of `jose` and `openid-client`, which ask for keys that they do not
   * know: ID tokens have to be handed to `verify` then.
   */
  verifier?: (jwksUri: string) => Pick<RelyingParty, 'verify'>;
}

export async function createRelyingParty(options: RelyingPartyOptions): Promise<RelyingParty> {
  const { issuer, clientId, secret, redirectUri, fetch: send } = options;
  const { scope = 'openid profile email' } = options;
  const authentication =
    options.authentication ??
    (secret === undefined ? client.None() : client.ClientSecretBasic(secret));
  const config = await client.discovery(new URL(issuer), clientId, {}, authentication, {
    execute: [
      client.allowInsecureRequests,
      ...(options.verifier === undefined ? [client.enableNonRepudiationChecks] : []),
    ],
    ...(send === undefined
      ? {}
      : { [client.customFetch]: (url: string, init: object) => send(url, init) }),
  });
  const { jwks_uri: jwksUri } = config.serverMetadata();
  if (jwksUri === undefined) throw new Error('discovery names no jwks_uri');
  const keys = createRemoteJWKSet(new URL(jwksUri), {
    ...(send === undefined ? {} : { [customFetch]: (url, init) => send(url, init) }),
  });

  const verifier = options.verifier?.(jwksUri);

  return {
    issuer,
    clientId,
    redirectUri,
    config,
    async begin(parameters = {}) {
      const verifier = client.randomPKCECodeVerifier();
      const state = client.randomState();
      const nonce = client.randomNonce();
      const checks = {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
      };
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope,
        state,
        nonce,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        ...parameters,
      });
      return {
        url,
        checks,
        redeem: (callback, tokenParameters) =>
          client.authorizationCodeGrant(config, new URL(callback), checks, tokenParameters),
      };
    },
    verify: async (jwt, audience) =>
      verifier?.verify(jwt, audience) ?? (await jwtVerify(jwt, keys, { issuer, audience })).payload,
    refresh: (refreshToken, parameters) =>
      client.refreshTokenGrant(config, refreshToken, parameters),
  };
}

/** What a person types. */
export interface Person {
  readonly identifier: string;
  readonly password: string;
}

const MAX_PAGES = 8;

/**
 * Walks the hosted pages as a person who wants in: signs in where a password is asked, allows
 * where consent is asked, until the browser stands at the redirect URI or at a page that asks
 * neither.
 */
export async function walkThrough(
  browser: PlainBrowser,
  url: URL | string,
  person: Person,
): Promise<PlainPage> {
  let page = await browser.open(String(url));
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    if (page.document.querySelector('form[action$="/sign-in"]') !== null) {
      page = await browser.submit(page, { ...person }, { action: '/sign-in' });
    } else if (page.document.querySelector('form[action$="/consent"]') !== null) {
      page = await browser.submit(page, {}, { action: '/consent' });
    } else {
      return page;
    }
    if (page.status >= 400) return page;
  }
  throw new Error(`still at ${page.url} after ${MAX_PAGES} pages`);
}

/** Signs a person in at a relying party and redeems the code. */
export async function signIn(
  browser: PlainBrowser,
  party: RelyingParty,
  person: Person,
  parameters?: Record<string, string>,
) {
  const request = await party.begin(parameters);
  const arrived = await walkThrough(browser, request.url, person);
  if (!arrived.url.startsWith(party.redirectUri)) {
    throw new Error(
      `stopped at ${arrived.url} (${arrived.status}): ${arrived.text.slice(0, 2000)}`,
    );
  }
  const resource = parameters?.resource;
  return request.redeem(arrived.url, resource === undefined ? undefined : { resource });
}
