import type { AcceptInvitationResult } from '../accounts/invitations.ts';
import { ACCOUNT_PATH, INVITATION_PATH } from '../applications/account-client.ts';
import { csrfToken } from '../http/csrf.ts';
import {
  invalidInvitationPage,
  invitationDonePage,
  invitationPage,
} from './pages/register-pages.ts';
import { type InteractionDeps, linkPurpose, showPage, type Visit } from './visit.ts';

type Problems = Extract<AcceptInvitationResult, { outcome: 'invalid' }>['problems'];

/** Opens an invitation. It uses nothing up: whoever scans mail opens links too. */
export async function showInvitation(deps: InteractionDeps, visit: Visit): Promise<void> {
  const { token } = visit.ctx.query;
  await showForm(deps, visit, typeof token === 'string' ? token : '');
}

/** Makes the account of somebody who was invited. */
export async function submitInvitation(deps: InteractionDeps, visit: Visit): Promise<void> {
  const { ctx, form, messages } = visit;
  const token = form.get('token') ?? '';
  const result = await deps.acceptInvitation(ctx.state.tenant, {
    token,
    name: form.get('name') ?? '',
    password: form.get('password') ?? '',
    locale: messages.lang,
    address: ctx.state.address,
    requestId: ctx.state.requestId,
  });
  const accountHref = `${ctx.state.issuerPath}${ACCOUNT_PATH}`;
  switch (result.outcome) {
    case 'invalid':
      return showForm(deps, visit, token, result.problems);
    case 'created':
      return showPage(deps, visit, invitationDonePage(messages, accountHref));
    default:
      return showPage(deps, visit, invalidInvitationPage(messages, result.outcome, accountHref));
  }
}

async function showForm(
  deps: InteractionDeps,
  visit: Visit,
  token: string,
  problems?: Problems,
): Promise<void> {
  const { ctx, form, messages } = visit;
  const { tenant, issuerPath } = ctx.state;
  const invitation = token === '' ? undefined : await deps.findInvitation(tenant, token);
  if (invitation === undefined) {
    const page = invalidInvitationPage(messages, 'invalid_link', `${issuerPath}${ACCOUNT_PATH}`);
    return showPage(deps, visit, page);
  }
  const page = invitationPage(messages, {
    action: `${issuerPath}${INVITATION_PATH}`,
    csrf: csrfToken(deps.csrfSecret(), linkPurpose(ctx, token)),
    token,
    siteName: tenant.name,
    email: invitation.email,
    name: form.get('name') ?? '',
    minCharacters: deps.passwordMinCharacters,
    problems,
  });
  showPage(deps, visit, page);
}
