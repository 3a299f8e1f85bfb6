import type { AuditLog } from './audit/audit-log.ts';
import type { Backends } from './compose-backends.ts';
import { type EndingBackends, logoutQueue } from './compose-shared.ts';
import { listConnectedApplications } from './grants/list-connected-applications.ts';
import { type Withdrawal, withdrawGrant } from './grants/withdraw-grant.ts';
import { listLiveGrants, revokeClientGrants } from './provider/account-grants.ts';
import {
  type EndedBy,
  endOtherSessions,
  endSessionOfAccount,
  listSessions,
} from './provider/account-sessions.ts';
import type { QueueLogouts } from './provider/queue-logouts.ts';
import type { Tenant, TenantId } from './tenants/tenant.ts';

/** Wires what people see and end of their own: their sessions, and what applications hold. */
export function accountOwnership(parts: {
  backends: EndingBackends & Pick<Backends, 'applications' | 'grants'>;
  audit: Pick<AuditLog, 'record'>;
  /** Default: what a running server finds by itself. */
  queueLogouts?: QueueLogouts;
  now: () => Date;
}) {
  const { backends, audit, now } = parts;
  const { queueLogouts = logoutQueue(backends, now) } = parts;
  const { artifacts, applications, grants } = backends;
  const deps = {
    artifacts,
    grants,
    audit,
    queueLogouts,
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
  };
}
