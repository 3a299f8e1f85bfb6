import type { Sealer } from '../crypto/sealing.ts';
import type { Tenant } from '../tenants/tenant.ts';
import {
  attemptEvent,
  attemptFactor,
  type FactorAttempt,
  type FactorAttemptDeps,
  type FactorLocked,
  type FactorRejected,
} from './factor-attempt.ts';
import { couldBeTotp, totpSealContext, totpStep } from './totp.ts';
import type { TotpStore } from './totp-store.ts';

export interface VerifyTotpDeps extends FactorAttemptDeps {
  readonly totp: Pick<TotpStore, 'findActive' | 'useStep'>;
  readonly sealer: Pick<Sealer, 'open'>;
  readonly now: () => Date;
}

export type TotpVerdict =
  | { readonly outcome: 'verified' /** RFC 8176 */; readonly method: 'otp' }
  | FactorRejected
  | FactorLocked;

/**
 * Checks a code of an account's authenticator app, and uses it up: neither it nor an older one
 * works again, and of any number of uses at once exactly one wins. Codes of the step before and
 * the step after are taken, for clocks that differ.
 *
 * A text that could be no code is rejected without being counted.
 *
 * @param attempt.accountId - of somebody who has proved a first factor
 * @throws SealError when the seed was sealed under a key that is not configured
 * @throws StorageUnavailableError; the attempt is then held against nobody
 * @see RFC 6238, section 5.2
 */
export async function verifyTotp(
  deps: VerifyTotpDeps,
  tenant: Tenant,
  attempt: FactorAttempt,
): Promise<TotpVerdict> {
  if (!couldBeTotp(attempt.code)) return { outcome: 'rejected', reason: 'wrong' };
  const verdict = await attemptFactor(deps, tenant, attempt, 'totp', () =>
    useCode(deps, tenant, attempt),
  );
  if (verdict.outcome === 'verified') {
    await deps.audit.record({
      ...attemptEvent(tenant, attempt),
      kind: 'second_factor.used',
      outcome: 'success',
      actor: { type: 'account', id: attempt.accountId },
      detail: { factor: 'totp' },
    });
  }
  return verdict;
}

async function useCode(
  deps: VerifyTotpDeps,
  tenant: Tenant,
  { accountId, code }: FactorAttempt,
): Promise<{ outcome: 'verified'; method: 'otp' } | FactorRejected> {
  const active = await deps.totp.findActive(tenant.id, accountId);
  if (active === undefined) return { outcome: 'rejected', reason: 'wrong' };
  const seed = deps.sealer.open(active.sealedSeed, totpSealContext(tenant.id, active.id));
  const step = totpStep(seed, code, deps.now());
  if (step === undefined) return { outcome: 'rejected', reason: 'wrong' };
  const used = await deps.totp.useStep(tenant.id, accountId, active.id, step);
  return used ? { outcome: 'verified', method: 'otp' } : { outcome: 'rejected', reason: 'reused' };
}
