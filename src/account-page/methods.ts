import type { KeepLast } from '../accounts/passkey-store.ts';
import { ACCOUNT_PATH } from '../applications/account-client.ts';
import { methodsPage } from './pages/methods-page.ts';
import { shellOf } from './shell.ts';
import { type AccountPageDeps, type AccountVisit, showAccountPage } from './visit.ts';

export const METHODS_PATH = `${ACCOUNT_PATH}/methods`;

/** Shows what somebody can sign in with. */
export async function showMethods(deps: AccountPageDeps, visit: AccountVisit): Promise<void> {
  const { ctx, account, messages } = visit;
  const { tenant, issuerPath } = ctx.state;
  const [factors, browsers, offered, links] = await Promise.all([
    deps.factorsOf(tenant.id, account.id),
    deps.listBrowsers(tenant.id, account.id),
    deps.upstream.offeredBy(tenant),
    deps.upstream.linksOf(tenant.id, account.id),
  ]);
  const page = methodsPage(messages, shellOf(deps, visit), {
    root: `${issuerPath}${METHODS_PATH}`,
    passkeys: takesPasskeys(deps, visit) || factors.passkeys > 0 ? factors.passkeys : undefined,
    secondFactors:
      tenant.settings.mfa === 'off'
        ? undefined
        : {
            app: factors.totp !== undefined,
            recoveryCodes: factors.recoveryCodesLeft,
            browsers: browsers.length,
          },
    connected: offered.length + links.length === 0 ? undefined : links.length,
  });
  showAccountPage(deps, visit, page);
}

/** Whether a passkey is of any use: where nobody has a second factor, none is added or used. */
export function takesPasskeys(
  deps: Pick<AccountPageDeps, 'offersPasskeys'>,
  { ctx }: AccountVisit,
): boolean {
  const { tenant, issuer } = ctx.state;
  return tenant.settings.mfa !== 'off' && deps.offersPasskeys(issuer);
}

/** What an account of this tenant may not be without, whatever is removed. */
export function keepLastOf(
  deps: Pick<AccountPageDeps, 'mailEnabled'>,
  { ctx, account }: AccountVisit,
): KeepLast {
  const { settings } = ctx.state.tenant;
  const mailed = settings.emailCode && deps.mailEnabled && account.emailVerified;
  return { way: !mailed, factor: settings.mfa === 'required' };
}

/** Why the last of something stays. */
export type WhyKept = 'only_way' | 'required';

/** Why somebody cannot be without a passkey or an app, if it is the last second factor. */
export async function whyFactorKept(
  deps: Pick<AccountPageDeps, 'mailEnabled' | 'factorsOf' | 'upstream' | 'passwordChangedAt'>,
  visit: AccountVisit,
  factor: 'passkey' | 'app',
): Promise<WhyKept | undefined> {
  const { ctx, account } = visit;
  const keep = keepLastOf(deps, visit);
  const { totp, passkeys } = await deps.factorsOf(ctx.state.tenant.id, account.id);
  if (keep.factor && Number(totp !== undefined) + passkeys === 1) return 'required';
  const last = factor === 'passkey' && passkeys === 1 && keep.way;
  return last && !(await hasPassword(deps, visit)) && (await usableLinks(deps, visit)) === 0
    ? 'only_way'
    : undefined;
}

/** Whether a connected account is the only way in. */
export async function isOnlyLink(
  deps: Pick<AccountPageDeps, 'mailEnabled' | 'factorsOf' | 'upstream' | 'passwordChangedAt'>,
  visit: AccountVisit,
): Promise<boolean> {
  const { ctx, account } = visit;
  if (!keepLastOf(deps, visit).way || (await hasPassword(deps, visit))) return false;
  const { tenant } = ctx.state;
  const { passkeys } = await deps.factorsOf(tenant.id, account.id);
  const opens = passkeys > 0 && tenant.settings.mfa !== 'off';
  return !opens && (await usableLinks(deps, visit)) <= 1;
}

async function hasPassword(
  deps: Pick<AccountPageDeps, 'passwordChangedAt'>,
  { ctx, account }: AccountVisit,
): Promise<boolean> {
  return (await deps.passwordChangedAt(ctx.state.tenant.id, account.id)) !== undefined;
}

/** How many links lead to a provider that is in use. */
async function usableLinks(
  deps: Pick<AccountPageDeps, 'upstream'>,
  { ctx, account }: AccountVisit,
): Promise<number> {
  const { tenant } = ctx.state;
  const [offered, links] = await Promise.all([
    deps.upstream.offeredBy(tenant),
    deps.upstream.linksOf(tenant.id, account.id),
  ]);
  return links.filter(({ provider }) => offered.some(({ key }) => key === provider)).length;
}
