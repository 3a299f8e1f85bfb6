import { ACCOUNT_PATH } from '../applications/account-client.ts';
import { noCookiePage, refusedPage } from './pages/signed-in-pages.ts';
import { findVisitor } from './sign-in.ts';
import {
  type AccountPageDeps,
  type AccountVisit,
  accountMessages,
  seeOther,
  showAccountPage,
} from './visit.ts';

/**
 * Where a sign-in for the account page comes back to: goes on to the page that asked for it.
 *
 * The answer carries nothing that is believed: who is signed in, the session says. A browser that
 * keeps no cookies hears so here, instead of being sent round in circles.
 *
 * @param pages - paths that `state` may name; any other is the overview
 * @see RFC 6749, section 4.1.2.1
 */
export async function arriveSignedIn(
  deps: AccountPageDeps,
  ctx: AccountVisit['ctx'],
  pages: readonly string[],
): Promise<void> {
  const { error, state } = ctx.query;
  const messages = await accountMessages(ctx, undefined);
  const startHref = `${ctx.state.issuerPath}${ACCOUNT_PATH}`;
  if (error !== undefined) {
    return showAccountPage(deps, { ctx, messages }, refusedPage(messages, { startHref }));
  }
  if ((await findVisitor(deps, ctx)) === undefined) {
    return showAccountPage(deps, { ctx, messages }, noCookiePage(messages, { startHref }));
  }
  const page = pages.find((path) => path === state) ?? ACCOUNT_PATH;
  seeOther(ctx, `${ctx.state.issuerPath}${page}`);
}
