import { type ExportAccountDataDeps, exportAccountData } from './accounts/export-account-data.ts';
import { clientName } from './applications/client-name.ts';
import { rolesOfAccount } from './applications/roles-of-account.ts';
import type { AuditLog } from './audit/audit-log.ts';
import type { Backends } from './compose-backends.ts';
import { listConnectedApplications } from './grants/list-connected-applications.ts';
import { listLiveGrants } from './provider/account-grants.ts';
import { listSessions } from './provider/account-sessions.ts';
import type { Tenant } from './tenants/tenant.ts';

/** Messages that a person downloads; they are kept for 30 days. */
const MESSAGES = 1_000;

/** Wires the document of everything that is stored of an account. */
export function accountDataExporter(parts: {
  backends: Backends;
  audit: Pick<AuditLog, 'listOfAccount' | 'record'>;
  now: () => Date;
}) {
  const { backends, audit, now } = parts;
  const deps: ExportAccountDataDeps = { ...backends, sources: dataSources(backends), audit, now };
  return (tenant: Tenant, input: Parameters<typeof exportAccountData>[2]) =>
    exportAccountData(deps, tenant, input);
}

function dataSources(backends: Backends): ExportAccountDataDeps['sources'] {
  const { applications, artifacts, grants, mail, upstreamLinks } = backends;
  const connected = {
    grants,
    findClient: applications.findClient,
    listLiveGrants: (tenantId: string, accountId: string) =>
      listLiveGrants({ artifacts }, tenantId, accountId),
  };
  return {
    rolesOf: (tenantId, accountId) => rolesOfAccount({ applications }, tenantId, accountId),
    consentsOf: grants.listByAccount,
    applicationsOf: async (id, accountId) =>
      (await listConnectedApplications(connected, { id }, accountId)).map(
        ({ client, ...holds }) => ({
          clientId: client.clientId,
          name: clientName(client),
          ...holds,
        }),
      ),
    sessionsOf: (id, accountId) => listSessions({ artifacts }, { id }, accountId),
    identitiesOf: async (tenantId, accountId) =>
      (await upstreamLinks.listOfAccount(tenantId, accountId)).map((link) => ({
        provider: link.provider,
        issuer: link.issuer,
        subject: link.subject,
        name: link.shownName,
        email: link.shownEmail,
        createdAt: link.createdAt,
        lastUsedAt: link.lastUsedAt,
      })),
    messagesOf: async (tenantId, accountId) =>
      (await mail.outbox.listOfAccount(tenantId, accountId, MESSAGES)).map((message) => ({
        kind: message.name,
        recipient: message.recipient,
        status: message.status,
        createdAt: message.createdAt,
        sentAt: message.sentAt,
      })),
  };
}
