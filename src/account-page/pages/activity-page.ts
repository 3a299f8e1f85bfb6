import type { RecordedAuditEvent } from '../../audit/audit-event.ts';
import type { Page } from '../../http/render-page.ts';
import type { Messages } from '../../interactions/messages/messages.ts';
import { displayName } from '../../languages/display-text.ts';
import { type AccountShell, accountLayout } from './account-layout.ts';

/** Kinds of events that concern whoever owns an account. */
export type ActivityKind = keyof Messages['accountActivity']['kinds'];

export interface ActivityView {
  /** The newest first. */
  readonly events: readonly Pick<
    RecordedAuditEvent,
    'kind' | 'at' | 'outcome' | 'actor' | 'address' | 'clientId'
  >[];
  /** Names of the clients that are still registered, by id. */
  readonly clientNames: ReadonlyMap<string, string>;
  /** Undefined on the last page. */
  readonly olderHref: string | undefined;
  /** Undefined on the first page. */
  readonly newestHref: string | undefined;
}

/** What happened to an account, so that its owner sees what was not them. */
export function activityPage(messages: Messages, shell: AccountShell, view: ActivityView): Page {
  const { accountActivity } = messages;
  return accountLayout(messages, shell, {
    template: 'account-activity',
    section: 'activity',
    data: {
      lead: view.events.length === 0 ? accountActivity.none : accountActivity.lead,
      items: view.events.map((event) => itemOf(messages, shell, view, event)),
      older: view.olderHref && { href: view.olderHref, text: accountActivity.older },
      newest: view.newestHref && { href: view.newestHref, text: accountActivity.newest },
    },
  });
}

function itemOf(
  { accountActivity, formats }: Messages,
  shell: AccountShell,
  { clientNames }: ActivityView,
  { kind, at, outcome, actor, address, clientId }: ActivityView['events'][number],
) {
  const when = formats.dateTime(at, shell.timeZone);
  const client = clientId === undefined ? undefined : clientNames.get(clientId);
  // Where an operator was is nothing to its owner.
  const from = actor.type === 'operator' ? undefined : address;
  return {
    what: accountActivity.kinds[kind as ActivityKind],
    failed: outcome === 'failure',
    at: from === undefined ? when : accountActivity.at(when, displayName(from)),
    usedFor: client === undefined ? undefined : accountActivity.usedFor(displayName(client)),
    by: actor.type === 'operator' ? accountActivity.byOperator : undefined,
  };
}
