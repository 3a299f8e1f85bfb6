import type { Account } from '../accounts/account.ts';
import { ACR_MULTI_FACTOR, satisfies } from '../accounts/acr.ts';
import { requiredAcr } from '../accounts/required-acr.ts';
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

/** What a route asks of a sign-in, as parameters of the request that asks for it. */
export interface SignInWish {
  readonly max_age?: string;
  readonly acr_values?: string;
}

/** What a route asks of whoever is not signed in at all. */
export function wishOfNobody({ recent }: SessionRoute): SignInWish {
  return recent ? { max_age: String(RECENT_SECONDS) } : {};
}

/**
 * What is missing of a sign-in so that it is enough for a route.
 *
 * Every page asks for what the tenant's policy asks of this account. A dangerous one asks for a
 * sign-in of a short while ago besides, with the second factor where there is one: a remembered
 * browser may be somebody's who has only learnt the password.
 *
 * @returns undefined when it is enough
 * @throws StorageUnavailableError
 */
export async function missingSignIn(
  deps: Pick<AccountPageDeps, 'hasSecondFactor' | 'now'>,
  ctx: AccountVisit['ctx'],
  route: SessionRoute,
  { session, account }: Visitor,
): Promise<SignInWish | undefined> {
  const { tenant } = ctx.state;
  const { mfa: policy } = tenant.settings;
  const asked = route.recent ? [ACR_MULTI_FACTOR] : [];
  // Most sessions of whoever has a second factor are enough: then nobody needs to look.
  const hasFactor =
    policy !== 'off' &&
    (satisfies(session.acr, ACR_MULTI_FACTOR) ||
      (await deps.hasSecondFactor(tenant.id, account.id)));
  const required = requiredAcr({ policy, hasFactor, asked: hasFactor ? asked : [] });
  if (satisfies(session.acr, required) && isRecent(deps, route, session)) return undefined;
  const wish = wishOfNobody(route);
  return route.recent && hasFactor ? { ...wish, acr_values: ACR_MULTI_FACTOR } : wish;
}

function isRecent(
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
export function signInFirst(
  ctx: AccountVisit['ctx'],
  { page }: SessionRoute,
  wish: SignInWish,
): void {
  const { issuer, issuerPath } = ctx.state;
  const locales = askedLocales(ctx);
  const query = new URLSearchParams({
    client_id: ACCOUNT_CLIENT_ID,
    response_type: 'none',
    redirect_uri: `${issuer}${ACCOUNT_SIGNED_IN_PATH}`,
    scope: 'openid',
    state: page,
    ...wish,
    ...(locales === undefined ? {} : { ui_locales: locales }),
  });
  seeOther(ctx, `${issuerPath}/auth?${query}`);
}
