import { ACCOUNT_PATH, RESET_PASSWORD_PATH } from '../applications/account-client.ts';
import { csrfToken } from '../http/csrf.ts';
import {
  invalidLinkPage,
  type NewPasswordProblem,
  resetPasswordDonePage,
  resetPasswordPage,
} from './pages/reset-password-pages.ts';
import { tellOwner } from './tell-owner.ts';
import { type InteractionDeps, linkPurpose, showPage, type Visit, visitOf } from './visit.ts';

/** Opens a link to set a new password. It uses nothing up: whoever scans mail opens links too. */
export async function showResetPassword(deps: InteractionDeps, visit: Visit): Promise<void> {
  const { token } = visit.ctx.query;
  await showForm(deps, visit, typeof token === 'string' ? token : '');
}

/** Takes a new password and says that every session has ended. */
export async function submitResetPassword(deps: InteractionDeps, visit: Visit): Promise<void> {
  const { ctx, form, messages } = visit;
  const token = form.get('token') ?? '';
  const password = form.get('password') ?? '';
  const again = form.get('password_again');
  if (password === '') return showForm(deps, visit, token, { kind: 'missing' });
  if (again !== undefined && again !== password) {
    return showForm(deps, visit, token, { kind: 'different' });
  }
  const result = await deps.resetPassword(ctx.state.tenant, {
    token,
    password,
    address: ctx.state.address,
    requestId: ctx.state.requestId,
  });
  if (result.outcome === 'changed') {
    await tellOwner(deps, visit, result.accountId, 'password_changed');
    const account = await deps.findAccount(ctx.state.tenant.id, result.accountId);
    const theirs = account === undefined ? visit : await visitOf(visit, account.claims);
    return showPage(deps, theirs, resetPasswordDonePage(theirs.messages, accountHref(visit)));
  }
  if (result.outcome === 'invalid_link') {
    return showPage(deps, visit, invalidLinkPage(messages, accountHref(visit)));
  }
  await showForm(deps, visit, token, {
    kind: result.reason,
    minCharacters: deps.passwordMinCharacters,
  });
}

async function showForm(
  deps: InteractionDeps,
  visit: Visit,
  token: string,
  problem?: NewPasswordProblem,
): Promise<void> {
  const { ctx, messages } = visit;
  const { tenant, issuerPath } = ctx.state;
  const account = token === '' ? undefined : await deps.findResetLink(tenant, token);
  if (account === undefined) {
    return showPage(deps, visit, invalidLinkPage(messages, accountHref(visit)));
  }
  const theirs = await visitOf(visit, account.claims);
  const page = resetPasswordPage(theirs.messages, {
    action: `${issuerPath}${RESET_PASSWORD_PATH}`,
    csrf: csrfToken(deps.csrfSecret(), linkPurpose(ctx, token)),
    token,
    username: account.username,
    minCharacters: deps.passwordMinCharacters,
    problem,
  });
  showPage(deps, theirs, page);
}

/** Whoever came by mail has no application to go back to. */
function accountHref({ ctx }: Visit): string {
  return `${ctx.state.issuerPath}${ACCOUNT_PATH}`;
}
