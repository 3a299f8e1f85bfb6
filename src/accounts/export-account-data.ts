import type { RecordedAuditEvent } from '../audit/audit-event.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { NotFoundError } from '../errors.ts';
import type { Tenant, TenantId } from '../tenants/tenant.ts';
import { accountClaims } from './account-claims.ts';
import type { AccountSession } from './account-session.ts';
import type { AccountStore } from './account-store.ts';
import type { BrowserStore } from './browser-store.ts';
import type { PasskeyStore } from './passkey-store.ts';
import type { RequestedBy } from './reset-password.ts';
import type { SecondFactorStore } from './second-factor-store.ts';

/** The form of the document; it changes when a reader of the one before could go wrong. */
const FORMAT = 'gatehouse-account/1';
/** Events on one page of the audit log, and pages: the newest 10,000. */
const EVENTS_PAGE = 1_000;
const EVENTS_PAGES = 10;

/** What the document says of a consent. */
interface ExportedConsent {
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly claims: readonly string[];
  readonly resourceScopes: Readonly<Record<string, readonly string[]>>;
  readonly grantedAt: Date;
}

interface ExportedApplication {
  readonly clientId: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly claims: readonly string[];
  readonly resourceScopes: Readonly<Record<string, readonly string[]>>;
  readonly firstUsedAt: Date;
  readonly lastUsedAt: Date;
}

interface ExportedIdentity {
  readonly provider: string;
  readonly issuer: string;
  readonly subject: string;
  readonly name: string | undefined;
  readonly email: string | undefined;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | undefined;
}

interface ExportedMessage {
  readonly kind: string;
  readonly recipient: string;
  readonly status: string;
  readonly createdAt: Date;
  readonly sentAt: Date | undefined;
}

/** What other rooms store of an account. */
export interface AccountDataSources {
  /** `application:role`, of groups too. */
  readonly rolesOf: (tenantId: TenantId, accountId: string) => Promise<readonly string[]>;
  readonly consentsOf: (
    tenantId: TenantId,
    accountId: string,
  ) => Promise<readonly ExportedConsent[]>;
  readonly applicationsOf: (
    tenantId: TenantId,
    accountId: string,
  ) => Promise<readonly ExportedApplication[]>;
  readonly sessionsOf: (tenantId: TenantId, accountId: string) => Promise<AccountSession[]>;
  readonly identitiesOf: (
    tenantId: TenantId,
    accountId: string,
  ) => Promise<readonly ExportedIdentity[]>;
  readonly messagesOf: (
    tenantId: TenantId,
    accountId: string,
  ) => Promise<readonly ExportedMessage[]>;
}

export interface ExportAccountDataDeps {
  readonly accounts: Pick<AccountStore, 'findById' | 'belongingsOf' | 'passwordChangedAt'>;
  readonly factors: Pick<SecondFactorStore, 'factorsOf'>;
  readonly passkeys: Pick<PasskeyStore, 'list'>;
  readonly browsers: Pick<BrowserStore, 'list'>;
  readonly sources: AccountDataSources;
  readonly audit: Pick<AuditLog, 'listOfAccount' | 'record'>;
  readonly now: () => Date;
}

/** The document's members, in their order; `docs/account-data.md` explains them. */
export type AccountData = Readonly<
  Record<
    | 'format'
    | 'exportedAt'
    | 'account'
    | 'claims'
    | 'groups'
    | 'roles'
    | 'password'
    | 'secondFactors'
    | 'passkeys'
    | 'rememberedBrowsers'
    | 'identities'
    | 'links'
    | 'sessions'
    | 'consents'
    | 'applications'
    | 'messages'
    | 'events',
    unknown
  >
>;

/**
 * Everything that is stored of an account, for its owner: one document, which `JSON.stringify`
 * writes. It holds no secret, no digest of one, and nothing that signs anybody in.
 *
 * @param input.by - for the audit log: the owner
 * @returns times as Dates; what is not there is null or an empty list
 * @throws NotFoundError when there is no such account
 * @throws StorageUnavailableError
 */
export async function exportAccountData(
  deps: ExportAccountDataDeps,
  tenant: Pick<Tenant, 'id'>,
  input: { readonly accountId: string; readonly by: RequestedBy },
): Promise<AccountData> {
  const { accountId, by } = input;
  const account = await deps.accounts.findById(tenant.id, accountId);
  if (account === undefined) throw new NotFoundError('account');
  const of = <T>(read: (tenantId: TenantId, accountId: string) => Promise<T>) =>
    read(tenant.id, accountId);
  const { accounts, factors, passkeys, browsers, sources } = deps;
  const belongings = await of(accounts.belongingsOf);
  const { totp, recoveryCodesLeft } = await of(factors.factorsOf);
  const passwordChangedAt = await of(accounts.passwordChangedAt);

  const data: AccountData = {
    format: FORMAT,
    exportedAt: deps.now(),
    account: {
      id: account.id,
      username: account.username,
      email: account.email ?? null,
      emailVerified: account.emailVerified,
      createdAt: account.createdAt,
      updatedAt: account.updatedAt,
    },
    claims: accountClaims(account),
    groups: belongings.groups,
    roles: await of(sources.rolesOf),
    password: passwordChangedAt === undefined ? null : { changedAt: passwordChangedAt },
    secondFactors: { authenticatorApp: totp ?? null, recoveryCodesLeft },
    passkeys: await of(passkeys.list),
    rememberedBrowsers: await of(browsers.list),
    identities: await of(sources.identitiesOf),
    links: belongings.links,
    sessions: (await of(sources.sessionsOf)).map(exportedSession),
    consents: (await of(sources.consentsOf)).map(exportedConsent),
    applications: await of(sources.applicationsOf),
    messages: await of(sources.messagesOf),
    events: (await eventsOf(deps, tenant.id, accountId)).map(exportedEvent),
  };
  await deps.audit.record({
    ...by,
    kind: 'account.data_exported',
    tenantId: tenant.id,
    outcome: 'success',
    subject: { type: 'account', id: accountId },
  });
  return data;
}

async function eventsOf(
  deps: Pick<ExportAccountDataDeps, 'audit'>,
  tenantId: TenantId,
  accountId: string,
): Promise<RecordedAuditEvent[]> {
  const events: RecordedAuditEvent[] = [];
  for (let pages = 0; pages < EVENTS_PAGES; pages += 1) {
    const before = events.at(-1)?.id;
    const page = await deps.audit.listOfAccount(tenantId, accountId, {
      limit: EVENTS_PAGE,
      ...(before === undefined ? {} : { before }),
    });
    events.push(...page);
    if (page.length < EVENTS_PAGE) break;
  }
  return events;
}

/** Without the handle and without which one asks: the document outlives both. */
function exportedSession({ signedIn, lastSeen, clientIds }: AccountSession) {
  return { signedIn, lastSeen, clientIds };
}

function exportedConsent(consent: ExportedConsent) {
  const { clientId, scopes, claims, resourceScopes, grantedAt } = consent;
  return { clientId, scopes, claims, resourceScopes, grantedAt };
}

/** Of an operator, or of somebody whose attempt failed, the owner learns what they did, not who. */
function exportedEvent({
  at,
  kind,
  outcome,
  actor,
  clientId,
  address,
  detail,
}: RecordedAuditEvent) {
  return { at, kind, outcome, actor: actor.type, clientId, address, detail };
}
