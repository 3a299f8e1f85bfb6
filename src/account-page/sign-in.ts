import type { Account } from '../accounts/account.ts';
import { ACCOUNT_CLIENT_ID, ACCOUNT_SIGNED_IN_PATH } from '../applications/account-client.ts';
import type { CurrentSession } from '../provider/current-session.ts';
import type { SessionRoute } from './route-table.ts';
import { type AccountPageDeps, type AccountVisit, askedLocales, seeOther } from './visit.ts';

/** How long ago somebody may have signed in who opens a page with a dangerous form on it. */
export const RECENT_SECONDS = 5 * 60;
/** And who sends that form: filling it in takes its time. */
export const RECENT_FORM_SECONDS = 15 * 60;

/** Who is signed in, and their session. */
export type Visitor = Pick<AccountVisit, 'session' | 'account'>;

/**
 * Finds out who is signed in in this browser.
 *
 * @returns undefined also when their account is gone or disabled since
 * @throws StorageUnavailableError
 */
export async function findVisitor(
  deps: Pick<AccountPageDeps, 'currentSession' | 'findAccount'>,
  ctx: AccountVisit['ctx'],
): Promise<Visitor | undefined> {
  const { tenant } = ctx.state;
  const session = await deps.currentSession(tenant, ctx);
  if (session === undefined) return undefined;
  const account: Account | undefined = await deps.findAccount(tenant.id, session.accountId);
  return account === undefined || account.disabled ? undefined : { session, account };
}

/** Whether a sign-in is recent enough for a route. */
export function isRecent(
  { now }: Pick<AccountPageDeps, 'now'>,
  { recent, method }: SessionRoute,
  { signedInAt }: CurrentSession,
): boolean {
  const seconds = method === 'POST' ? RECENT_FORM_SECONDS : RECENT_SECONDS;
  return !recent || now().getTime() - signedInAt.getTime() <= seconds * 1000;
}

/**
 * Leads to the authorization endpoint, which asks whoever has to be asked and comes back to the
 * page. What a form held is lost: it was not for this sign-in.
 *
 * @see OpenID Connect Core 1.0, section 3.1.2.1
 */
export function signInFirst(ctx: AccountVisit['ctx'], { page, recent }: SessionRoute): void {
  const { issuer, issuerPath } = ctx.state;
  const locales = askedLocales(ctx);
  const query = new URLSearchParams({
    client_id: ACCOUNT_CLIENT_ID,
    response_type: 'none',
    redirect_uri: `${issuer}${ACCOUNT_SIGNED_IN_PATH}`,
    scope: 'openid',
    state: page,
    ...(recent ? { max_age: String(RECENT_SECONDS) } : {}),
    ...(locales === undefined ? {} : { ui_locales: locales }),
  });
  seeOther(ctx, `${issuerPath}/auth?${query}`);
}
