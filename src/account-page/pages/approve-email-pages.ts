import type { Page } from '../../http/render-page.ts';
import type { Messages } from '../../interactions/messages/messages.ts';
import { displayName } from '../../languages/display-text.ts';

export interface ApproveEmailView {
  readonly action: string;
  readonly refuseAction: string;
  readonly csrf: string;
  readonly token: string;
  readonly from: string;
  readonly to: string;
}

/** Asks whoever reads the old address whether the account may have another one. */
export function approveEmailPage(messages: Messages, view: ApproveEmailView): Page {
  const { accountEmail } = messages;
  const { action, refuseAction, csrf, token } = view;
  return {
    template: 'account-email-approve',
    title: accountEmail.approveTitle,
    status: 200,
    formTargets: [],
    secretAddress: true,
    data: {
      text: accountEmail,
      lead: accountEmail.approveLead(displayName(view.from), displayName(view.to)),
      action,
      refuseAction,
      csrf,
      token,
    },
  };
}

/** Says that the old address has agreed, and whether that was all. */
export function emailApprovedPage(
  messages: Messages,
  view: { readonly changed: boolean; readonly email: string; readonly accountHref: string },
): Page {
  const { accountEmail } = messages;
  const email = displayName(view.email);
  const [title, text] = view.changed
    ? [accountEmail.changedTitle, accountEmail.changedText(email)]
    : [accountEmail.approvedTitle, accountEmail.approvedText(email)];
  return messagePage(title, text, 200, { href: view.accountHref, text: accountEmail.toAccount });
}

/** Says that nothing changes, and what to do now. */
export function emailRefusedPage(
  messages: Messages,
  view: { readonly passwordHref: string },
): Page {
  const { accountEmail } = messages;
  return messagePage(accountEmail.refusedTitle, accountEmail.refusedText, 200, {
    href: view.passwordHref,
    text: accountEmail.newPassword,
  });
}

/** Says that a link is unknown, used or expired, without saying which. */
export function invalidApprovalPage({ accountEmail }: Messages): Page {
  const { invalidTitle, invalidText } = accountEmail;
  return { ...messagePage(invalidTitle, invalidText, 400, undefined), secretAddress: true };
}

function messagePage(
  title: string,
  text: string,
  status: number,
  link: { readonly href: string; readonly text: string } | undefined,
): Page {
  return {
    template: 'message',
    title,
    status,
    formTargets: undefined,
    data: { heading: title, paragraphs: [text], link },
  };
}
