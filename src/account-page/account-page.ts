/**
 * The account page: where people see and change their own account, `<issuer>/account` and what is
 * below it. This room reads the session of the protocol but never makes one: whoever has none, or
 * none that is recent enough, goes through the authorization endpoint as everybody does. Each page
 * shows what another room knows, or takes one form and asks another room for one thing. It knows no
 * SQL and no keys.
 */
import type { Middleware } from 'koa';
import { CSRF_FIELD, CsrfError, requireCsrfToken, requireSameOrigin } from '../http/csrf.ts';
import { type FormBody, readForm } from '../http/form-body.ts';
import { mustFinish } from '../http/must-finish.ts';
import type { RequestState } from '../http/request-state.ts';
import { routeByPath } from '../http/route-by-path.ts';
import { errorPage } from '../interactions/pages/error-page.ts';
import type { TenantState } from '../tenants/tenant-state.ts';
import {
  ACCOUNT_ROUTES,
  type AccountRoute,
  type LinkRoute,
  type SessionRoute,
} from './route-table.ts';
import {
  findVisitor,
  missingSignIn,
  type SignInWish,
  signInFirst,
  type Visitor,
  wishOfNobody,
} from './sign-in.ts';
import {
  type AccountPageDeps,
  type AccountVisit,
  accountMessages,
  formPurpose,
  linkPurpose,
  showAccountPage,
} from './visit.ts';

export type { AccountPageDeps, NotifyOwner } from './visit.ts';

type AccountState = RequestState & TenantState;

/**
 * The routes of the account page as one middleware. It expects the tenant in `ctx.state`, matches
 * on the path inside the tenant, and lets everything else go on. Errors fly to the boundary.
 */
export function createAccountRoutes(deps: AccountPageDeps): Middleware<AccountState> {
  return routeByPath<AccountState, AccountRoute>(
    ACCOUNT_ROUTES,
    ({ tenantPath }) => tenantPath,
    (route, ctx) => serve(deps, route, ctx),
  );
}

async function serve(
  deps: AccountPageDeps,
  route: AccountRoute,
  ctx: AccountVisit['ctx'],
): Promise<void> {
  if (route.access === 'anybody') return route.handle(deps, ctx);
  try {
    await (route.access === 'link' ? serveLink(deps, route, ctx) : serveVisitor(deps, route, ctx));
  } catch (error) {
    if (!(error instanceof CsrfError)) throw error;
    const page = route.access === 'link' ? undefined : route.page;
    await showRefusedForm(deps, page, ctx, error);
  }
}

async function serveLink(
  deps: AccountPageDeps,
  route: LinkRoute,
  ctx: AccountVisit['ctx'],
): Promise<void> {
  const messages = await accountMessages(ctx, undefined);
  if (route.method === 'GET') return route.handle(deps, { ctx, messages, form: new Map() });
  requireSameOrigin(ctx.req.headers, new URL(ctx.state.issuer).origin);
  const form = await readForm(ctx.req);
  const purpose = linkPurpose(ctx, form.get('token') ?? '');
  requireCsrfToken(deps.csrfSecret(), purpose, form.get(CSRF_FIELD));
  // A link works once.
  mustFinish(ctx);
  await route.handle(deps, { ctx, messages, form });
}

async function serveVisitor(
  deps: AccountPageDeps,
  route: SessionRoute,
  ctx: AccountVisit['ctx'],
): Promise<void> {
  if (route.method === 'POST') requireSameOrigin(ctx.req.headers, new URL(ctx.state.issuer).origin);
  const found = await findVisitor(deps, ctx);
  if (found === undefined) return signInFirst(ctx, route, wishOfNobody(route));
  const form = await readProtectedForm(deps, route, ctx, found.session.uid);
  // Only now: a stranger's form must not be what sends somebody to type their password.
  const { visitor, missing } = await examine(deps, route, ctx, found);
  if (missing !== undefined) return signInFirst(ctx, route, missing);
  const messages = await accountMessages(ctx, visitor.account);
  // What comes back from a form, or from elsewhere, has the language menu of its page.
  if (route.method === 'POST' || route.path !== route.page) ctx.state.pageAddress = route.page;
  await route.handle(deps, { ctx, messages, form, ...visitor });
}

/**
 * Says what is missing of a visitor's sign-in. A session that is not enough is looked at once more,
 * after their factors: a factor that another request is setting up is noted on it before it counts.
 */
async function examine(
  deps: AccountPageDeps,
  route: SessionRoute,
  ctx: AccountVisit['ctx'],
  found: Visitor,
): Promise<{ visitor: Visitor; missing: SignInWish | undefined }> {
  const missing = await missingSignIn(deps, ctx, route, found);
  if (missing === undefined) return { visitor: found, missing };
  const session = await deps.currentSession(ctx.state.tenant, ctx);
  if (session?.uid !== found.session.uid) return { visitor: found, missing };
  const visitor = { ...found, session };
  return { visitor, missing: await missingSignIn(deps, ctx, route, visitor) };
}

/** Every form, whatever its route: nothing in the table can leave one unprotected. */
async function readProtectedForm(
  deps: Pick<AccountPageDeps, 'csrfSecret'>,
  route: SessionRoute,
  ctx: AccountVisit['ctx'],
  uid: string,
): Promise<FormBody> {
  if (route.method !== 'POST') return new Map();
  const form = await readForm(ctx.req);
  requireCsrfToken(deps.csrfSecret(), formPurpose(ctx, uid, route.path), form.get(CSRF_FIELD));
  return form;
}

/** A page that is out of date, or was of another session, is common enough to offer the way on. */
async function showRefusedForm(
  deps: Pick<AccountPageDeps, 'render'>,
  page: string | undefined,
  ctx: AccountVisit['ctx'],
  error: CsrfError,
): Promise<void> {
  const messages = await accountMessages(ctx, undefined);
  const refused = errorPage(messages, {
    status: error.status,
    error: error.code,
    detail: error.message,
    requestId: ctx.state.requestId,
    retryHref: page === undefined ? undefined : `${ctx.state.issuerPath}${page}`,
  });
  showAccountPage(deps, { ctx, messages }, refused);
}
