import { NotFoundError } from '../errors.ts';
import type { RequestContext } from '../http/request-state.ts';
import { inboxPage, mailPage } from './pages/inbox-pages.ts';
import type { PlaygroundDeps } from './visit.ts';

/** `GET /inbox`: the messages, or with `message` one of them. */
export async function showInbox(deps: PlaygroundDeps, ctx: RequestContext): Promise<void> {
  const { inbox } = deps;
  if (inbox === undefined) return;
  const { message } = ctx.query;
  if (message === undefined) return deps.show(ctx, inboxPage(inbox.list()));
  const mail = typeof message === 'string' ? inbox.find(message) : undefined;
  // Messages are in memory: those from before a restart are gone.
  if (mail === undefined) throw new NotFoundError('This message');
  deps.show(ctx, mailPage(mail));
}
