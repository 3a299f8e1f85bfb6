import { formTargetOf } from '../http/content-security-policy.ts';
import {
  CSRF_FIELD,
  CsrfError,
  csrfToken,
  requireCsrfToken,
  requireSameOrigin,
} from '../http/csrf.ts';
import { type FormBody, readForm } from '../http/form-body.ts';
import type { Page, PageFrame, RenderPage } from '../http/render-page.ts';
import type { RequestContext } from '../http/request-state.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { BrandingDeps } from './branding-preview.ts';
import { displayValue } from './display-value.ts';
import type { PlaygroundInbox } from './inbox.ts';
import type { PageForm } from './pages/page-form.ts';
import { problemPage } from './pages/problem-page.ts';
import type { PlaygroundSession, PlaygroundSessions } from './playground-session.ts';
import { ownProblem, type Problem } from './problem.ts';
import type { IssuerChoice } from './sign-in-choices.ts';

/** Cookies of one host are shared by all its ports: the name must not be the issuer's. */
const COOKIE = 'gatehouse_playground';

/** What every route of the playground has. */
export interface PlaygroundDeps {
  /** Origin of the playground, without a trailing slash. */
  readonly baseUrl: string;
  /** The first is preselected. */
  readonly issuers: readonly [IssuerChoice, ...IssuerChoice[]];
  /** Identifier of the playground's own API. */
  readonly resource: string;
  readonly sessions: PlaygroundSessions;
  readonly csrfSecret: string;
  /** Undefined: mail does not land here. */
  readonly inbox: PlaygroundInbox | undefined;
  /** Undefined where nobody draws the hosted pages. */
  readonly branding: BrandingDeps | undefined;
  /** Shows a page of the playground; `look` is another than its own. */
  readonly show: (
    ctx: RequestContext,
    page: Page,
    look?: Partial<Pick<PageFrame, 'accentColor'>>,
  ) => void;
  /** Shows a page that is none of the playground. */
  readonly showHosted: RenderPage;
  readonly now: () => Date;
  readonly logger: Logger;
}

/** The session of the browser that asks. */
export function findSession(
  deps: PlaygroundDeps,
  ctx: RequestContext,
): PlaygroundSession | undefined {
  return deps.sessions.find(ctx.cookies.get(COOKIE));
}

/** A new session, whose cookie replaces the one that the browser has. */
export function startSession(
  deps: PlaygroundDeps,
  ctx: RequestContext,
  from?: PlaygroundSession,
): PlaygroundSession {
  const session = deps.sessions.create();
  if (from !== undefined) {
    deps.sessions.end(from.id);
    session.choices = from.choices;
    for (const [state, pending] of from.pending) session.pending.set(state, pending);
  }
  ctx.cookies.set(COOKIE, session.id, {
    httpOnly: true,
    sameSite: 'lax',
    path: '/',
    secure: deps.baseUrl.startsWith('https:'),
    signed: false,
    overwrite: true,
  });
  return session;
}

/** What the forms of a page carry. */
export function pageForm(deps: PlaygroundDeps, session: PlaygroundSession): PageForm {
  const targets = deps.issuers.map(({ issuer }) => formTargetOf(issuer));
  return {
    csrf: csrfToken(deps.csrfSecret, purposeOf(session)),
    formTargets: targets.filter((target) => target !== undefined),
  };
}

/**
 * Reads a form that one of our pages sent for this browser's session.
 *
 * @returns undefined when it is refused: the page that says so has been shown, nothing was done
 * @throws FormError, BodyTooLargeError
 */
export async function readOwnForm(
  deps: PlaygroundDeps,
  ctx: RequestContext,
): Promise<{ session: PlaygroundSession; form: FormBody } | undefined> {
  try {
    requireSameOrigin(ctx.req.headers, new URL(deps.baseUrl).origin);
    const form = await readForm(ctx.req);
    const session = findSession(deps, ctx);
    if (session === undefined) {
      showProblem(deps, ctx, ownProblem('session_gone'), 400);
      return undefined;
    }
    requireCsrfToken(deps.csrfSecret, purposeOf(session), form.get(CSRF_FIELD));
    return { session, form };
  } catch (error) {
    if (!(error instanceof CsrfError)) throw error;
    showProblem(deps, ctx, ownProblem('form_refused', error.message), error.status);
    return undefined;
  }
}

/** Answers with the page of a problem. */
export function showProblem(
  deps: PlaygroundDeps,
  ctx: RequestContext,
  problem: Problem,
  status: number,
): void {
  const signedIn = findSession(deps, ctx)?.signedIn !== undefined;
  deps.show(ctx, problemPage({ problem, status, signedIn }));
}

/** One line for who runs the server; the issuer's description may hold anything and stays out. */
export function logProblem(deps: PlaygroundDeps, what: string, problem: Problem): void {
  deps.logger.info('playground: that did not succeed', {
    what,
    said_by: problem.from,
    code: displayValue(problem.code).slice(0, 64),
  });
}

/** Goes on with a GET, so that reloading repeats nothing. */
export function redirect(ctx: RequestContext, to: string): void {
  ctx.redirect(to);
  ctx.status = 303;
  ctx.set('Cache-Control', 'no-store');
}

function purposeOf(session: PlaygroundSession): string {
  return `playground ${session.id}`;
}
