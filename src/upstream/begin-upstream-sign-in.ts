import {
  buildAuthorizationUrl,
  buildAuthorizationUrlWithPAR,
  calculatePKCECodeChallenge,
} from 'openid-client';
import { randomId } from '../crypto/random-id.ts';
import type { UpstreamProvider } from './upstream.ts';
import type { UpstreamClients } from './upstream-clients.ts';
import { failureOf, type UpstreamFailure } from './upstream-failure.ts';

/** How long somebody may take at a provider. */
const REQUEST_SECONDS = 15 * 60;

/**
 * What of a request to a provider its answer is held against. Whoever begins keeps it, sealed and
 * for one browser alone, until that browser brings the answer. It is plain JSON.
 */
export interface KeptUpstreamRequest {
  readonly provider: string;
  readonly issuer: string;
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  /** Seconds since 1970: before this, the person did not prove themselves to the provider. */
  readonly authenticatedAfter?: number;
  /** An answer that does not say when they did is taken. */
  readonly maySayNothing?: boolean;
  /** Seconds since 1970. */
  readonly expiresAt: number;
}

export interface BeginUpstreamInput {
  /** The provider's own, without a query: see `upstreamCallbackPath`. */
  readonly redirectUri: string;
  /** What the answer belongs to, of `[A-Za-z0-9_-]`; `bindingOfState` finds it again. */
  readonly binding: string;
  readonly loginHint?: string;
  /** BCP 47, preferred first. */
  readonly locales?: readonly string[];
  /**
   * The person has to prove themselves to the provider now, whatever session it has of them. `said`:
   * the answer has to say that they did; `asked`: a provider that never says when is believed.
   */
  readonly anew?: 'said' | 'asked';
}

export type BeginUpstreamResult =
  | { readonly outcome: 'begun'; readonly url: string; readonly kept: KeptUpstreamRequest }
  | UpstreamFailure;

/**
 * Begins a sign-in at a provider: where to send the browser, and what to keep until it is back
 * (`finishUpstreamSignIn`).
 *
 * @see OpenID Connect Core 1.0, section 3.1.2.1; RFC 7636; RFC 9126
 */
export async function beginUpstreamSignIn(
  deps: { readonly clients: UpstreamClients; readonly now: () => Date },
  provider: UpstreamProvider,
  input: BeginUpstreamInput,
): Promise<BeginUpstreamResult> {
  const { redirectUri, binding, loginHint, locales = [], anew } = input;
  const seconds = Math.floor(deps.now().getTime() / 1000);
  const kept: KeptUpstreamRequest = {
    provider: provider.key,
    issuer: provider.issuer,
    redirectUri,
    state: `${binding}${STATE_SEPARATOR}${randomId()}`,
    nonce: randomId(),
    codeVerifier: randomId(),
    ...(anew === undefined ? {} : { authenticatedAfter: seconds }),
    ...(anew === 'asked' ? { maySayNothing: true } : {}),
    expiresAt: seconds + REQUEST_SECONDS,
  };
  const parameters = new URLSearchParams({
    redirect_uri: redirectUri,
    scope: provider.scopes.join(' '),
    state: kept.state,
    nonce: kept.nonce,
    code_challenge: await calculatePKCECodeChallenge(kept.codeVerifier),
    code_challenge_method: 'S256',
  });
  const prompt = anew !== undefined ? 'login' : provider.prompt;
  if (prompt !== undefined) parameters.set('prompt', prompt);
  if (loginHint !== undefined) parameters.set('login_hint', loginHint);
  if (locales.length > 0) parameters.set('ui_locales', locales.join(' '));
  // Makes the provider say when it was, in `auth_time`; some heed only one of the two.
  if (anew !== undefined) parameters.set('max_age', '0');
  try {
    const client = await deps.clients.clientOf(provider);
    const pushed = client.serverMetadata().require_pushed_authorization_requests === true;
    const url = pushed
      ? await buildAuthorizationUrlWithPAR(client, parameters)
      : buildAuthorizationUrl(client, parameters);
    return { outcome: 'begun', url: url.href, kept };
  } catch (error) {
    return failureOf(error);
  }
}

/** In no binding, so that a state has one reading. */
const STATE_SEPARATOR = '.';

/** What an answer belongs to, by its `state`; undefined when no sign-in here can have made that. */
export function bindingOfState(state: string): string | undefined {
  return /^([\w-]{1,128})\.[\w-]{43}$/.exec(state)?.[1];
}

/** Path of a provider's redirect URI, below the tenant's issuer. */
export function upstreamCallbackPath(key: string): string {
  return `/upstream/${key}/callback`;
}
