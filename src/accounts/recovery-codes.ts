import type { AuditLog } from '../audit/audit-log.ts';
import { hmacSha256 } from '../crypto/digest.ts';
import { randomCharacters } from '../crypto/random-code.ts';
import type { Tenant, TenantId } from '../tenants/tenant.ts';
import {
  attemptEvent,
  attemptFactor,
  type FactorAttempt,
  type FactorAttemptDeps,
  type FactorLocked,
  type FactorRejected,
} from './factor-attempt.ts';
import type { RecoveryCodeStore } from './recovery-code-store.ts';
import type { RequestedBy } from './reset-password.ts';
import { typedCode } from './typed-code.ts';

/** How many codes are made at once. */
export const RECOVERY_CODES = 10;

/** Crockford's base 32: no letter that reads like a digit. Ten of them are 50 bits. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const GROUP = 5;
const READS_LIKE: Readonly<Record<string, string>> = { o: '0', i: '1', l: '1' };

/**
 * Makes ten recovery codes, in place of all that the account had. Each proves a second factor once.
 *
 * @param input.by - for the audit log
 * @returns the codes as `xxxxx-xxxxx`: to be shown this once, to their owner, and nowhere stored
 * @throws NotFoundError when there is no such account; StorageUnavailableError
 */
export async function createRecoveryCodes(
  deps: {
    readonly recoveryCodes: Pick<RecoveryCodeStore, 'replace'>;
    readonly audit: Pick<AuditLog, 'record'>;
    /** The deployment's lookup key. */
    readonly lookupKey: string;
  },
  tenant: Tenant,
  input: { readonly accountId: string; readonly by: RequestedBy },
): Promise<string[]> {
  const { accountId, by } = input;
  const codes = new Set<string>();
  while (codes.size < RECOVERY_CODES) codes.add(randomCharacters(ALPHABET, 2 * GROUP));
  const digests = [...codes].map((code) => digestOf(deps.lookupKey, tenant, accountId, code));
  await deps.recoveryCodes.replace(tenant.id, accountId, digests);
  await deps.audit.record({
    ...by,
    kind: 'recovery_codes.created',
    tenantId: tenant.id,
    outcome: 'success',
    subject: { type: 'account', id: accountId },
  });
  return [...codes].map((code) => `${code.slice(0, GROUP)}-${code.slice(GROUP)}`);
}

/**
 * Whether codes that were made a moment ago still count: of two lots that were made at once, the
 * later one does.
 *
 * @param input.codes - as `createRecoveryCodes` gave them
 * @throws StorageUnavailableError
 */
export async function areRecoveryCodesCurrent(
  deps: {
    readonly recoveryCodes: Pick<RecoveryCodeStore, 'holdsAny'>;
    /** The deployment's lookup key. */
    readonly lookupKey: string;
  },
  tenant: Tenant,
  input: { readonly accountId: string; readonly codes: readonly string[] },
): Promise<boolean> {
  const { accountId, codes } = input;
  const digests = codes.map((code) => digestOf(deps.lookupKey, tenant, accountId, typedCode(code)));
  return deps.recoveryCodes.holdsAny(tenant.id, accountId, digests);
}

export interface UseRecoveryCodeDeps extends FactorAttemptDeps {
  readonly recoveryCodes: Pick<RecoveryCodeStore, 'use'>;
  /** The deployment's lookup key. */
  readonly lookupKey: string;
  /** Of deployments that the tenant came from; default: it was made here. */
  readonly originsOf?: (
    tenantId: TenantId,
  ) => readonly { readonly originId: TenantId; readonly lookupKey: string }[];
}

interface RecoveryVerified {
  readonly outcome: 'verified';
  readonly method: 'recovery';
  /** Codes that are left: at few, the person should be told to make new ones. */
  readonly left: number;
}

export type RecoveryVerdict = RecoveryVerified | FactorRejected | FactorLocked;

/**
 * Checks a recovery code and uses it up: of any number of uses at once exactly one wins. Capitals,
 * spaces and dashes do not matter, nor does an `o` for a zero or an `l` for a one.
 *
 * A text that could be no code is rejected without being counted.
 *
 * @param attempt.accountId - of somebody who has proved a first factor
 * @throws StorageUnavailableError; the attempt is then held against nobody
 */
export async function useRecoveryCode(
  deps: UseRecoveryCodeDeps,
  tenant: Tenant,
  attempt: FactorAttempt,
): Promise<RecoveryVerdict> {
  const code = typedCode(attempt.code).replace(/[oil]/g, (letter) => READS_LIKE[letter] ?? letter);
  if (!/^[\da-hjkmnp-tv-z]{10}$/.test(code)) return { outcome: 'rejected', reason: 'wrong' };
  const { accountId } = attempt;
  const useCode = async (): Promise<RecoveryVerified | FactorRejected> => {
    const origins = deps.originsOf?.(tenant.id) ?? [];
    for (const { originId: id, lookupKey } of [{ originId: tenant.id, ...deps }, ...origins]) {
      const digest = digestOf(lookupKey, { id }, accountId, code);
      const left = await deps.recoveryCodes.use(tenant.id, accountId, digest);
      if (left !== undefined) return { outcome: 'verified', method: 'recovery', left };
    }
    return { outcome: 'rejected', reason: 'wrong' };
  };
  const verdict = await attemptFactor(deps, tenant, attempt, 'recovery_code', useCode);
  if (verdict.outcome === 'verified') {
    await deps.audit.record({
      ...attemptEvent(tenant, attempt),
      kind: 'recovery_codes.used',
      outcome: 'success',
      actor: { type: 'account', id: accountId },
      detail: { left: verdict.left },
    });
  }
  return verdict;
}

/** Keyed: 50 bits can be tried out by whoever has a copy of the table. */
function digestOf(
  lookupKey: string,
  tenant: Pick<Tenant, 'id'>,
  accountId: string,
  code: string,
): string {
  return hmacSha256(lookupKey, ['recovery_code', tenant.id, accountId, code].join('\0'));
}
