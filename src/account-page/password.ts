import { ACCOUNT_PATH } from '../applications/account-client.ts';
import { mustFinish } from '../http/must-finish.ts';
import { type NewPasswordProblem, passwordPage } from './pages/password-page.ts';
import { shellOf } from './shell.ts';
import {
  type AccountPageDeps,
  type AccountVisit,
  accountForm,
  notifyOwner,
  originOf,
  seeDone,
  showAccountPage,
} from './visit.ts';

const PATH = `${ACCOUNT_PATH}/password`;

/** Asks for a new password. Who it is was asked a moment ago, so nobody asks for the old one. */
export async function showPassword(deps: AccountPageDeps, visit: AccountVisit): Promise<void> {
  await showForm(deps, visit, undefined);
}

/** Takes a new password; every session but this one ends. */
export async function submitPassword(deps: AccountPageDeps, visit: AccountVisit): Promise<void> {
  const { ctx, form, account, session } = visit;
  const password = form.get('password') ?? '';
  if (password === '') return showForm(deps, visit, 'missing');
  if (form.get('password_again') !== password) return showForm(deps, visit, 'different');
  // This session goes on under an identifier that the answer brings.
  mustFinish(ctx);
  const result = await deps.changePassword(
    ctx.state.tenant,
    { ...originOf(visit), accountId: account.id, password },
    { ...session, ctx },
  );
  if (result.outcome === 'weak') return showForm(deps, visit, result.reason);
  await notifyOwner(deps, visit, { event: 'password_changed' });
  seeDone(deps, visit, PATH, 'password_changed');
}

async function showForm(
  deps: AccountPageDeps,
  visit: AccountVisit,
  problem: NewPasswordProblem | undefined,
): Promise<void> {
  const { ctx, account } = visit;
  const page = passwordPage(visit.messages, shellOf(deps, visit), {
    ...accountForm(deps, visit, PATH),
    username: account.username,
    changedAt: await deps.passwordChangedAt(ctx.state.tenant.id, account.id),
    minCharacters: deps.passwordMinCharacters,
    problem,
  });
  showAccountPage(deps, visit, page);
}
