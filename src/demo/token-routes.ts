import type { Configuration } from 'openid-client';
import type { RequestContext } from '../http/request-state.ts';
import { signedInPage } from './pages/signed-in-page.ts';
import { API_PATH } from './playground-api.ts';
import { inTurn } from './playground-session.ts';
import { type Attempt, ownProblem, type Problem } from './problem.ts';
import { askUserinfo, callApi, discover, refreshTokens } from './relying-party.ts';
import type { SignedIn, TokenPart } from './signed-in.ts';
import {
  findSession,
  logProblem,
  type PlaygroundDeps,
  pageForm,
  readOwnForm,
  redirect,
  showProblem,
} from './visit.ts';

/** `GET /tokens`: what came of the sign-in. */
export async function showTokens(deps: PlaygroundDeps, ctx: RequestContext): Promise<void> {
  const session = findSession(deps, ctx);
  if (session?.signedIn === undefined) {
    return session === undefined
      ? showProblem(deps, ctx, ownProblem('session_gone'), 400)
      : redirect(ctx, '/');
  }
  const { signedIn } = session;
  deps.show(ctx, signedInPage({ ...pageForm(deps, session), signedIn, now: deps.now() }));
}

/** `POST /refresh`: the refresh token for new tokens. */
export function refreshRoute(deps: PlaygroundDeps, ctx: RequestContext): Promise<void> {
  return withTokens(deps, ctx, 'refresh-token', async (config, signedIn) => {
    const { tokens, resource } = signedIn;
    const refreshed = await refreshTokens(config, tokens, resource, deps.now);
    if (refreshed.outcome === 'problem') return refreshed.problem;
    signedIn.previous = tokens;
    signedIn.tokens = refreshed.value;
    signedIn.userinfoToken = undefined;
    return undefined;
  });
}

/** `POST /userinfo`: asks it again, with a token of its own where the other is for an API. */
export function userinfoRoute(deps: PlaygroundDeps, ctx: RequestContext): Promise<void> {
  return withTokens(deps, ctx, 'userinfo', async (config, signedIn) => {
    if (signedIn.resource !== undefined && signedIn.userinfoToken === undefined) {
      const problem = await getUserinfoToken(deps, config, signedIn);
      if (problem !== undefined) return problem;
    }
    const { tokens, userinfoToken } = signedIn;
    const accessToken = userinfoToken ?? tokens.accessToken;
    signedIn.userinfo = await askUserinfo(config, accessToken, tokens.idToken);
    return undefined;
  });
}

/** One refresh token, an access token for each audience: this one without `resource`. */
async function getUserinfoToken(
  deps: PlaygroundDeps,
  config: Configuration,
  signedIn: SignedIn,
): Promise<Problem | undefined> {
  const { tokens } = signedIn;
  const refreshed: Attempt<SignedIn['tokens']> = await refreshTokens(
    config,
    tokens,
    undefined,
    deps.now,
  );
  if (refreshed.outcome === 'problem') return refreshed.problem;
  const { accessToken, refreshToken, idToken } = refreshed.value;
  signedIn.userinfoToken = accessToken;
  // The token for the API stays; the refresh token that was used is spent.
  signedIn.tokens = { ...tokens, refreshToken, idToken };
  return undefined;
}

/** `POST /call-api`: shows the access token to the playground's own API. */
export function callApiRoute(deps: PlaygroundDeps, ctx: RequestContext): Promise<void> {
  return withTokens(deps, ctx, 'api', async (config, signedIn) => {
    const url = new URL(API_PATH, deps.baseUrl);
    signedIn.api = await callApi(config, signedIn.tokens.accessToken, url);
    return undefined;
  });
}

/**
 * Does something with the tokens of the session, one thing at a time, and shows the part of the
 * page where it shows.
 *
 * @param part - id of that part
 * @param action - returns what went wrong
 */
async function withTokens(
  deps: PlaygroundDeps,
  ctx: RequestContext,
  part: TokenPart,
  action: (config: Configuration, signedIn: SignedIn) => Promise<Problem | undefined>,
): Promise<void> {
  const posted = await readOwnForm(deps, ctx);
  if (posted === undefined) return;
  const { session } = posted;
  const { signedIn } = session;
  if (signedIn === undefined) return redirect(ctx, '/');
  await inTurn(session, async () => {
    const config = await discover(signedIn.issuer);
    const problem =
      config.outcome === 'problem' ? config.problem : await action(config.value, signedIn);
    signedIn.problem = problem && { part, ...problem };
    if (problem !== undefined) logProblem(deps, part, problem);
  });
  redirect(ctx, `/tokens#${part}`);
}
