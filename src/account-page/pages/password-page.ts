import type { PasswordWeakness } from '../../accounts/password-policy.ts';
import type { Page } from '../../http/render-page.ts';
import type { Messages } from '../../interactions/messages/messages.ts';
import { newPasswordProblemText } from '../../interactions/pages/reset-password-pages.ts';
import { displayName } from '../../languages/display-text.ts';
import { type AccountShell, accountLayout } from './account-layout.ts';

/** What is wrong with a new password that was just sent. */
export type NewPasswordProblem = PasswordWeakness | 'missing' | 'different';

export interface PasswordView {
  readonly action: string;
  readonly csrf: string;
  /** For password managers. */
  readonly username: string;
  /** Undefined when the account has no password. */
  readonly changedAt: Date | undefined;
  readonly minCharacters: number;
  readonly problem: NewPasswordProblem | undefined;
}

/** Asks for a new password, twice. */
export function passwordPage(messages: Messages, shell: AccountShell, view: PasswordView): Page {
  const { accountPassword, resetPassword, formats } = messages;
  const { changedAt, problem } = view;
  const again = problem === 'different';
  const said = again ? resetPassword.different : problemText(messages, view);
  return accountLayout(messages, shell, {
    template: 'account-password',
    section: 'password',
    problem: said,
    data: {
      text: accountPassword,
      lead:
        changedAt === undefined
          ? accountPassword.none
          : accountPassword.changed(formats.date(changedAt, shell.timeZone)),
      username: displayName(view.username),
      rules: resetPassword.rules(view.minCharacters),
      minCharacters: view.minCharacters,
      fields: { password: again ? undefined : said, again: again ? said : undefined },
      action: view.action,
      csrf: view.csrf,
      // It stands at its field.
      problem: undefined,
    },
  });
}

function problemText(
  messages: Messages,
  { problem, minCharacters }: PasswordView,
): string | undefined {
  if (problem === undefined || problem === 'different') return undefined;
  return newPasswordProblemText(messages, problem, minCharacters);
}
