import type { Page } from '../../http/render-page.ts';
import type { Messages } from '../../interactions/messages/messages.ts';
import { displayName } from '../../languages/display-text.ts';
import type { UpstreamFailureReason } from '../../upstream/upstream-failure.ts';
import { type AccountShell, accountLayout } from './account-layout.ts';

/** Why an account elsewhere was not connected. */
export interface ConnectedProblem {
  /** The provider's. */
  readonly name: string;
  readonly reason: UpstreamFailureReason | 'taken';
}

export interface ConnectedView {
  readonly links: readonly {
    readonly id: string;
    /** The provider's. */
    readonly name: string;
    readonly shownName: string | undefined;
    readonly shownEmail: string | undefined;
    readonly createdAt: Date;
    readonly lastUsedAt: Date | undefined;
    /** Without it nobody could sign in. */
    readonly kept: boolean;
  }[];
  /** Providers with which nothing is connected. */
  readonly offered: readonly { readonly key: string; readonly name: string }[];
  readonly connect: { readonly action: string; readonly csrf: string };
  readonly disconnect: { readonly action: string; readonly csrf: string };
  readonly problem: ConnectedProblem | undefined;
  readonly now: Date;
}

/** With which accounts elsewhere somebody can sign in, and which more there could be. */
export function connectedPage(messages: Messages, shell: AccountShell, view: ConnectedView): Page {
  const { accountConnected, accountMethods, formats } = messages;
  return accountLayout(messages, shell, {
    template: 'account-connected',
    section: 'methods',
    title: accountMethods.connected,
    problem: view.problem && problemText(messages, view.problem),
    data: {
      text: accountConnected,
      lead: accountConnected.lead,
      none: view.links.length === 0 ? accountConnected.none : undefined,
      items: view.links.map((link) => {
        const name = displayName(link.name);
        const who = link.shownEmail ?? link.shownName;
        return {
          id: link.id,
          name,
          as: who === undefined ? undefined : accountConnected.as(displayName(who)),
          added: accountMethods.added(formats.date(link.createdAt, shell.timeZone)),
          used:
            link.lastUsedAt === undefined
              ? accountMethods.neverUsed
              : accountMethods.lastUsed(formats.relative(link.lastUsedAt, view.now)),
          kept: link.kept,
          label: accountConnected.disconnectNamed(name),
        };
      }),
      disconnect: view.disconnect,
      onlyWay: view.links.some(({ kept }) => kept) ? accountMethods.onlyWay : undefined,
      offered: view.offered.map(({ key, name }) => ({
        key,
        text: accountConnected.connect(displayName(name)),
      })),
      connect: view.connect,
    },
  });
}

function problemText(messages: Messages, { name, reason }: ConnectedProblem): string {
  const provider = displayName(name);
  return reason === 'taken'
    ? messages.accountConnected.taken(provider)
    : messages.upstream.problems[reason](provider);
}
