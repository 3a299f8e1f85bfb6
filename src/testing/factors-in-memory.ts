/**
 * Second factors of a few people, in memory, with codes that a test can type: for tests of pages.
 * What makes a code right is tested in `accounts`.
 */
import { randomId } from '../crypto/random-id.ts';
import type { FactorDeps } from '../interactions/factor-deps.ts';
import type { InteractionDeps } from '../interactions/visit.ts';

type Factors = Awaited<ReturnType<InteractionDeps['factorsOf']>>;

/** What everybody's app shows; it is taken once. */
export const TOTP_CODE = '287 082';
export const RECOVERY_CODE = '7pq3t-vb6ns';
/** What somebody types who has left the page of a new app open for too long. */
export const LATE_CODE = '111111';
/** The code of somebody who has typed too many. */
export const LOCKED_CODE = '000000';
export const LOCKED_SECONDS = 890;

const NO_FACTORS: Factors = { totp: undefined, passkeys: 0, recoveryCodesLeft: 0 };
const DAY_MS = 24 * 60 * 60 * 1000;

/** @param owned - by account id; what is left out they do not have */
export function factorsInMemory(owned: Record<string, Partial<Factors>> = {}): {
  readonly factors: FactorDeps;
  readonly factorsOf: InteractionDeps['factorsOf'];
  /** Tokens of remembered browsers, by account id. */
  readonly browsers: Map<string, string>;
} {
  const used = new Set<string>();
  const browsers = new Map<string, string>();
  const state = new Map(
    Object.entries(owned).map(([id, some]) => [id, { ...NO_FACTORS, ...some }]),
  );
  const of = (id: string): Factors => state.get(id) ?? NO_FACTORS;
  const rejected = { outcome: 'rejected', reason: 'wrong' } as const;

  return {
    browsers,
    factorsOf: async (_tenantId, id) => of(id),
    factors: {
      async verifyTotp(_tenant, { accountId, code }) {
        if (code === LOCKED_CODE) return { outcome: 'locked', retryAfterSeconds: LOCKED_SECONDS };
        if (of(accountId).totp === undefined || code !== TOTP_CODE) return rejected;
        if (used.has(accountId)) return { outcome: 'rejected', reason: 'reused' };
        used.add(accountId);
        return { outcome: 'verified', method: 'otp' };
      },
      async useRecoveryCode(_tenant, { accountId, code }) {
        const left = of(accountId).recoveryCodesLeft - 1;
        if (left < 0 || code !== RECOVERY_CODE) return rejected;
        state.set(accountId, { ...of(accountId), recoveryCodesLeft: left });
        return { outcome: 'verified', method: 'recovery', left };
      },
      beginTotp: async (_tenant, { label }) => ({
        seed: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
        uri: `otpauth://totp/Acme:${label}?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP`,
        expiresAt: new Date(Date.now() + DAY_MS),
      }),
      async confirmTotp(_tenant, { accountId, code }) {
        if (code === LATE_CODE) return { outcome: 'expired' };
        if (code !== TOTP_CODE) return { outcome: 'wrong_code' };
        state.set(accountId, { ...of(accountId), totp: {} });
        return { outcome: 'confirmed' };
      },
      // Browsers offer no passkeys where these are used: the origin is an address.
      beginPasskey: async () => ({ outcome: 'full' }),
      addPasskey: async () => ({ outcome: 'rejected', outdated: false }),
      async createRecoveryCodes(_tenant, { accountId }) {
        state.set(accountId, { ...of(accountId), recoveryCodesLeft: 1 });
        return [RECOVERY_CODE];
      },
      async rememberBrowser(_tenant, { accountId }) {
        const token = randomId();
        browsers.set(accountId, token);
        return { token, expiresAt: new Date(Date.now() + 30 * DAY_MS) };
      },
      isRememberedBrowser: async (_tenant, { accountId, token }) =>
        browsers.get(accountId) === token,
    },
  };
}
