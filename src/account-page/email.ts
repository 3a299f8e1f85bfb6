import { ACCOUNT_PATH } from '../applications/account-client.ts';
import { describeUserAgent } from '../http/describe-user-agent.ts';
import {
  type ChangeEmailProblem,
  changeEmailPage,
  type EmailCodeProblem,
  emailPage,
  verifyEmailPage,
} from './pages/email-pages.ts';
import { shellOf } from './shell.ts';
import {
  type AccountPageDeps,
  type AccountVisit,
  accountForm,
  notifyOwner,
  originOf,
  seeDone,
  seeOther,
  showAccountPage,
} from './visit.ts';

const PATH = `${ACCOUNT_PATH}/email`;
const CHANGE_PATH = `${PATH}/change`;
const VERIFY_PATH = `${PATH}/verify`;
/** Where the link leads that the old address gets. */
export const APPROVE_EMAIL_PATH = `${PATH}/approve`;

/** Shows the address, and what a change of it waits for. */
export async function showEmail(deps: AccountPageDeps, visit: AccountVisit): Promise<void> {
  await showState(deps, visit, undefined);
}

/** Asks for another address. */
export async function showChangeEmail(deps: AccountPageDeps, visit: AccountVisit): Promise<void> {
  if (!deps.mailEnabled) return backToEmail(visit);
  showChangeForm(deps, visit, '', undefined);
}

/** Takes another address: a message goes to both. */
export async function submitChangeEmail(deps: AccountPageDeps, visit: AccountVisit): Promise<void> {
  if (!deps.mailEnabled) return backToEmail(visit);
  const { ctx, form } = visit;
  const typed = form.get('email') ?? '';
  const result = await deps.beginEmailChange(
    ctx.state.tenant,
    ownVisit(visit),
    typed,
    mailOf(visit),
  );
  if (result.outcome === 'begun') return seeDone(deps, visit, PATH, 'email_change_begun');
  showChangeForm(
    deps,
    visit,
    typed,
    result.outcome === 'invalid' ? { kind: result.problem } : { ...result, kind: 'throttled' },
  );
}

/** Takes the code that the new address got. */
export async function submitEmailCode(deps: AccountPageDeps, visit: AccountVisit): Promise<void> {
  const code = visit.form.get('code') ?? '';
  if (code.trim() === '') return showState(deps, visit, { kind: 'missing' });
  const result = await deps.proveNewEmail(visit.ctx.state.tenant, ownVisit(visit), code);
  switch (result.outcome) {
    case 'waiting':
      return seeDone(deps, visit, PATH, 'email_proved');
    case 'changed':
      await tellBothAddresses(deps, visit, result);
      return seeDone(deps, visit, PATH, 'email_changed');
    case 'locked':
      return showState(deps, visit, { ...result, kind: 'locked' });
    default:
      return showState(deps, visit, { kind: result.outcome });
  }
}

/** Sends the code to the new address once more. */
export async function submitResendEmailCode(
  deps: AccountPageDeps,
  visit: AccountVisit,
): Promise<void> {
  const { tenant } = visit.ctx.state;
  const result = await deps.resendEmailChangeCode(tenant, ownVisit(visit), mailOf(visit));
  if (result.outcome === 'sent') return seeDone(deps, visit, PATH, 'email_code_sent');
  if (result.outcome === 'gone') return backToEmail(visit);
  await showState(deps, visit, { ...result, kind: 'pause' });
}

/** Takes a change back. */
export async function submitCancelEmailChange(
  deps: AccountPageDeps,
  visit: AccountVisit,
): Promise<void> {
  await deps.cancelEmailChange(visit.ctx.state.tenant, ownVisit(visit));
  seeDone(deps, visit, PATH, 'email_change_cancelled');
}

/** Asks for the code that confirms the address that the account has. */
export async function showVerifyEmail(deps: AccountPageDeps, visit: AccountVisit): Promise<void> {
  const own = unverified(deps, visit);
  if (own === undefined) return backToEmail(visit);
  showVerifyForm(deps, visit, own.account.email, undefined);
}

/** Sends that code. */
export async function submitSendVerification(
  deps: AccountPageDeps,
  visit: AccountVisit,
): Promise<void> {
  const own = unverified(deps, visit);
  if (own === undefined) return backToEmail(visit);
  const { tenant } = visit.ctx.state;
  const result = await deps.requestEmailConfirmation(tenant, own, visit.messages.lang);
  if (result.outcome === 'sent') {
    return seeOther(visit.ctx, `${visit.ctx.state.issuerPath}${VERIFY_PATH}`);
  }
  showVerifyForm(deps, visit, own.account.email, { ...result, kind: 'pause' });
}

/** Takes that code. */
export async function submitVerifyEmail(deps: AccountPageDeps, visit: AccountVisit): Promise<void> {
  const own = unverified(deps, visit);
  if (own === undefined) return backToEmail(visit);
  const code = visit.form.get('code') ?? '';
  const { email } = own.account;
  if (code.trim() === '') return showVerifyForm(deps, visit, email, { kind: 'missing' });
  const result = await deps.confirmEmail(visit.ctx.state.tenant, own, code);
  if (result.outcome === 'confirmed') return seeDone(deps, visit, PATH, 'email_confirmed');
  showVerifyForm(
    deps,
    visit,
    email,
    result.outcome === 'locked' ? { ...result, kind: 'locked' } : { kind: result.outcome },
  );
}

/** Tells the address before and the address after: only one of them may be the owner's. */
export async function tellBothAddresses(
  deps: Pick<AccountPageDeps, 'notifyOwner'>,
  visit: Pick<AccountVisit, 'ctx' | 'account'>,
  changed: { readonly email: string; readonly previousEmail: string | undefined },
): Promise<void> {
  const { ctx, account } = visit;
  for (const email of [changed.previousEmail, changed.email]) {
    if (email === undefined) continue;
    await notifyOwner(deps, { ctx, account: { ...account, email } }, { event: 'email_changed' });
  }
}

async function showState(
  deps: AccountPageDeps,
  visit: AccountVisit,
  problem: EmailCodeProblem | undefined,
): Promise<void> {
  const { ctx, account, messages } = visit;
  if (problem?.kind === 'locked' || problem?.kind === 'pause') {
    ctx.set('Retry-After', String(problem.retryAfterSeconds));
  }
  const pending = await deps.findPendingEmailChange(ctx.state.tenant.id, account.id);
  const { issuerPath } = ctx.state;
  const page = emailPage(messages, shellOf(deps, visit), {
    email: account.email,
    verified: account.emailVerified,
    mailEnabled: deps.mailEnabled,
    changeHref: `${issuerPath}${CHANGE_PATH}`,
    sendVerification: accountForm(deps, visit, `${VERIFY_PATH}/send`),
    pending,
    code: accountForm(deps, visit, `${PATH}/code`),
    resend: accountForm(deps, visit, `${PATH}/resend`),
    cancel: accountForm(deps, visit, `${PATH}/cancel`),
    problem,
  });
  showAccountPage(deps, visit, page);
}

function showChangeForm(
  deps: AccountPageDeps,
  visit: AccountVisit,
  typed: string,
  problem: ChangeEmailProblem | undefined,
): void {
  const { ctx, account, messages } = visit;
  if (problem?.kind === 'throttled') ctx.set('Retry-After', String(problem.retryAfterSeconds));
  const page = changeEmailPage(messages, shellOf(deps, visit), {
    ...accountForm(deps, visit, CHANGE_PATH),
    hasEmail: account.email !== undefined,
    needsApproval: account.emailVerified,
    typed,
    problem,
  });
  showAccountPage(deps, visit, page);
}

function showVerifyForm(
  deps: AccountPageDeps,
  visit: AccountVisit,
  email: string,
  problem: EmailCodeProblem | undefined,
): void {
  const page = verifyEmailPage(visit.messages, shellOf(deps, visit), {
    ...accountForm(deps, visit, VERIFY_PATH),
    email,
    resend: accountForm(deps, visit, `${VERIFY_PATH}/send`),
    problem,
  });
  showAccountPage(deps, visit, page);
}

function backToEmail({ ctx }: AccountVisit): void {
  seeOther(ctx, `${ctx.state.issuerPath}${PATH}`);
}

/** Codes work in the session that asked for them. */
function ownVisit(visit: AccountVisit) {
  return { account: visit.account, binding: visit.session.uid, ...originOf(visit) };
}

function unverified({ mailEnabled }: AccountPageDeps, visit: AccountVisit) {
  const { email, emailVerified } = visit.account;
  if (email === undefined || emailVerified || !mailEnabled) return undefined;
  return { ...ownVisit(visit), account: { ...visit.account, email } };
}

function mailOf({ ctx, messages }: AccountVisit) {
  const { issuer } = ctx.state;
  const { browser, system } = describeUserAgent(ctx.get('User-Agent'));
  return {
    approvalUrl: (token: string) => `${issuer}${APPROVE_EMAIL_PATH}?token=${token}`,
    accountUrl: `${issuer}${ACCOUNT_PATH}`,
    browser: [browser, system].filter(Boolean).join(' · ') || undefined,
    locale: messages.lang,
  };
}
