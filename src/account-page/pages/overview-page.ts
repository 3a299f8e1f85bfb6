import type { Page } from '../../http/render-page.ts';
import type { Messages } from '../../interactions/messages/messages.ts';
import { accountCard, type ShownAccount } from '../../interactions/pages/account-card.ts';
import { type AccountShell, accountLayout, SECTIONS, type Section } from './account-layout.ts';

export interface OverviewView {
  readonly account: ShownAccount;
}

/** Who is signed in, and where everything is. */
export function overviewPage(messages: Messages, shell: AccountShell, view: OverviewView): Page {
  const { accountPage } = messages;
  const sections = (Object.keys(SECTIONS) as Section[]).filter((name) => name !== 'overview');
  return accountLayout(messages, shell, {
    template: 'account-overview',
    section: 'overview',
    data: {
      heading: accountPage.title,
      back: undefined,
      accountText: messages.account,
      account: accountCard(view.account),
      sections: sections.map((section) => ({
        ...accountPage.sections[section],
        href: `${shell.root}${SECTIONS[section]}`,
      })),
      signOut: { text: accountPage.signOut, href: shell.signOutHref },
    },
  });
}
