/**
 * Interactions: the hosted pages that people meet between an application's request and its answer,
 * and the few that a link opens. This room shows steps, reads their forms, asks one other room for
 * each, and gives the outcome back to the protocol. `next-step.ts` alone decides what comes next;
 * it knows no SQL, no keys, and of `oidc-provider` only the Provider that it is handed.
 */
import type { Middleware } from 'koa';
import { CSRF_FIELD, CsrfError, requireCsrfToken, requireSameOrigin } from '../http/csrf.ts';
import { type FormBody, readForm } from '../http/form-body.ts';
import { mustFinish } from '../http/must-finish.ts';
import type { RequestState } from '../http/request-state.ts';
import { routeByPath } from '../http/route-by-path.ts';
import type { TenantState } from '../tenants/tenant-state.ts';
import { requestMessages } from './language-choice.ts';
import { loadFacts } from './load-facts.ts';
import { isOver, loadInteraction, showExpired } from './load-interaction.ts';
import { nextStep } from './next-step.ts';
import { errorPage } from './pages/error-page.ts';
import { HOSTED_ROUTES, type HostedRoute } from './route-table.ts';
import {
  type InteractionDeps,
  interactionPath,
  interactionPurpose,
  linkPurpose,
  showPage,
  type Visit,
} from './visit.ts';

export type { InteractionDeps } from './visit.ts';

type HostedState = RequestState & TenantState;

/** What can be opened with a GET. */
const PAGES = new Set(
  HOSTED_ROUTES.filter(({ method }) => method === 'GET').map(({ path }) => path),
);

/**
 * The hosted routes as one middleware. It expects the tenant in `ctx.state`, matches on the path
 * inside the tenant, and lets everything else go on.
 *
 * Errors fly to the boundary, as pages.
 */
export function createInteractionRoutes(deps: InteractionDeps): Middleware<HostedState> {
  return routeByPath<HostedState, HostedRoute>(
    HOSTED_ROUTES,
    ({ tenantPath }) => tenantPath,
    (route, ctx) => serve(deps, route, ctx, ctx.params.uid ?? ''),
  );
}

async function serve(
  deps: InteractionDeps,
  route: HostedRoute,
  ctx: Visit['ctx'],
  uid: string,
): Promise<void> {
  let form: FormBody = new Map();
  ctx.state.pageAddress = pageAddress(route, ctx, form);
  if (route.csrf !== false) {
    try {
      form = await readProtectedForm(deps, route, ctx, uid);
      ctx.state.pageAddress = pageAddress(route, ctx, form);
    } catch (error) {
      if (!(error instanceof CsrfError)) throw error;
      return showRefusedForm(deps, route, ctx, uid, error);
    }
  }
  if (route.access !== 'interaction') {
    const messages = await requestMessages(ctx);
    // A link works once.
    if (route.access === 'link' && route.method === 'POST') mustFinish(ctx);
    return route.handle(deps, { ctx, form, messages });
  }
  const interaction = await loadInteraction(deps, ctx, uid);
  if (interaction === undefined) return showExpired(deps, ctx, uid);
  const { client_id: clientId, ui_locales: uiLocales } = interaction.params;
  if (typeof clientId === 'string') ctx.state.logFields.client_id = clientId;
  const facts = await loadFacts(deps, ctx, interaction);
  const messages = await requestMessages(ctx, { uiLocales, accountLocale: facts.account?.locale });
  const step = nextStep(interaction, facts);
  try {
    await route.handle(deps, { ctx, form, interaction, messages, step });
  } catch (error) {
    if (!isOver(error)) throw error;
    await showExpired(deps, ctx, uid);
  }
}

/** @throws CsrfError, FormError; nothing was done */
async function readProtectedForm(
  deps: InteractionDeps,
  route: HostedRoute,
  ctx: Visit['ctx'],
  uid: string,
): Promise<FormBody> {
  requireSameOrigin(ctx.req.headers, new URL(ctx.state.issuer).origin);
  const form = await readForm(ctx.req);
  if (route.csrf === 'origin') return form;
  const purpose =
    route.access === 'link'
      ? linkPurpose(ctx, form.get('token') ?? '')
      : interactionPurpose(ctx, uid);
  requireCsrfToken(deps.csrfSecret(), purpose, form.get(CSRF_FIELD));
  return form;
}

/**
 * Where a page can be opened again: its own address, or for a form's answer the page that the form
 * belongs to, with the link's token that the form carried.
 */
function pageAddress(route: HostedRoute, ctx: Visit['ctx'], form: FormBody): string | undefined {
  const { tenantPath } = ctx.state;
  if (route.method === 'GET') return tenantPath + ctx.search;
  const token = route.access === 'link' ? form.get('token') : undefined;
  const query = token === undefined ? '' : `?${new URLSearchParams({ token })}`;
  for (let path = route.path; path !== ''; path = path.slice(0, path.lastIndexOf('/'))) {
    if (!PAGES.has(path)) continue;
    const depth = path.split('/').length;
    return tenantPath.split('/').slice(0, depth).join('/') + query;
  }
  return undefined;
}

/** A page that is out of date is common enough to offer the way on. */
async function showRefusedForm(
  deps: InteractionDeps,
  route: HostedRoute,
  ctx: Visit['ctx'],
  uid: string,
  error: CsrfError,
): Promise<void> {
  const messages = await requestMessages(ctx);
  const page = errorPage(messages, {
    status: error.status,
    error: error.code,
    detail: error.message,
    requestId: ctx.state.requestId,
    retryHref: route.access === 'interaction' ? interactionPath(ctx, uid) : undefined,
  });
  showPage(deps, { ctx, messages, form: new Map() }, page);
}
