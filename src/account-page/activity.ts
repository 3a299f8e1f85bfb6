import { ACCOUNT_PATH } from '../applications/account-client.ts';
import { clientName } from '../applications/client-name.ts';
import type { RecordedAuditEvent } from '../audit/audit-event.ts';
import { type ActivityKind, activityPage } from './pages/activity-page.ts';
import { shellOf } from './shell.ts';
import { type AccountPageDeps, type AccountVisit, showAccountPage } from './visit.ts';

const PATH = `${ACCOUNT_PATH}/activity`;
const PAGE_SIZE = 30;

/**
 * Shows what happened to an account, newest first; `before` goes on after an event.
 *
 * @throws GatehouseError 400 `invalid_cursor`
 */
export async function showActivity(deps: AccountPageDeps, visit: AccountVisit): Promise<void> {
  const { ctx, account, messages } = visit;
  const { tenant, issuerPath } = ctx.state;
  const { before } = ctx.query;
  const kinds = Object.keys(messages.accountActivity.kinds) as ActivityKind[];
  const found = await deps.listActivity(tenant.id, account.id, {
    kinds,
    // One more than is shown: then there are older ones.
    limit: PAGE_SIZE + 1,
    ...(typeof before === 'string' ? { before } : {}),
  });
  const events = found.slice(0, PAGE_SIZE);
  const last = events.at(-1);
  const address = `${issuerPath}${PATH}`;
  const page = activityPage(messages, shellOf(deps, visit), {
    events,
    clientNames: await namesOf(deps, visit, events),
    olderHref:
      last !== undefined && found.length > PAGE_SIZE ? `${address}?before=${last.id}` : undefined,
    newestHref: before === undefined ? undefined : address,
  });
  showAccountPage(deps, visit, page);
}

/** Names of clients that are still there, by id; the account page itself is none. */
async function namesOf(
  deps: Pick<AccountPageDeps, 'findClient'>,
  { ctx }: AccountVisit,
  events: readonly RecordedAuditEvent[],
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (const id of new Set(events.flatMap(({ clientId }) => clientId ?? []))) {
    const client = await deps.findClient(ctx.state.tenant.id, id);
    if (client !== undefined) names.set(id, clientName(client));
  }
  return names;
}
