import { provedSoFar } from './next-login-step.ts';
import type { InteractionFacts, InteractionState } from './step.ts';
import type { InteractionDeps, Visit } from './visit.ts';

/**
 * Reads what decides, besides what is stored of an interaction, what happens next. The account is
 * read only where somebody has proved something, or has to prove more.
 *
 * @throws StorageUnavailableError
 */
export async function loadFacts(
  deps: Pick<InteractionDeps, 'findAccount' | 'factorsOf' | 'mailEnabled' | 'offersPasskeys'>,
  ctx: Visit['ctx'],
  interaction: InteractionState,
): Promise<InteractionFacts> {
  const { tenant, issuer } = ctx.state;
  const facts = {
    settings: tenant.settings,
    mailEnabled: deps.mailEnabled,
    passkeysWork: deps.offersPasskeys(issuer),
  };
  const accountId = provedSoFar(interaction)?.accountId;
  if (accountId === undefined) return facts;
  const [account, factors] = await Promise.all([
    deps.findAccount(tenant.id, accountId),
    deps.factorsOf(tenant.id, accountId),
  ]);
  if (account === undefined || account.disabled) return facts;
  return {
    ...facts,
    account: {
      id: account.id,
      email: account.email,
      emailVerified: account.emailVerified,
      locale: account.claims.locale,
      totp: factors.totp !== undefined,
      passkeys: factors.passkeys,
      recoveryCodes: factors.recoveryCodesLeft,
    },
  };
}
