import type { AuditLog } from '../audit/audit-log.ts';
import { NotFoundError } from '../errors.ts';
import type { MailOutbox } from '../mail/mail-outbox.ts';
import type { QueueMail } from '../mail/queue-mail.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { Account } from './account.ts';
import type { AccountStore } from './account-store.ts';
import type { RequestedBy } from './reset-password.ts';
import { securityNotice } from './security-notice.ts';

export interface DeleteAccountDeps {
  readonly accounts: Pick<AccountStore, 'findById' | 'setDisabled' | 'remove'>;
  readonly audit: Pick<AuditLog, 'record'>;
  readonly mailOutbox: Pick<MailOutbox, 'forgetAccount'>;
  readonly queueMail: QueueMail;
  /** Ends every session and refresh token of an account; its clients hear of it. */
  readonly endAccountSessions: (tenant: Tenant, accountId: string) => Promise<void>;
  readonly now: () => Date;
}

export interface Deletion {
  readonly accountId: string;
  /** For the audit log. */
  readonly by: RequestedBy;
  /** For the owner to recognise themselves, or not; undefined for an operator. */
  readonly browser?: string;
}

/**
 * Deletes an account for good, with everything that is stored of it: what is left is its id, in
 * audit events. Nobody gets that id again; the user name and the e-mail address are free at once.
 *
 * It is disabled first, so that nobody signs in while its sessions end; then it is removed. When an
 * outage keeps its sessions from ending, it is as it was: its owner has to be able to try again. The
 * last message to them says that it is done.
 *
 * @returns the account as it was
 * @throws NotFoundError when there is no such account (any more)
 * @throws StorageUnavailableError: try again
 */
export async function deleteAccount(
  deps: DeleteAccountDeps,
  tenant: Tenant,
  { accountId, by, browser }: Deletion,
): Promise<Account> {
  const account = await deps.accounts.findById(tenant.id, accountId);
  if (account === undefined) throw new NotFoundError('account');
  await deps.accounts.setDisabled(tenant.id, accountId, true);
  try {
    await deps.endAccountSessions(tenant, accountId);
  } catch (error) {
    if (!account.disabled) {
      // Best effort: what matters to the caller is why it failed.
      await deps.accounts.setDisabled(tenant.id, accountId, false).catch(() => undefined);
    }
    throw error;
  }
  await deps.mailOutbox.forgetAccount(tenant.id, accountId);
  // Of two at once one removes it, and tells.
  if (!(await deps.accounts.remove(tenant.id, accountId))) throw new NotFoundError('account');
  await deps.audit.record({
    ...by,
    kind: 'account.deleted',
    tenantId: tenant.id,
    outcome: 'success',
    subject: { type: 'account', id: accountId },
  });
  const notice = securityNotice(account, {
    event: 'account_deleted',
    at: deps.now(),
    ...(browser === undefined ? {} : { browser }),
    ...(by.address === undefined ? {} : { address: by.address }),
  });
  if (notice === undefined) return account;
  // Of nobody's account: a deletion at the same time, which forgets its mail, must not take it along.
  const { accountId: _gone, ...goodbye } = notice;
  await deps.queueMail(tenant, goodbye);
  return account;
}
