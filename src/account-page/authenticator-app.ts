import { keepLastOf, METHODS_PATH, whyFactorKept } from './methods.ts';
import { type AppProblem, addAppPage, appPage } from './pages/app-pages.ts';
import { offerRecoveryCodes, RECOVERY_CODES_PATH, raiseVisit } from './prove-factor.ts';
import { shellOf } from './shell.ts';
import {
  type AccountPageDeps,
  type AccountVisit,
  accountForm,
  actingOwner,
  notifyOwner,
  seeDone,
  seeOther,
  showAccountPage,
} from './visit.ts';

const PATH = `${METHODS_PATH}/app`;
const ADD_PATH = `${PATH}/add`;
const REMOVE_PATH = `${PATH}/remove`;

/** Shows whether an account has an authenticator app. */
export async function showApp(deps: AccountPageDeps, visit: AccountVisit): Promise<void> {
  if (!hasFactors(visit)) return backToMethods(visit);
  const { ctx, account, messages } = visit;
  const { totp } = await deps.factorsOf(ctx.state.tenant.id, account.id);
  const page = appPage(messages, shellOf(deps, visit), {
    app: totp,
    addHref: `${ctx.state.issuerPath}${ADD_PATH}`,
    remove: accountForm(deps, visit, REMOVE_PATH),
    needed: (await whyFactorKept(deps, visit, 'app')) !== undefined,
    now: deps.now(),
  });
  showAccountPage(deps, visit, page);
}

/** Shows what an app is set up with. */
export async function showAddApp(deps: AccountPageDeps, visit: AccountVisit): Promise<void> {
  if (!hasFactors(visit)) return backToMethods(visit);
  await showForm(deps, visit, undefined);
}

/** Takes the first code of an app: it is the account's own from now on, in place of one before. */
export async function submitAddApp(deps: AccountPageDeps, visit: AccountVisit): Promise<void> {
  if (!hasFactors(visit)) return backToMethods(visit);
  const { ctx, form, session } = visit;
  const { tenant } = ctx.state;
  const { id: accountId } = visit.account;
  const code = form.get('code') ?? '';
  if (code.trim() === '') return showForm(deps, visit, 'missing');
  const { outcome } = await deps.confirmTotp(tenant, {
    accountId,
    binding: session.uid,
    code,
    by: actingOwner(visit),
    beforeItCounts: () => raiseVisit(deps, visit, 'otp'),
  });
  if (outcome === 'expired' && (await deps.isUsedTotpCode(tenant, { accountId, code }))) {
    // A form that was sent twice: the other one has set the app up.
    return seeDone(deps, visit, RECOVERY_CODES_PATH, 'app_added');
  }
  if (outcome !== 'confirmed') return showForm(deps, visit, outcome);
  await notifyOwner(deps, visit, { event: 'second_factor_added' });
  if (await offerRecoveryCodes(deps, visit, 'app_added')) return;
  seeDone(deps, visit, PATH, 'app_added');
}

/** Removes an app, unless the tenant lets nobody be without. */
export async function submitRemoveApp(deps: AccountPageDeps, visit: AccountVisit): Promise<void> {
  const { tenant } = visit.ctx.state;
  const outcome = await deps.removeTotp(tenant, {
    accountId: visit.account.id,
    keepLast: keepLastOf(deps, visit).factor,
    by: actingOwner(visit),
  });
  if (outcome === 'last') return showApp(deps, visit);
  if (outcome === 'removed') await notifyOwner(deps, visit, { event: 'second_factor_removed' });
  seeDone(deps, visit, PATH, 'app_removed');
}

async function showForm(
  deps: AccountPageDeps,
  visit: AccountVisit,
  problem: AppProblem | undefined,
): Promise<void> {
  const { ctx, account, session, messages } = visit;
  const { seed, uri } = await deps.beginTotp(ctx.state.tenant, {
    accountId: account.id,
    label: account.username,
    binding: session.uid,
  });
  const page = addAppPage(messages, shellOf(deps, visit), {
    ...accountForm(deps, visit, ADD_PATH),
    seed,
    uri,
    problem,
  });
  showAccountPage(deps, visit, page);
}

function hasFactors({ ctx }: AccountVisit): boolean {
  return ctx.state.tenant.settings.mfa !== 'off';
}

function backToMethods({ ctx }: AccountVisit): void {
  seeOther(ctx, `${ctx.state.issuerPath}${METHODS_PATH}`);
}
