import { isValidClaim } from '../accounts/account-claims.ts';
import { ACCOUNT_PATH } from '../applications/account-client.ts';
import type { AccountShell } from './pages/account-layout.ts';
import { type AccountPageDeps, type AccountVisit, doneBefore } from './visit.ts';

/** What surrounds the page of a visit. */
export function shellOf(
  deps: Pick<AccountPageDeps, 'csrfSecret'>,
  visit: AccountVisit,
): AccountShell {
  const { issuerPath } = visit.ctx.state;
  return {
    root: `${issuerPath}${ACCOUNT_PATH}`,
    signOutHref: `${issuerPath}/session/end`,
    timeZone: timeZoneOf(visit.account),
    done: doneBefore(deps, visit),
  };
}

function timeZoneOf({ claims }: AccountVisit['account']): string | undefined {
  return isValidClaim('zoneinfo', claims.zoneinfo) ? String(claims.zoneinfo) : undefined;
}
