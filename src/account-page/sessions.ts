import { ACCOUNT_PATH } from '../applications/account-client.ts';
import { clientName } from '../applications/client-name.ts';
import { sessionsPage } from './pages/sessions-page.ts';
import { shellOf } from './shell.ts';
import {
  type AccountPageDeps,
  type AccountVisit,
  accountForm,
  actingOwner,
  notifyOwner,
  seeDone,
  seeOther,
  showAccountPage,
} from './visit.ts';

const PATH = `${ACCOUNT_PATH}/sessions`;
const END_SESSION_PATH = `${PATH}/end`;
const END_OTHER_SESSIONS_PATH = `${PATH}/end-others`;

/** Shows where a person is signed in. */
export async function showSessions(deps: AccountPageDeps, visit: AccountVisit): Promise<void> {
  const { ctx, account, session } = visit;
  const { tenant } = ctx.state;
  const sessions = await deps.listSessions(tenant, account.id, session.uid);
  const ids = [...new Set(sessions.flatMap(({ clientIds }) => clientIds))];
  const names = new Map<string, string>();
  for (const id of ids) {
    const client = await deps.findClient(tenant.id, id);
    if (client !== undefined) names.set(id, clientName(client));
  }
  const page = sessionsPage(visit.messages, shellOf(deps, visit), {
    sessions,
    clientNames: names,
    end: accountForm(deps, visit, END_SESSION_PATH),
    endOthers: accountForm(deps, visit, END_OTHER_SESSIONS_PATH),
    now: deps.now(),
  });
  showAccountPage(deps, visit, page);
}

/** Ends one session elsewhere. One that has ended meanwhile is as good. */
export async function submitEndSession(deps: AccountPageDeps, visit: AccountVisit): Promise<void> {
  const { ctx, form, account } = visit;
  const handle = form.get('session') ?? '';
  await deps.endSession(ctx.state.tenant, account.id, handle, actingOwner(visit));
  seeDone(deps, visit, PATH, 'session_ended');
}

/** Ends every session but this one. */
export async function submitEndOtherSessions(
  deps: AccountPageDeps,
  visit: AccountVisit,
): Promise<void> {
  const { ctx, account, session } = visit;
  const by = actingOwner(visit);
  const ended = await deps.endOtherSessions(ctx.state.tenant, account.id, session.uid, by);
  if (ended === 0) return seeOther(ctx, `${ctx.state.issuerPath}${PATH}`);
  await notifyOwner(deps, visit, { event: 'sessions_ended' });
  seeDone(deps, visit, PATH, 'sessions_ended');
}
