import { randomUUID } from 'node:crypto';
import type { AuditLog } from '../audit/audit-log.ts';
import { sha256 } from '../crypto/digest.ts';
import type { Sealer } from '../crypto/sealing.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { factorName } from './factor-name.ts';
import type { RequestedBy } from './reset-password.ts';
import { createTotpSeed, totpSealContext, totpStep, totpUri } from './totp.ts';
import type { TotpStore } from './totp-store.ts';

/** How long a new authenticator app may take to show its first code. */
export const TOTP_ENROLMENT_SECONDS = 15 * 60;

/** What an authenticator app is set up with. Shown to its owner and to nobody else. */
export interface TotpEnrolment {
  /** In base32, for those who cannot scan. */
  readonly seed: string;
  /** `otpauth://totp/…`, for a QR code. */
  readonly uri: string;
  readonly expiresAt: Date;
}

/**
 * Begins to set up an authenticator app. Nothing is asked for at sign-in until
 * `confirmTotpEnrolment` has seen a code of it, and an app that is active stays so until then.
 *
 * Asked again under the same binding, it gives the same seed, so that a page may be shown twice;
 * another binding gets another seed, and the one before stops working.
 *
 * @param input.label - whose it is, as the app shows it: the username
 * @param input.binding - the session or interaction in which the app is set up; any text that
 *   nobody else has
 * @throws NotFoundError when there is no such account; StorageUnavailableError
 */
export async function beginTotpEnrolment(
  deps: {
    readonly totp: Pick<TotpStore, 'findPending' | 'savePending'>;
    readonly sealer: Pick<Sealer, 'seal' | 'open'>;
    readonly now: () => Date;
  },
  tenant: Tenant,
  input: { readonly accountId: string; readonly label: string; readonly binding: string },
): Promise<TotpEnrolment> {
  const { accountId, label } = input;
  const bindingDigest = sha256(input.binding);
  const enrolment = (seed: string, expiresAt: Date): TotpEnrolment => ({
    seed,
    uri: totpUri({ seed, issuer: tenant.name, label }),
    expiresAt,
  });

  const pending = await deps.totp.findPending(tenant.id, accountId, bindingDigest);
  if (pending !== undefined) {
    const seed = deps.sealer.open(pending.sealedSeed, totpSealContext(tenant.id, pending.id));
    return enrolment(seed, pending.expiresAt);
  }
  const id = randomUUID();
  const seed = createTotpSeed();
  const sealedSeed = deps.sealer.seal(seed, totpSealContext(tenant.id, id));
  const expiresAt = new Date(deps.now().getTime() + TOTP_ENROLMENT_SECONDS * 1000);
  await deps.totp.savePending(tenant.id, { id, accountId, sealedSeed, bindingDigest, expiresAt });
  return enrolment(seed, expiresAt);
}

/** `expired`: nothing waits to be confirmed under this binding; begin anew. */
export type TotpConfirmation = { readonly outcome: 'confirmed' | 'wrong_code' | 'expired' };

/**
 * Makes an authenticator app the account's own once it shows a right code, in place of the one
 * before it. The code is used up with that; remembered browsers are forgotten. Of two at once
 * exactly one wins.
 *
 * @param input.binding - as at the beginning
 * @param input.code - as typed
 * @param input.name - what the person calls it; at most 60 characters are kept
 * @param input.by - for the audit log
 * @param input.beforeItCounts - awaited once the code has turned out right, and before anybody can
 *   be asked for the new factor
 * @throws SealError; StorageUnavailableError
 */
export async function confirmTotpEnrolment(
  deps: {
    readonly totp: Pick<TotpStore, 'findPending' | 'confirm'>;
    readonly sealer: Pick<Sealer, 'open'>;
    readonly audit: Pick<AuditLog, 'record'>;
    readonly now: () => Date;
  },
  tenant: Tenant,
  input: {
    readonly accountId: string;
    readonly binding: string;
    readonly code: string;
    readonly name?: string;
    readonly by: RequestedBy;
    readonly beforeItCounts?: () => Promise<void>;
  },
): Promise<TotpConfirmation> {
  const { accountId, by } = input;
  const pending = await deps.totp.findPending(tenant.id, accountId, sha256(input.binding));
  if (pending === undefined) return { outcome: 'expired' };
  const seed = deps.sealer.open(pending.sealedSeed, totpSealContext(tenant.id, pending.id));
  const step = totpStep(seed, input.code, deps.now());
  if (step === undefined) return { outcome: 'wrong_code' };

  await input.beforeItCounts?.();
  const name = factorName(input.name ?? '');
  if (!(await deps.totp.confirm(tenant.id, accountId, { id: pending.id, name, step }))) {
    return { outcome: 'expired' };
  }
  await deps.audit.record({
    ...by,
    kind: 'second_factor.added',
    tenantId: tenant.id,
    outcome: 'success',
    subject: { type: 'account', id: accountId },
    detail: { factor: 'totp' },
  });
  return { outcome: 'confirmed' };
}

/**
 * Whether a code is the one that the account's app was used with last: as when the form that
 * confirmed it is sent twice. It proves nothing any more.
 *
 * @param input.code - as typed
 * @throws SealError; StorageUnavailableError
 */
export async function isUsedTotpCode(
  deps: {
    readonly totp: Pick<TotpStore, 'findActive'>;
    readonly sealer: Pick<Sealer, 'open'>;
    readonly now: () => Date;
  },
  tenant: Tenant,
  input: { readonly accountId: string; readonly code: string },
): Promise<boolean> {
  const active = await deps.totp.findActive(tenant.id, input.accountId);
  if (active?.lastUsedStep === undefined) return false;
  const seed = deps.sealer.open(active.sealedSeed, totpSealContext(tenant.id, active.id));
  return totpStep(seed, input.code, deps.now()) === active.lastUsedStep;
}

/**
 * Removes the account's authenticator app, and forgets its remembered browsers; recovery codes go
 * with the last second factor.
 *
 * @param input.keepLast - the tenant allows no account to be without a second factor
 * @param input.by - for the audit log
 * @returns `last`: it is the only second factor, and stays; `none`: there was none
 * @throws StorageUnavailableError
 */
export async function removeTotp(
  deps: { readonly totp: Pick<TotpStore, 'remove'>; readonly audit: Pick<AuditLog, 'record'> },
  tenant: Tenant,
  input: { readonly accountId: string; readonly keepLast: boolean; readonly by: RequestedBy },
): Promise<'removed' | 'last' | 'none'> {
  const { accountId, keepLast, by } = input;
  const outcome = await deps.totp.remove(tenant.id, accountId, { keepLast });
  if (outcome !== 'removed') return outcome;
  await deps.audit.record({
    ...by,
    kind: 'second_factor.removed',
    tenantId: tenant.id,
    outcome: 'success',
    subject: { type: 'account', id: accountId },
    detail: { factor: 'totp' },
  });
  return outcome;
}
