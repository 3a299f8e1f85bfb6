import { METHODS_PATH } from './methods.ts';
import { browsersPage } from './pages/browsers-page.ts';
import { shellOf } from './shell.ts';
import {
  type AccountPageDeps,
  type AccountVisit,
  accountForm,
  actingOwner,
  seeDone,
  seeOther,
  showAccountPage,
} from './visit.ts';

const PATH = `${METHODS_PATH}/browsers`;
const FORGET_PATH = `${PATH}/forget`;
const FORGET_ALL_PATH = `${PATH}/forget-all`;

/** Shows in which browsers nobody is asked for a second factor. */
export async function showBrowsers(deps: AccountPageDeps, visit: AccountVisit): Promise<void> {
  const { ctx, account, messages } = visit;
  const { tenant, issuerPath } = ctx.state;
  if (tenant.settings.mfa === 'off') return seeOther(ctx, `${issuerPath}${METHODS_PATH}`);
  const page = browsersPage(messages, shellOf(deps, visit), {
    browsers: await deps.listBrowsers(tenant.id, account.id),
    forget: accountForm(deps, visit, FORGET_PATH),
    forgetAll: accountForm(deps, visit, FORGET_ALL_PATH),
    now: deps.now(),
  });
  showAccountPage(deps, visit, page);
}

/** Forgets one. One that is forgotten already is as good. */
export async function submitForgetBrowser(
  deps: AccountPageDeps,
  visit: AccountVisit,
): Promise<void> {
  await deps.forgetBrowsers(visit.ctx.state.tenant, {
    accountId: visit.account.id,
    id: visit.form.get('browser') ?? '',
    by: actingOwner(visit),
  });
  seeDone(deps, visit, PATH, 'browser_forgotten');
}

/** Forgets all of them. */
export async function submitForgetAllBrowsers(
  deps: AccountPageDeps,
  visit: AccountVisit,
): Promise<void> {
  const { id: accountId } = visit.account;
  await deps.forgetBrowsers(visit.ctx.state.tenant, { accountId, by: actingOwner(visit) });
  seeDone(deps, visit, PATH, 'browsers_forgotten');
}
