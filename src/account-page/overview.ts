import { overviewPage } from './pages/overview-page.ts';
import { shellOf } from './shell.ts';
import { type AccountPageDeps, type AccountVisit, showAccountPage } from './visit.ts';

/** The first page of an account. */
export async function showOverview(deps: AccountPageDeps, visit: AccountVisit): Promise<void> {
  const { account, messages } = visit;
  const { name } = account.claims;
  const page = overviewPage(messages, shellOf(deps, visit), {
    account: {
      name: typeof name === 'string' ? name : account.username,
      username: account.username,
    },
  });
  showAccountPage(deps, visit, page);
}
