import { randomId } from '../crypto/random-id.ts';
import type { RequestContext } from '../http/request-state.ts';
import { type HomeView, homePage } from './pages/home-page.ts';
import { personName } from './pages/signed-in-page.ts';
import { addPending, type PlaygroundSession, takePending } from './playground-session.ts';
import { type Attempt, ownProblem, type Problem } from './problem.ts';
import { askUserinfo, beginSignIn, discover, finishSignIn, signOutUrl } from './relying-party.ts';
import {
  defaultChoices,
  maxAgeProblem,
  readChoices,
  type SignInChoices,
} from './sign-in-choices.ts';
import type { PendingSignIn, SignedIn } from './signed-in.ts';
import {
  findSession,
  logProblem,
  type PlaygroundDeps,
  pageForm,
  readOwnForm,
  redirect,
  showProblem,
  startSession,
} from './visit.ts';

/** Where the issuer sends people back to; registered in the demo seed. */
const CALLBACK_PATH = '/callback';

/** `GET /`: the choices. The issuer also sends people back here after a sign-out. */
export async function showHome(deps: PlaygroundDeps, ctx: RequestContext): Promise<void> {
  const session = findSession(deps, ctx) ?? startSession(deps, ctx);
  const { state } = ctx.query;
  if (state !== undefined) {
    if (state === session.signingOut) session.notice = 'signed_out';
    session.signingOut = undefined;
    return redirect(ctx, '/');
  }
  const choices = session.choices ?? defaultChoices(deps.issuers[0]);
  const config = await discover(choices.issuer);
  const signedOut = session.notice === 'signed_out';
  session.notice = undefined;
  render(deps, ctx, session, {
    choices,
    signedOut,
    issuerProblem: config.outcome === 'problem' ? config.problem : undefined,
  });
}

function render(
  deps: PlaygroundDeps,
  ctx: RequestContext,
  session: PlaygroundSession,
  view: Pick<HomeView, 'choices'> &
    Partial<Pick<HomeView, 'signedOut' | 'issuerProblem' | 'maxAgeProblem'>>,
): void {
  const { signedIn } = session;
  const page = homePage({
    ...pageForm(deps, session),
    signedOut: false,
    issuerProblem: undefined,
    maxAgeProblem: undefined,
    ...view,
    issuers: deps.issuers,
    resource: deps.resource,
    signedInAs: signedIn === undefined ? undefined : personName(signedIn),
    issuer: deps.issuers[0].issuer,
  });
  deps.show(ctx, page);
}

/** `POST /sign-in`: sends the browser to the issuer. */
export async function beginRoute(deps: PlaygroundDeps, ctx: RequestContext): Promise<void> {
  const posted = await readOwnForm(deps, ctx);
  if (posted === undefined) return;
  const { session, form } = posted;
  const choices: SignInChoices = readChoices(form, deps.issuers);
  session.choices = choices;
  const problem = maxAgeProblem(choices.maxAge);
  if (problem !== undefined) {
    return render(deps, ctx, session, { choices, maxAgeProblem: problem });
  }
  const config = await discover(choices.issuer);
  if (config.outcome === 'problem') return fail(deps, ctx, session, config.problem);
  const { url, pending } = await beginSignIn(config.value, choices, {
    redirectUri: `${deps.baseUrl}${CALLBACK_PATH}`,
    resource: deps.resource,
  });
  addPending(session, pending);
  redirect(ctx, url.href);
}

/** `GET /callback`: the redirect URI. */
export async function finishRoute(deps: PlaygroundDeps, ctx: RequestContext): Promise<void> {
  const session = findSession(deps, ctx);
  if (session === undefined) return showProblem(deps, ctx, ownProblem('session_gone'), 400);
  const { state } = ctx.query;
  const pending = takePending(session, typeof state === 'string' ? state : undefined);
  if (pending === undefined) return showProblem(deps, ctx, ownProblem('state_unknown'), 400);

  const finished = await finish(
    deps,
    pending,
    new URL(`${CALLBACK_PATH}${ctx.search}`, deps.baseUrl),
  );
  if (finished.outcome === 'problem') return fail(deps, ctx, session, finished.problem);
  const renewed = startSession(deps, ctx, session);
  renewed.signedIn = finished.value;
  redirect(ctx, '/tokens');
}

async function finish(
  deps: PlaygroundDeps,
  pending: PendingSignIn,
  callback: URL,
): Promise<Attempt<SignedIn>> {
  const config = await discover(pending.issuer);
  if (config.outcome === 'problem') return config;
  const finished = await finishSignIn(config.value, pending, callback, deps.now);
  // A token for an API opens no userinfo; the page offers to get another for that.
  if (finished.outcome === 'done' && finished.value.resource === undefined) {
    const { accessToken, idToken } = finished.value.tokens;
    finished.value.userinfo = await askUserinfo(config.value, accessToken, idToken);
  }
  return finished;
}

function fail(
  deps: PlaygroundDeps,
  ctx: RequestContext,
  session: PlaygroundSession,
  problem: Problem,
): void {
  logProblem(deps, 'sign-in', problem);
  session.problem = problem;
  redirect(ctx, '/problem');
}

/** `GET /problem`: why the last sign-in did not succeed. */
export async function showLastProblem(deps: PlaygroundDeps, ctx: RequestContext): Promise<void> {
  const problem = findSession(deps, ctx)?.problem;
  if (problem === undefined) return redirect(ctx, '/');
  showProblem(deps, ctx, problem, 200);
}

/**
 * `POST /sign-out`: forgets the tokens, then sends the browser to end the issuer's session too.
 *
 * @see OpenID Connect RP-Initiated Logout 1.0, section 2
 */
export async function signOutRoute(deps: PlaygroundDeps, ctx: RequestContext): Promise<void> {
  const posted = await readOwnForm(deps, ctx);
  if (posted === undefined) return;
  const { signedIn } = posted.session;
  const session = startSession(deps, ctx, posted.session);
  if (signedIn === undefined) return redirect(ctx, '/');
  const config = await discover(signedIn.issuer);
  if (config.outcome === 'problem') return fail(deps, ctx, session, config.problem);
  session.signingOut = randomId();
  const url = signOutUrl(config.value, {
    idToken: signedIn.tokens.idToken,
    returnTo: `${deps.baseUrl}/`,
    state: session.signingOut,
  });
  if (url === undefined) session.notice = 'signed_out';
  redirect(ctx, url?.href ?? '/');
}
