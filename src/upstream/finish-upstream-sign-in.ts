import { authorizationCodeGrant, type Configuration, fetchUserInfo } from 'openid-client';
import type { KeptUpstreamRequest } from './begin-upstream-sign-in.ts';
import { readUpstreamClaims } from './read-upstream-claims.ts';
import type { UpstreamIdentity, UpstreamProvider } from './upstream.ts';
import type { UpstreamClients } from './upstream-clients.ts';
import { failure, failureOf, type UpstreamFailure } from './upstream-failure.ts';

export type FinishUpstreamResult =
  | { readonly outcome: 'verified'; readonly identity: UpstreamIdentity }
  | UpstreamFailure;

/** What the clocks of two servers may differ by. */
const CLOCK_SKEW_SECONDS = 30;
/** OpenID Connect Core 1.0, section 2: at most 255 ASCII characters. */
const SUBJECT = /^[\x20-\x7e]{1,255}$/;

/**
 * Finishes a sign-in at a provider: holds its answer against what was kept, redeems the code, and
 * verifies who it is: signature, issuer, audience, nonce, times, and `iss` where it is sent.
 *
 * The caller has made sure that this browser began, and that nothing kept is used twice.
 *
 * @param kept - of `beginUpstreamSignIn`
 * @param answer - the query that the browser came back with
 * @throws SealError, and nothing that a provider could bring about
 * @see OpenID Connect Core 1.0, sections 3.1.2.7 and 3.1.3.7; RFC 9207, section 2.4
 */
export async function finishUpstreamSignIn(
  deps: { readonly clients: UpstreamClients; readonly now: () => Date },
  provider: UpstreamProvider,
  kept: KeptUpstreamRequest,
  answer: URLSearchParams,
): Promise<FinishUpstreamResult> {
  if (kept.provider !== provider.key) return failure('invalid_response', 'other_provider');
  if (kept.issuer !== provider.issuer) return failure('expired', 'issuer_changed');
  if (kept.expiresAt * 1000 <= deps.now().getTime()) return failure('expired', 'too_late');
  const address = new URL(kept.redirectUri);
  address.search = answer.toString();
  try {
    const client = await deps.clients.clientOf(provider);
    const tokens = await authorizationCodeGrant(client, address, {
      expectedState: kept.state,
      expectedNonce: kept.nonce,
      pkceCodeVerifier: kept.codeVerifier,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (claims === undefined || !SUBJECT.test(claims.sub)) {
      return failure('invalid_response', 'bad_subject');
    }
    const { auth_time: authTime } = claims;
    if (!isRecent(authTime, kept)) return failure('not_recent', 'auth_time');
    const said = await withUserInfo(client, provider, tokens.access_token, claims);
    return {
      outcome: 'verified',
      identity: {
        provider: provider.key,
        issuer: provider.issuer,
        subject: claims.sub,
        ...readUpstreamClaims(said),
        authenticatedAt: authTime === undefined ? undefined : new Date(authTime * 1000),
      },
    };
  } catch (error) {
    return failureOf(error);
  }
}

/** Whether the person proved themselves for this request, if it was for that. */
function isRecent(authTime: number | undefined, kept: KeptUpstreamRequest): boolean {
  const { authenticatedAfter, maySayNothing = false } = kept;
  if (authenticatedAfter === undefined) return true;
  if (authTime === undefined) return maySayNothing;
  return authTime >= authenticatedAfter - CLOCK_SKEW_SECONDS;
}

/**
 * What the ID token says, and what userinfo adds where the ID token says nothing of a name or an
 * address. Of an address, both words come from one place: the one that names it.
 *
 * @see OpenID Connect Core 1.0, section 5.3.4: `sub` must be the ID token's, and is
 */
async function withUserInfo(
  client: Configuration,
  { scopes }: UpstreamProvider,
  accessToken: string,
  claims: Readonly<Record<string, unknown>> & { readonly sub: string },
): Promise<Readonly<Record<string, unknown>>> {
  const lacks =
    (scopes.includes('email') && claims.email === undefined) ||
    (scopes.includes('profile') && claims.name === undefined);
  if (!lacks || client.serverMetadata().userinfo_endpoint === undefined) return claims;
  const more = await fetchUserInfo(client, accessToken, claims.sub);
  const { email, email_verified: verified } = claims.email === undefined ? more : claims;
  return { ...more, ...claims, email, email_verified: verified };
}
