import { hasSecondFactor } from '../accounts/second-factors.ts';
import { forgetInBrowser, keptInBrowser } from './kept-in-browser.ts';
import { METHODS_PATH } from './methods.ts';
import { newRecoveryCodesPage, recoveryCodesStatePage } from './pages/recovery-codes-pages.ts';
import { makeRecoveryCodes, RECOVERY_CODES_PATH, UNSEEN_CODES } from './prove-factor.ts';
import { shellOf } from './shell.ts';
import {
  type AccountPageDeps,
  type AccountVisit,
  accountForm,
  seeDone,
  seeOther,
  showAccountPage,
} from './visit.ts';

const SAVED_PATH = `${RECOVERY_CODES_PATH}/saved`;

/** Shows codes that were just made, until they are said to be saved; else how many are left. */
export async function showRecoveryCodes(deps: AccountPageDeps, visit: AccountVisit): Promise<void> {
  const { ctx, account, messages } = visit;
  const { tenant, issuerPath } = ctx.state;
  if (tenant.settings.mfa === 'off') return seeOther(ctx, `${issuerPath}${METHODS_PATH}`);
  const codes = await unseenCodes(deps, visit);
  if (codes !== undefined) {
    const page = newRecoveryCodesPage(messages, shellOf(deps, visit), {
      ...accountForm(deps, visit, SAVED_PATH),
      siteName: tenant.name,
      username: account.username,
      codes,
    });
    return showAccountPage(deps, visit, page);
  }
  const factors = await deps.factorsOf(tenant.id, account.id);
  const page = recoveryCodesStatePage(messages, shellOf(deps, visit), {
    ...accountForm(deps, visit, RECOVERY_CODES_PATH),
    left: factors.recoveryCodesLeft,
    hasFactor: hasSecondFactor(factors),
  });
  showAccountPage(deps, visit, page);
}

/** Makes new codes; those before stop working. */
export async function submitNewRecoveryCodes(
  deps: AccountPageDeps,
  visit: AccountVisit,
): Promise<void> {
  const { ctx, account } = visit;
  const { tenant } = ctx.state;
  const factors = await deps.factorsOf(tenant.id, account.id);
  const useful = tenant.settings.mfa !== 'off' && hasSecondFactor(factors);
  if (useful) await makeRecoveryCodes(deps, visit);
  seeOther(ctx, `${ctx.state.issuerPath}${RECOVERY_CODES_PATH}`);
}

/** Takes "I have saved them": from here on nobody can read them anywhere. */
export async function submitCodesSaved(deps: AccountPageDeps, visit: AccountVisit): Promise<void> {
  forgetInBrowser(visit, UNSEEN_CODES);
  seeDone(deps, visit, METHODS_PATH, 'recovery_codes_saved');
}

/** Codes that wait to be seen, unless others have been made meanwhile. */
async function unseenCodes(
  deps: AccountPageDeps,
  visit: AccountVisit,
): Promise<string[] | undefined> {
  const kept = keptInBrowser(deps, visit, UNSEEN_CODES);
  if (!Array.isArray(kept)) return undefined;
  const codes = kept.map(String);
  const { ctx, account } = visit;
  const current = await deps.areRecoveryCodesCurrent(ctx.state.tenant, {
    accountId: account.id,
    codes,
  });
  return current ? codes : undefined;
}
