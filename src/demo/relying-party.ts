import * as client from 'openid-client';
import { subjectOf } from './decode-token.ts';
import { type Attempt, attempt, UnreachableError } from './problem.ts';
import { choiceParameters, type IssuerChoice, type SignInChoices } from './sign-in-choices.ts';
import type { PendingSignIn, SignedIn, Tokens } from './signed-in.ts';

/** A page waits for this at most when the issuer does not answer. Seconds. */
const TIMEOUT_SECONDS = 5;

/**
 * Learns everything about an issuer from its discovery document.
 *
 * Each time anew, unlike an application of yours, which would keep it for a while: people restart,
 * reseed and rotate keys between two clicks here, and always see what is true now.
 *
 * @see OpenID Connect Discovery 1.0, section 4
 */
export function discover(issuer: IssuerChoice): Promise<Attempt<client.Configuration>> {
  const url = new URL(issuer.issuer);
  return attempt(() =>
    client.discovery(url, issuer.clientId, {}, client.None(), {
      timeout: TIMEOUT_SECONDS,
      [client.customFetch]: reach,
      execute: [
        // In the code flow the library trusts TLS for the ID token; here there is none.
        client.enableNonRepudiationChecks,
        ...(url.protocol === 'http:' ? [client.allowInsecureRequests] : []),
      ],
    }),
  );
}

const reach: client.CustomFetch = async (url, options) => {
  try {
    return await fetch(url, options as RequestInit);
  } catch (cause) {
    throw new UnreachableError('the issuer did not answer', { cause });
  }
};

/**
 * Makes an authorization request with PKCE, state and nonce.
 *
 * @param choices - `maxAge` is valid
 * @param at.redirectUri - registered for the client
 * @see OpenID Connect Core 1.0, section 3.1.2.1; RFC 7636
 */
export async function beginSignIn(
  config: client.Configuration,
  choices: SignInChoices,
  at: { redirectUri: string; resource: string },
): Promise<{ url: URL; pending: PendingSignIn }> {
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const nonce = client.randomNonce();
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: at.redirectUri,
    ...choiceParameters(choices, at.resource),
    state,
    nonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  const pending: PendingSignIn = {
    issuer: choices.issuer,
    state,
    nonce,
    verifier,
    maxAgeSeconds: choices.maxAge === '' ? undefined : Number(choices.maxAge),
    resource: choices.api ? at.resource : undefined,
    request: {
      endpoint: `${url.origin}${url.pathname}`,
      parameters: [...url.searchParams],
    },
  };
  return { url, pending };
}

/**
 * Checks what came back to the redirect URI, redeems the code and verifies the ID token: its
 * signature against the published keys, issuer, audience, nonce, age and time.
 *
 * @param callback - the whole address, query included
 * @see OpenID Connect Core 1.0, section 3.1.3; RFC 9207 (`iss` in the answer)
 */
export function finishSignIn(
  config: client.Configuration,
  pending: PendingSignIn,
  callback: URL,
  now: () => Date,
): Promise<Attempt<SignedIn>> {
  const { issuer, resource, verifier, nonce, state, maxAgeSeconds } = pending;
  return attempt(async () => {
    const answer = await client.authorizationCodeGrant(
      config,
      callback,
      {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
        ...(maxAgeSeconds === undefined ? {} : { maxAge: maxAgeSeconds }),
      },
      resource === undefined ? {} : { resource },
    );
    const metadata = config.serverMetadata();
    const parameters: [string, string][] = [
      ['grant_type', 'authorization_code'],
      ['client_id', issuer.clientId],
      ['code', callback.searchParams.get('code') ?? ''],
      ['redirect_uri', `${callback.origin}${callback.pathname}`],
      ['code_verifier', verifier],
    ];
    if (resource !== undefined) parameters.push(['resource', resource]);
    return {
      issuer,
      resource,
      steps: {
        request: pending.request,
        answer: [...callback.searchParams],
        exchange: { endpoint: metadata.token_endpoint ?? '', parameters },
        jwksUri: metadata.jwks_uri,
      },
      tokens: tokensOf(answer, now),
      previous: undefined,
      userinfoToken: undefined,
      userinfo: undefined,
      problem: undefined,
      api: undefined,
    };
  });
}

/**
 * Exchanges the refresh token for new tokens.
 *
 * @param resource - the API that the new access token is for; undefined: userinfo
 * @returns the old refresh token where the issuer gave no new one
 * @see OpenID Connect Core 1.0, section 12.2 (the person must be the same); RFC 8707, section 2.2
 */
export function refreshTokens(
  config: client.Configuration,
  tokens: Tokens,
  resource: string | undefined,
  now: () => Date,
): Promise<Attempt<Tokens>> {
  return attempt(async () => {
    const { refreshToken, idToken } = tokens;
    if (refreshToken === undefined) throw new TypeError('there is no refresh token');
    const answer = await client.refreshTokenGrant(
      config,
      refreshToken,
      resource === undefined ? {} : { resource },
    );
    const sub = answer.claims()?.sub;
    if (sub !== undefined && sub !== subjectOf(idToken)) {
      throw new TypeError('the new ID token is about somebody else');
    }
    return tokensOf(answer, now, { idToken, refreshToken });
  });
}

/** Asks userinfo; an answer about anybody but the ID token's subject is refused. */
export function askUserinfo(
  config: client.Configuration,
  accessToken: string,
  idToken: string,
): Promise<Attempt<Record<string, unknown>>> {
  return attempt(() => client.fetchUserInfo(config, accessToken, subjectOf(idToken)));
}

/** Sends an access token to an API, over HTTP as any application would. */
export function callApi(
  config: client.Configuration,
  accessToken: string,
  url: URL,
): Promise<Attempt<{ status: number; body: string }>> {
  return attempt(async () => {
    try {
      const answer = await client.fetchProtectedResource(config, accessToken, url, 'GET');
      return { status: answer.status, body: await answer.text() };
    } catch (error) {
      if (!(error instanceof client.WWWAuthenticateChallengeError)) throw error;
      return { status: error.status, body: await error.response.text() };
    }
  });
}

/**
 * Where a browser goes to end its session at the issuer; undefined where that cannot be done.
 *
 * @see OpenID Connect RP-Initiated Logout 1.0, section 2
 */
export function signOutUrl(
  config: client.Configuration,
  request: { idToken: string; returnTo: string; state: string },
): URL | undefined {
  if (config.serverMetadata().end_session_endpoint === undefined) return undefined;
  return client.buildEndSessionUrl(config, {
    id_token_hint: request.idToken,
    post_logout_redirect_uri: request.returnTo,
    state: request.state,
  });
}

/** @param before - what stays where the answer brings no new one */
function tokensOf(
  answer: client.TokenEndpointResponse,
  now: () => Date,
  before?: Pick<Tokens, 'idToken' | 'refreshToken'>,
): Tokens {
  const idToken = answer.id_token ?? before?.idToken;
  if (idToken === undefined) throw new TypeError('the answer has no ID token');
  return {
    accessToken: answer.access_token,
    idToken,
    refreshToken: answer.refresh_token ?? before?.refreshToken,
    scope: answer.scope,
    expiresInSeconds: answer.expires_in,
    receivedAt: now(),
  };
}
