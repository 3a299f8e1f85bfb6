import type { AuditEvent } from '../audit/audit-event.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { AttemptStore, AttemptSubject } from './attempt-store.ts';
import { networkSubjects } from './attempt-subjects.ts';

/** A code that somebody typed who has proved a first factor. */
export interface FactorAttempt {
  readonly accountId: string;
  /** As typed. */
  readonly code: string;
  /** The caller's address, as far as the trusted proxies allow to know it. */
  readonly address: string;
  readonly requestId: string;
  /** The client that the person is on the way to. */
  readonly clientId?: string;
}

/** What second factors are called in the audit log. */
export type FactorKind = 'totp' | 'recovery_code' | 'passkey';

/** The code was not right, or is none that works. */
export interface FactorRejected {
  readonly outcome: 'rejected';
  /** `reused`: it was right, and was used before. */
  readonly reason: 'wrong' | 'reused';
}

/** Too many wrong codes: nothing was looked at. */
export interface FactorLocked {
  readonly outcome: 'locked';
  readonly retryAfterSeconds: number;
}

export interface FactorAttemptDeps {
  readonly attempts: AttemptStore;
  readonly audit: Pick<AuditLog, 'record'>;
}

/**
 * Checks a second factor under the limits of its account. The attempt is counted before `check`
 * looks at the code, so that parallel guesses cannot slip through, and taken back when it was right.
 *
 * @param factor - for the audit log
 * @param check - what proves the factor; a refusal by its reason
 * @throws whatever `check` throws, and StorageUnavailableError; the attempt is then held against
 *   nobody
 */
export async function attemptFactor<Verified extends { readonly outcome: 'verified' }>(
  deps: FactorAttemptDeps,
  tenant: Tenant,
  attempt: FactorAttempt,
  factor: FactorKind,
  check: () => Promise<Verified | FactorRejected>,
): Promise<Verified | FactorRejected | FactorLocked> {
  const { accountId } = attempt;
  const subjects: AttemptSubject[] = [
    ...networkSubjects(attempt.address),
    { kind: 'factor', accountId },
  ];
  const verdict = await deps.attempts.begin(tenant.id, subjects);
  if (!verdict.allowed) {
    await deps.audit.record(failure('second_factor.throttled', tenant, attempt, { factor }));
    return { outcome: 'locked', retryAfterSeconds: verdict.retryAfterSeconds };
  }
  const result = await withdrawOnError(deps, tenant, subjects, check);
  if (result.outcome === 'rejected') {
    const detail = { factor, reason: result.reason };
    await deps.audit.record(failure('second_factor.failed', tenant, attempt, detail));
    return result;
  }
  await deps.attempts.succeeded(tenant.id, subjects);
  return result;
}

/** Runs what was counted; an attempt that could not be decided is not held against anybody. */
export async function withdrawOnError<T>(
  deps: Pick<FactorAttemptDeps, 'attempts'>,
  tenant: Tenant,
  subjects: readonly AttemptSubject[],
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // Best effort: what matters to the caller is why the work failed.
    await deps.attempts.withdraw(tenant.id, subjects).catch(() => undefined);
    throw error;
  }
}

/** What every event of an attempt says. */
export function attemptEvent(
  tenant: Tenant,
  attempt: FactorAttempt,
): Pick<AuditEvent, 'tenantId' | 'address' | 'requestId' | 'clientId'> {
  return {
    tenantId: tenant.id,
    address: attempt.address,
    requestId: attempt.requestId,
    ...(attempt.clientId === undefined ? {} : { clientId: attempt.clientId }),
  };
}

/** Never carries what was typed. Whoever typed it has not proved to be the account's owner. */
function failure(
  kind: 'second_factor.failed' | 'second_factor.throttled',
  tenant: Tenant,
  attempt: FactorAttempt,
  detail: Readonly<Record<string, string>>,
): AuditEvent {
  return {
    ...attemptEvent(tenant, attempt),
    kind,
    outcome: 'failure',
    actor: { type: 'anonymous' },
    subject: { type: 'account', id: attempt.accountId },
    detail,
  };
}
