import type { AuditEvent } from '../audit/audit-event.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { NotFoundError } from '../errors.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { AccountStore } from './account-store.ts';

/**
 * Disables an account, which ends all its sessions at once, or enables it again.
 *
 * A disabled account is found by nobody: not at sign-in, not by single sign-on, refresh or
 * userinfo. It is disabled before its sessions are ended, so none begins in between. Doing it
 * again is allowed, and ends what an outage may have left.
 *
 * @param deps.endAccountSessions - ends every session and refresh token of an account
 * @param input.actor - for the audit log
 * @throws NotFoundError; StorageUnavailableError: try again
 */
export async function setAccountDisabled(
  deps: {
    readonly accounts: Pick<AccountStore, 'setDisabled'>;
    readonly audit: Pick<AuditLog, 'record'>;
    readonly endAccountSessions: (tenant: Tenant, accountId: string) => Promise<void>;
  },
  tenant: Tenant,
  input: {
    readonly accountId: string;
    readonly disabled: boolean;
    readonly actor: AuditEvent['actor'];
  },
): Promise<void> {
  const { accountId, disabled, actor } = input;
  if (!(await deps.accounts.setDisabled(tenant.id, accountId, disabled))) {
    throw new NotFoundError('account');
  }
  if (disabled) await deps.endAccountSessions(tenant, accountId);
  await deps.audit.record({
    kind: disabled ? 'account.disabled' : 'account.enabled',
    tenantId: tenant.id,
    outcome: 'success',
    actor,
    subject: { type: 'account', id: accountId },
  });
}
