import { type AuthenticationMethod, acrOf, amrOf } from '../accounts/acr.ts';
import { mustFinish } from '../http/must-finish.ts';
import { keepInBrowser } from './kept-in-browser.ts';
import { METHODS_PATH } from './methods.ts';
import {
  type AccountPageDeps,
  type AccountVisit,
  actingOwner,
  type Done,
  notifyOwner,
  seeDone,
} from './visit.ts';

/** Name of the cookie that codes wait in until they are seen. */
export const UNSEEN_CODES = 'codes';
export const RECOVERY_CODES_PATH = `${METHODS_PATH}/recovery-codes`;

/** Notes that whoever has just set up a factor has proved it: nobody asks for it again at once. */
export async function raiseVisit(
  deps: Pick<AccountPageDeps, 'raiseSession'>,
  { ctx, account, session }: AccountVisit,
  method: AuthenticationMethod,
): Promise<void> {
  const passkey = method === 'hwk' || method === 'swk';
  const before = session.amr.filter((one) => one !== 'mfa') as AuthenticationMethod[];
  const amr = amrOf([...before, method], passkey || session.amr.includes('mfa'));
  const acr = acrOf(amr);
  await deps.raiseSession(ctx.state.tenant, ctx, { accountId: account.id, amr, acr });
}

/**
 * Gives recovery codes to an account that has none, with its first second factor, and leads to
 * where they are shown, this once.
 *
 * @returns false when it has some
 */
export async function offerRecoveryCodes(
  deps: AccountPageDeps,
  visit: AccountVisit,
  done: Done,
): Promise<boolean> {
  const { ctx, account } = visit;
  const { tenant } = ctx.state;
  if (tenant.settings.mfa === 'off') return false;
  const { recoveryCodesLeft } = await deps.factorsOf(tenant.id, account.id);
  if (recoveryCodesLeft > 0) return false;
  await makeRecoveryCodes(deps, visit);
  seeDone(deps, visit, RECOVERY_CODES_PATH, done);
  return true;
}

/** Makes codes in place of those before, and keeps them in this browser until they are seen. */
export async function makeRecoveryCodes(deps: AccountPageDeps, visit: AccountVisit): Promise<void> {
  const { ctx, account } = visit;
  // Only the answer has them.
  mustFinish(ctx);
  const codes = await deps.createRecoveryCodes(ctx.state.tenant, {
    accountId: account.id,
    by: actingOwner(visit),
  });
  keepInBrowser(deps, visit, UNSEEN_CODES, codes);
  await notifyOwner(deps, visit, { event: 'recovery_codes_made' });
}
