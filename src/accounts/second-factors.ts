import type { AuditEvent } from '../audit/audit-event.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { RemovedFactors, SecondFactorStore, SecondFactors } from './second-factor-store.ts';

/**
 * What an account can prove itself with beside a first factor.
 *
 * @throws StorageUnavailableError
 */
export function factorsOfAccount(
  deps: { readonly factors: Pick<SecondFactorStore, 'factorsOf'> },
  tenant: Tenant,
  accountId: string,
): Promise<SecondFactors> {
  return deps.factors.factorsOf(tenant.id, accountId);
}

/**
 * Whether there is something to ask for. Recovery codes alone are nothing: they stand in for a
 * factor that was lost.
 */
export function hasSecondFactor(factors: SecondFactors): boolean {
  return factors.totp !== undefined || factors.passkeys > 0;
}

/**
 * Removes every second factor of an account and forgets its remembered browsers, for somebody who
 * lost them: the next sign-in asks for the password alone, or sets up anew where the tenant
 * requires a second factor. An operator makes sure before that it is the owner who asks.
 *
 * @param input.actor - for the audit log
 * @throws StorageUnavailableError
 */
export async function resetSecondFactors(
  deps: {
    readonly factors: Pick<SecondFactorStore, 'removeAll'>;
    readonly audit: Pick<AuditLog, 'record'>;
  },
  tenant: Tenant,
  input: { readonly accountId: string; readonly actor: AuditEvent['actor'] },
): Promise<RemovedFactors> {
  const { accountId, actor } = input;
  const removed = await deps.factors.removeAll(tenant.id, accountId);
  await deps.audit.record({
    kind: 'second_factor.reset',
    tenantId: tenant.id,
    outcome: 'success',
    actor,
    subject: { type: 'account', id: accountId },
    detail: {
      totp: removed.totp,
      recovery_codes: removed.recoveryCodes,
      passkeys: removed.passkeys,
      browsers: removed.browsers,
    },
  });
  return removed;
}
