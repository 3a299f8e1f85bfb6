import type { PasswordWeakness } from '../../accounts/password-policy.ts';
import type { Page } from '../../http/render-page.ts';
import { aroundName, displayName } from '../../languages/display-text.ts';
import type { Messages } from '../messages/messages.ts';

/** What is wrong with a new password that was just sent. */
export type NewPasswordProblem =
  | { readonly kind: 'missing' }
  | { readonly kind: 'too_short'; readonly minCharacters: number }
  | { readonly kind: Exclude<PasswordWeakness, 'too_short'> }
  | { readonly kind: 'different' };

export interface ResetPasswordView {
  readonly action: string;
  readonly csrf: string;
  readonly token: string;
  readonly username: string;
  readonly minCharacters: number;
  readonly problem: NewPasswordProblem | undefined;
}

/** Asks for a new password. Showing it uses nothing up: mail scanners open links too. */
export function resetPasswordPage(messages: Messages, view: ResetPasswordView): Page {
  const { resetPassword } = messages;
  const problem = problemText(messages, view.problem);
  return {
    template: 'reset-password',
    title: problem === undefined ? resetPassword.title : messages.errorTitle(resetPassword.title),
    status: problem === undefined ? 200 : 422,
    formTargets: [],
    secretAddress: true,
    data: {
      text: resetPassword,
      lead: aroundName(resetPassword.lead),
      username: displayName(view.username),
      rules: resetPassword.rules(view.minCharacters),
      minCharacters: view.minCharacters,
      action: view.action,
      csrf: view.csrf,
      token: view.token,
      fields:
        view.problem?.kind === 'different'
          ? { password: undefined, again: problem }
          : { password: problem, again: undefined },
    },
  };
}

/** Says that the password is changed and every session ended, and leads to a sign-in. */
export function resetPasswordDonePage(messages: Messages, accountHref: string): Page {
  const { resetPassword, invitation } = messages;
  return {
    template: 'reset-password-done',
    title: resetPassword.doneTitle,
    status: 200,
    formTargets: undefined,
    data: {
      heading: resetPassword.doneHeading,
      text: resetPassword.doneText,
      link: { href: accountHref, text: invitation.goOn },
    },
  };
}

/** Says that a link is unknown, used or expired, not which, and leads to where another is asked for. */
export function invalidLinkPage(messages: Messages, accountHref: string): Page {
  const { resetPassword, invitation } = messages;
  return {
    template: 'message',
    title: resetPassword.invalidTitle,
    status: 400,
    formTargets: undefined,
    secretAddress: true,
    data: {
      heading: resetPassword.invalidTitle,
      paragraphs: [resetPassword.invalidText],
      link: { href: accountHref, text: invitation.goOn },
    },
  };
}

/** What is wrong with a new password, in words. */
export function newPasswordProblemText(
  messages: Messages,
  problem: PasswordWeakness | 'missing',
  minCharacters: number,
): string {
  const { resetPassword } = messages;
  switch (problem) {
    case 'missing':
      return resetPassword.missing;
    case 'too_short':
      return resetPassword.tooShort(minCharacters);
    case 'too_long':
      return resetPassword.tooLong;
    case 'common':
      return resetPassword.common;
    case 'pattern':
      return resetPassword.pattern;
    case 'personal':
      return resetPassword.personal;
  }
}

function problemText(
  messages: Messages,
  problem: NewPasswordProblem | undefined,
): string | undefined {
  if (problem === undefined) return undefined;
  if (problem.kind === 'different') return messages.resetPassword.different;
  const minCharacters = problem.kind === 'too_short' ? problem.minCharacters : 0;
  return newPasswordProblemText(messages, problem.kind, minCharacters);
}
