import type { RememberedBrowser } from '../../accounts/browser-store.ts';
import type { Page } from '../../http/render-page.ts';
import type { Messages } from '../../interactions/messages/messages.ts';
import { displayName } from '../../languages/display-text.ts';
import { type AccountShell, accountLayout } from './account-layout.ts';
import { browserName } from './sessions-page.ts';

export interface BrowsersView {
  /** The one used last first. */
  readonly browsers: readonly RememberedBrowser[];
  readonly forget: { readonly action: string; readonly csrf: string };
  readonly forgetAll: { readonly action: string; readonly csrf: string };
  readonly now: Date;
}

/** In which browsers nobody is asked for a second factor, and until when. */
export function browsersPage(messages: Messages, shell: AccountShell, view: BrowsersView): Page {
  const { accountBrowsers, accountMethods, formats } = messages;
  return accountLayout(messages, shell, {
    template: 'account-browsers',
    section: 'methods',
    title: accountMethods.browsers,
    data: {
      text: accountBrowsers,
      lead: view.browsers.length === 0 ? accountBrowsers.none : accountBrowsers.lead,
      items: view.browsers.map((one) => {
        const name = browserName(messages, one.userAgent);
        const created = formats.date(one.createdAt, shell.timeZone);
        return {
          id: one.id,
          name,
          remembered: accountBrowsers.remembered(created, displayName(one.address)),
          used: accountMethods.lastUsed(formats.relative(one.lastUsedAt, view.now)),
          until: accountBrowsers.until(formats.date(one.expiresAt, shell.timeZone)),
          forgetLabel: accountBrowsers.forgetNamed(name),
        };
      }),
      forget: view.forget,
      forgetAll: view.forgetAll,
    },
  });
}
