import { ACCOUNT_PATH } from '../applications/account-client.ts';
import { csrfToken } from '../http/csrf.ts';
import { APPROVE_EMAIL_PATH, tellBothAddresses } from './email.ts';
import {
  approveEmailPage,
  emailApprovedPage,
  emailRefusedPage,
  invalidApprovalPage,
} from './pages/approve-email-pages.ts';
import { type AccountPageDeps, type LinkVisit, linkPurpose, showAccountPage } from './visit.ts';

/** Where the other answer is posted to. */
export const REFUSE_EMAIL_PATH = `${APPROVE_EMAIL_PATH}/refuse`;

/** Opens the link that the old address got. It uses nothing up: mail scanners open links, too. */
export async function showApproveEmail(deps: AccountPageDeps, visit: LinkVisit): Promise<void> {
  const { ctx, messages } = visit;
  const { token } = ctx.query;
  const { tenant, issuerPath } = ctx.state;
  const asked = typeof token === 'string' ? token : '';
  const pending = asked === '' ? undefined : await deps.findEmailChange(tenant, asked);
  if (pending === undefined) {
    return showAccountPage(deps, visit, invalidApprovalPage(messages));
  }
  const page = approveEmailPage(messages, {
    action: `${issuerPath}${APPROVE_EMAIL_PATH}`,
    refuseAction: `${issuerPath}${REFUSE_EMAIL_PATH}`,
    csrf: csrfToken(deps.csrfSecret(), linkPurpose(ctx, asked)),
    token: asked,
    from: pending.previousEmail ?? '',
    to: pending.email,
  });
  showAccountPage(deps, visit, page);
}

/** Takes a yes: the change is complete with it, or waits for the code alone. */
export async function submitApproveEmail(deps: AccountPageDeps, visit: LinkVisit): Promise<void> {
  const { ctx, messages } = visit;
  const { tenant, issuerPath } = ctx.state;
  const approval = approvalOf(visit);
  const pending = await deps.findEmailChange(tenant, approval.token);
  const result = await deps.approveEmailChange(tenant, approval);
  if (pending === undefined || result.outcome === 'gone' || result.outcome === 'taken') {
    return showAccountPage(deps, visit, invalidApprovalPage(messages));
  }
  const changed = result.outcome === 'changed';
  const account = await deps.findAccount(tenant.id, pending.accountId);
  if (changed && account !== undefined) await tellBothAddresses(deps, { ctx, account }, result);
  const page = emailApprovedPage(messages, {
    changed,
    email: pending.email,
    accountHref: `${issuerPath}${ACCOUNT_PATH}`,
  });
  showAccountPage(deps, visit, page);
}

/** Takes a no: nothing changes, and whoever owns the account had better look after it. */
export async function submitRefuseEmail(deps: AccountPageDeps, visit: LinkVisit): Promise<void> {
  const { ctx, messages } = visit;
  const { tenant, issuerPath } = ctx.state;
  const stopped = await deps.refuseEmailChange(tenant, approvalOf(visit));
  const page = stopped
    ? emailRefusedPage(messages, { passwordHref: `${issuerPath}${ACCOUNT_PATH}/password` })
    : invalidApprovalPage(messages);
  showAccountPage(deps, visit, page);
}

function approvalOf({ ctx, form }: LinkVisit) {
  const { address, requestId } = ctx.state;
  return { token: form.get('token') ?? '', address, requestId };
}
