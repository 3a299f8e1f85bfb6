import type { Page } from '../../http/render-page.ts';
import { displayName } from '../../languages/display-text.ts';
import type { Messages } from '../messages/messages.ts';

export interface RecoveryCodesView {
  readonly action: string;
  readonly csrf: string;
  readonly formTargets: readonly string[];
  readonly siteName: string;
  readonly username: string;
  readonly codes: readonly string[];
}

/** Shows recovery codes, this once. On paper, and in a file, they say whose they are. */
export function recoveryCodesPage(messages: Messages, view: RecoveryCodesView): Page {
  const { recoveryCodes } = messages;
  const username = displayName(view.username);
  const site = displayName(view.siteName);
  const file = [recoveryCodes.fileHeading(username, site), '', ...view.codes, ''].join('\r\n');
  return {
    template: 'recovery-codes',
    title: recoveryCodes.title,
    status: 200,
    formTargets: view.formTargets,
    data: {
      text: recoveryCodes,
      printed: recoveryCodes.printed(username, site),
      codes: view.codes,
      file: `data:text/plain;charset=utf-8,${encodeURIComponent(file.toWellFormed())}`,
      action: view.action,
      csrf: view.csrf,
    },
  };
}
