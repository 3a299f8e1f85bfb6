import type { AccountSession } from '../../accounts/account-session.ts';
import { describeUserAgent } from '../../http/describe-user-agent.ts';
import type { Page } from '../../http/render-page.ts';
import type { Messages } from '../../interactions/messages/messages.ts';
import { displayName } from '../../languages/display-text.ts';
import { type AccountShell, accountLayout } from './account-layout.ts';

export interface SessionsView {
  /** The last seen first. */
  readonly sessions: readonly AccountSession[];
  /** Names of the clients that are still registered, by id. */
  readonly clientNames: ReadonlyMap<string, string>;
  readonly end: { readonly action: string; readonly csrf: string };
  readonly endOthers: { readonly action: string; readonly csrf: string };
  readonly now: Date;
}

/** Where a person is signed in: this browser first. */
export function sessionsPage(messages: Messages, shell: AccountShell, view: SessionsView): Page {
  const { accountSessions } = messages;
  const items = view.sessions.map((session) => itemOf(messages, shell, view, session));
  return accountLayout(messages, shell, {
    template: 'account-sessions',
    section: 'sessions',
    data: {
      text: accountSessions,
      lead: items.length > 1 ? accountSessions.lead : accountSessions.alone,
      items: [...items.filter(({ here }) => here), ...items.filter(({ here }) => !here)],
      end: view.end,
      endOthers: view.endOthers,
    },
  });
}

function itemOf(
  messages: Messages,
  shell: AccountShell,
  view: SessionsView,
  session: AccountSession,
) {
  const { accountSessions, formats } = messages;
  const { lastSeen, signedIn } = session;
  const browser = browserName(messages, lastSeen.userAgent ?? signedIn.userAgent);
  const seen = formats.relative(lastSeen.at, view.now);
  const used = session.clientIds.flatMap((id) => view.clientNames.get(id) ?? []);
  return {
    handle: session.handle,
    here: session.current,
    browser,
    seen:
      lastSeen.address === undefined
        ? accountSessions.seenSomewhere(seen)
        : accountSessions.seen(seen, displayName(lastSeen.address)),
    signedIn: accountSessions.signedIn(formats.dateTime(signedIn.at, shell.timeZone)),
    used:
      used.length === 0
        ? undefined
        : accountSessions.used(formats.list(used.map((name) => displayName(name)))),
    endLabel: accountSessions.endNamed(browser),
  };
}

/** A browser as people know it. */
export function browserName({ accountSessions }: Messages, userAgent: string | undefined): string {
  const { browser, system } = describeUserAgent(userAgent);
  if (browser !== undefined && system !== undefined) {
    return accountSessions.browserOn(browser, system);
  }
  return browser ?? system ?? accountSessions.unknownBrowser;
}
