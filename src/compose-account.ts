import { type Deletion, deleteAccount } from './accounts/delete-account.ts';
import type { AuditLog } from './audit/audit-log.ts';
import { accountDataExporter } from './compose-account-data.ts';
import type { Backends } from './compose-backends.ts';
import { accountEnder, logoutQueue, mailQueue } from './compose-shared.ts';
import { listConnectedApplications } from './grants/list-connected-applications.ts';
import { type Withdrawal, withdrawGrant } from './grants/withdraw-grant.ts';
import type { QueueMail } from './mail/queue-mail.ts';
import { listLiveGrants, revokeClientGrants } from './provider/account-grants.ts';
import {
  type EndedBy,
  endOtherSessions,
  endSessionOfAccount,
  listSessions,
} from './provider/account-sessions.ts';
import type { QueueLogouts } from './provider/queue-logouts.ts';
import type { Tenant, TenantId } from './tenants/tenant.ts';

/** Wires what people see, download and end of their own: sessions, what applications hold, all. */
export function accountOwnership(parts: {
  backends: Backends;
  audit: Pick<AuditLog, 'listOfAccount' | 'record'>;
  /** Default, as of `queueMail`: what a running server finds by itself. */
  queueLogouts?: QueueLogouts;
  queueMail?: QueueMail;
  now: () => Date;
}) {
  const { backends, audit, now } = parts;
  const { queueLogouts = logoutQueue(backends, now), queueMail = mailQueue({ backends, now }) } =
    parts;
  const { accounts, artifacts, applications, grants } = backends;
  const deps = {
    accounts,
    artifacts,
    grants,
    audit,
    queueLogouts,
    mailOutbox: backends.mail.outbox,
    queueMail,
    endAccountSessions: accountEnder(backends, now, queueLogouts),
    now,
    findClient: applications.findClient,
    listLiveGrants: (tenantId: TenantId, accountId: string) =>
      listLiveGrants({ artifacts }, tenantId, accountId),
    revokeClientGrants: (tenantId: TenantId, accountId: string, clientId: string) =>
      revokeClientGrants({ artifacts, now }, tenantId, accountId, clientId),
  };
  return {
    listSessions: (tenant: Tenant, accountId: string, currentUid?: string) =>
      listSessions(deps, tenant, accountId, currentUid),
    endSession: (tenant: Tenant, accountId: string, handle: string, by: EndedBy) =>
      endSessionOfAccount(deps, tenant, accountId, handle, by),
    endOtherSessions: (tenant: Tenant, accountId: string, currentUid: string, by: EndedBy) =>
      endOtherSessions(deps, tenant, accountId, currentUid, by),
    listConnectedApplications: (tenant: Tenant, accountId: string) =>
      listConnectedApplications(deps, tenant, accountId),
    withdrawGrant: (tenant: Tenant, withdrawal: Withdrawal) =>
      withdrawGrant(deps, tenant, withdrawal),
    exportData: accountDataExporter({ backends, audit, now }),
    deleteAccount: (tenant: Tenant, deletion: Deletion) => deleteAccount(deps, tenant, deletion),
  };
}
