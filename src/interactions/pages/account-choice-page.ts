import type { Page } from '../../http/render-page.ts';
import { displayName } from '../../languages/display-text.ts';
import type { Messages } from '../messages/messages.ts';
import { accountCard, type ShownAccount } from './account-card.ts';

export interface AccountChoiceView {
  readonly action: string;
  readonly csrf: string;
  readonly formTargets: readonly string[];
  readonly clientName: string;
  readonly account: ShownAccount;
}

/** Offers the account that is signed in, or another one. */
export function accountChoicePage(messages: Messages, view: AccountChoiceView): Page {
  const { accountChoice, signIn } = messages;
  const client = displayName(view.clientName);
  return {
    template: 'account-choice',
    title: accountChoice.title,
    status: 200,
    formTargets: view.formTargets,
    data: {
      accountText: messages.account,
      heading: accountChoice.heading,
      text: accountChoice.text(client),
      continue: accountChoice.continue,
      switch: messages.gate.switch,
      cancel: signIn.cancel,
      account: accountCard(view.account),
      action: view.action,
      csrf: view.csrf,
    },
  };
}
