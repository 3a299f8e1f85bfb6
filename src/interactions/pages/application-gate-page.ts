import type { Page } from '../../http/render-page.ts';
import { displayName } from '../../languages/display-text.ts';
import type { Messages } from '../messages/messages.ts';
import { accountCard, type ShownAccount } from './account-card.ts';

export interface ApplicationGateView {
  readonly action: string;
  readonly csrf: string;
  readonly formTargets: readonly string[];
  readonly applicationName: string;
  readonly clientName: string;
  readonly account: ShownAccount;
}

/** Says that an account has no role in an application, and who it is that has none. */
export function applicationGatePage(messages: Messages, view: ApplicationGateView): Page {
  const application = displayName(view.applicationName);
  return {
    template: 'application-gate',
    title: messages.gate.title(application),
    status: 403,
    formTargets: view.formTargets,
    data: {
      accountText: messages.account,
      heading: messages.gate.heading(application),
      text: messages.gate.text(application),
      leave: messages.gate.leave(displayName(view.clientName)),
      switch: messages.gate.switch,
      account: accountCard(view.account),
      action: view.action,
      csrf: view.csrf,
    },
  };
}
