import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { AccountStore } from '../../accounts/account-store.ts';
import type { BrowserStore } from '../../accounts/browser-store.ts';
import type { EmailChangeStore } from '../../accounts/email-change-store.ts';
import type { InvitationStore } from '../../accounts/invitation-store.ts';
import type { OneTimeCodeStore } from '../../accounts/one-time-code-store.ts';
import type { PasskeyStore } from '../../accounts/passkey-store.ts';
import type { RecoveryCodeStore } from '../../accounts/recovery-code-store.ts';
import type { SecondFactorStore } from '../../accounts/second-factor-store.ts';
import type { TotpStore } from '../../accounts/totp-store.ts';
import type { ApplicationStore } from '../../applications/application-store.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { GrantStore } from '../../grants/grant-store.ts';
import type { DeploymentSecretStore } from '../../keys/deployment-secret-store.ts';
import type { KeyStore } from '../../keys/key-store.ts';
import type { SealedRecordStore } from '../../keys/sealed-record-store.ts';
import type { MailOutbox } from '../../mail/mail-outbox.ts';
import type { LogoutNotificationStore } from '../../provider/logout-notification-store.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import { crowdTenant } from '../../testing/crowd-tenant.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { newAccount } from '../../testing/fixtures.ts';
import { type PopulatedTenant, populateTenant } from '../../testing/populated-tenant.ts';
import { accessesDuring, type TableAccess } from '../../testing/statement-plan.ts';
import type { UpstreamLinkStore } from '../../upstream/upstream-link-store.ts';
import type { UpstreamProviderStore } from '../../upstream/upstream-provider-store.ts';
import { createPostgresAccountStore } from './account-store.ts';
import { createPostgresApplicationStore } from './application-store.ts';
import { createPostgresArtifactStore } from './artifact-store.ts';
import { createPostgresAuditLog } from './audit-log.ts';
import { createPostgresBrowserStore } from './browser-store.ts';
import { createPostgresDeploymentSecretStore } from './deployment-secret-store.ts';
import { createPostgresEmailChangeStore } from './email-change-store.ts';
import { createPostgresGrantStore } from './grant-store.ts';
import { createPostgresInvitationStore } from './invitation-store.ts';
import { createPostgresKeyStore } from './key-store.ts';
import { createPostgresLogoutNotificationStore } from './logout-notification-store.ts';
import { createPostgresMailOutbox } from './mail-outbox.ts';
import { createPostgresOneTimeCodeStore } from './one-time-code-store.ts';
import { createPostgresPasskeyStore } from './passkey-store.ts';
import { createPostgresRecoveryCodeStore } from './recovery-code-store.ts';
import { createRetention, type Retention } from './retention.ts';
import { createPostgresSealedRecordStore } from './sealed-record-store.ts';
import { createPostgresSecondFactorStore } from './second-factor-store.ts';
import { createPostgresTenantStore } from './tenant-store.ts';
import { createPostgresTotpStore } from './totp-store.ts';
import { createPostgresUpstreamLinkStore } from './upstream-link-store.ts';
import { createPostgresUpstreamProviderStore } from './upstream-provider-store.ts';
import { createUuidV7 } from './uuid-v7.ts';

/**
 * Every look-up goes through the index that was made for it, in a database with enough rows for
 * that to matter. A method that is added to a store must say here what it goes through.
 */

interface Lookup {
  /** Round trips, those of a transaction one by one; 1 unless it says so. */
  statements?: number;
  /**
   * Indexes and the columns that each is searched by, in any order. `some index` where pages of
   * administration leave it to the planner, as long as it never reads a whole table.
   */
  accesses: string[] | 'some index';
  work: () => Promise<unknown>;
}

const LIMIT = 10;
const WHOLE_TABLE = ': all of it';
const FAR = new Date('2030-01-01T00:00:00Z');

let database: TestDatabase;
/** The tenant that has two thousand rows of everything, and one that has one row. */
let tenant: PopulatedTenant;
let small: PopulatedTenant;
let cursor: string;
let tenants: TenantStore;
let applications: ApplicationStore;
let accounts: AccountStore;
let emailChanges: EmailChangeStore;
let invitations: InvitationStore;
let passkeys: PasskeyStore;
let factors: SecondFactorStore;
let totp: TotpStore;
let recoveryCodes: RecoveryCodeStore;
let browsers: BrowserStore;
let codes: OneTimeCodeStore;
let grants: GrantStore;
let keys: KeyStore;
let upstreamProviders: UpstreamProviderStore;
let upstreamLinks: UpstreamLinkStore;
let secrets: DeploymentSecretStore;
let seals: SealedRecordStore;
let audit: AuditLog;
/** The newest event that has an id of ours. */
let eventId: string;
let outbox: MailOutbox;
let logouts: LogoutNotificationStore;
let retention: Retention;

before(async () => {
  database = await createTestDatabase();
  const { db } = database;
  tenants = createPostgresTenantStore(db);
  applications = createPostgresApplicationStore(db);
  accounts = createPostgresAccountStore(db);
  emailChanges = createPostgresEmailChangeStore(db, { now: () => new Date() });
  invitations = createPostgresInvitationStore(db, { now: () => new Date() });
  passkeys = createPostgresPasskeyStore(db);
  factors = createPostgresSecondFactorStore(db);
  totp = createPostgresTotpStore(db, { now: () => new Date() });
  recoveryCodes = createPostgresRecoveryCodeStore(db);
  browsers = createPostgresBrowserStore(db, { now: () => new Date() });
  codes = createPostgresOneTimeCodeStore(db, { now: () => new Date() });
  grants = createPostgresGrantStore(db);
  keys = createPostgresKeyStore(db);
  upstreamProviders = createPostgresUpstreamProviderStore(db);
  upstreamLinks = createPostgresUpstreamLinkStore(db);
  secrets = createPostgresDeploymentSecretStore(db);
  seals = createPostgresSealedRecordStore(db);
  outbox = createPostgresMailOutbox(db);
  logouts = createPostgresLogoutNotificationStore(db);
  audit = createPostgresAuditLog(db, { now: () => new Date() });
  retention = createRetention(db, {
    now: () => new Date(),
    artifacts: createPostgresArtifactStore(db, { now: () => new Date() }),
  });
  tenant = await populateTenant(db);
  small = await populateTenant(db);
  await crowdTenant(db, tenant);
  await audit.record({
    kind: 'seed.applied',
    tenantId: tenant.tenantId,
    outcome: 'success',
    actor: { type: 'system' },
  });
  const [event] = await audit.list({
    tenantId: tenant.tenantId,
    kinds: ['seed.applied'],
    limit: 1,
  });
  eventId = event?.id ?? '';
  ({ cursor } = await tenants.changesSince(undefined));
});

after(() => database.drop());

/** `index: columns that it is searched by`, sorted. */
function describeAccess({ table, index, condition = '' }: TableAccess): string {
  if (index === undefined) return table + WHOLE_TABLE;
  const compared = condition.matchAll(/([a-z_]+)\)?(?:::[a-z]+)? (?:=|<=|>=|<|>) /g);
  const rows = condition.matchAll(/ROW\(([a-z_, ]+)\) [<>]/g);
  const columns = [
    ...[...compared].map(([, column = '']) => column),
    ...[...rows].flatMap(([, list = '']) => list.split(', ')),
  ];
  // All partitions of a month look alike.
  const name = index.replace(/_\d{4}_\d{2}/, '');
  return `${name}: ${[...new Set(columns)].sort().join(' ')}`;
}

function testLookups<Store>(room: string, lookups: Record<keyof Store, Lookup>): void {
  for (const [method, { statements = 1, accesses, work }] of Object.entries<Lookup>(lookups)) {
    test(`${room}: ${method} goes through the indexes made for it`, async () => {
      const seen = await accessesDuring(database.db, work);
      const described = [...new Set(seen.accesses.map(describeAccess))].sort();
      if (accesses === 'some index') {
        assert.ok(described.length > 0);
        assert.ok(!described.some((access) => access.endsWith(WHOLE_TABLE)), described.join());
      } else {
        assert.deepEqual(described, accesses.toSorted());
      }
      assert.equal(seen.statements, statements);
    });
  }
}

testLookups<TenantStore>('tenants', {
  findBySlug: {
    accesses: ['tenants_slug_key: slug'],
    work: () => tenants.findBySlug(tenant.slug),
  },
  findByHost: {
    accesses: ['tenants_custom_host_key: custom_host'],
    work: () => tenants.findByHost(tenant.host),
  },
  findById: {
    accesses: ['tenants_pkey: id'],
    work: () => tenants.findById(tenant.tenantId),
  },
  slugs: {
    accesses: ['tenants_pkey: id'],
    work: () => tenants.slugs([tenant.tenantId, small.tenantId]),
  },
  list: {
    accesses: ['tenants_slug_key: slug'],
    work: () => tenants.list({ after: 'm', limit: LIMIT }),
  },
  changesSince: {
    accesses: ['tenants_changed: changed_xid'],
    work: async () => tenants.changesSince(cursor),
  },
  setDisabled: {
    statements: 4,
    accesses: ['tenant_imports_pkey: tenant_id', 'tenants_pkey: id'],
    work: () => tenants.setDisabled(tenant.tenantId, false),
  },
  touch: {
    accesses: ['tenants_pkey: id'],
    work: () => tenants.touch(tenant.tenantId),
  },
});

testLookups<ApplicationStore>('applications', {
  findClient: {
    accesses: [
      'applications_pkey: id tenant_id',
      'client_roles_pkey: client_id tenant_id',
      'clients_pkey: client_id tenant_id',
      'roles_pkey: id tenant_id',
      'roles_tenant_id_application_id_key_key: application_id tenant_id',
    ],
    work: () => applications.findClient(tenant.tenantId, tenant.clientId),
  },
  findByAudience: {
    accesses: [
      'applications_tenant_id_audience_key: audience tenant_id',
      'roles_tenant_id_application_id_key_key: application_id tenant_id',
    ],
    work: () => applications.findByAudience(tenant.tenantId, tenant.audience),
  },
  rolesOfAccount: {
    accesses: [
      'account_roles_pkey: account_id tenant_id',
      'group_members_pkey: account_id tenant_id',
      'group_roles_pkey: group_id tenant_id',
      'roles_tenant_id_application_id_key_key: application_id tenant_id',
    ],
    work: () =>
      applications.rolesOfAccount(tenant.tenantId, tenant.applicationId, tenant.accountId),
  },
  listClients: {
    accesses: 'some index',
    work: () => applications.listClients(small.tenantId),
  },
  listApplications: {
    accesses: 'some index',
    work: () => applications.listApplications(small.tenantId),
  },
  listRoles: { accesses: 'some index', work: () => applications.listRoles(small.tenantId) },
  setClientDisabled: {
    statements: 3,
    accesses: ['clients_pkey: client_id tenant_id', 'tenants_pkey: id'],
    work: () => applications.setClientDisabled(tenant.tenantId, tenant.clientId, false),
  },
  rotateClientSecret: {
    statements: 3,
    accesses: ['clients_pkey: client_id tenant_id', 'tenants_pkey: id'],
    work: () => applications.rotateClientSecret(tenant.tenantId, tenant.clientId, 'new', FAR),
  },
});

testLookups<AccountStore>('accounts', {
  findById: {
    accesses: ['accounts_pkey: id tenant_id'],
    work: () => accounts.findById(tenant.tenantId, tenant.accountId),
  },
  findByIdentifier: {
    accesses: [
      'accounts_tenant_id_email_key_key: email_key tenant_id',
      'accounts_tenant_id_username_key_key: tenant_id username_key',
      'passwords_pkey: account_id tenant_id',
    ],
    work: () => accounts.findByIdentifier(tenant.tenantId, tenant.email),
  },
  create: {
    accesses: [
      'accounts_tenant_id_email_key_key: email_key tenant_id',
      'accounts_tenant_id_username_key_key: tenant_id username_key',
    ],
    work: () => accounts.create(tenant.tenantId, newAccount()),
  },
  confirmEmail: {
    accesses: ['accounts_tenant_id_email_key_key: email_key tenant_id'],
    work: () => accounts.confirmEmail(tenant.tenantId, tenant.accountId, tenant.email),
  },
  list: {
    accesses: ['accounts_tenant_id_username_key_key: tenant_id username_key'],
    work: () => accounts.list(tenant.tenantId, { after: 'm', limit: LIMIT }),
  },
  upgradePasswordHash: {
    accesses: ['passwords_pkey: account_id tenant_id'],
    work: () =>
      accounts.upgradePasswordHash(
        tenant.tenantId,
        tenant.accountId,
        tenant.passwordHash,
        tenant.passwordHash,
      ),
  },
  setPassword: {
    accesses: [
      'accounts_pkey: id tenant_id',
      'one_time_links_account: account_id purpose tenant_id',
      'remembered_browsers_digest: account_id tenant_id',
    ],
    work: () => accounts.setPassword(tenant.tenantId, 'n1', 'hash'),
  },
  passwordChangedAt: {
    accesses: ['passwords_pkey: account_id tenant_id'],
    work: () => accounts.passwordChangedAt(tenant.tenantId, tenant.accountId),
  },
  changeClaims: {
    accesses: ['accounts_pkey: id tenant_id'],
    work: () => accounts.changeClaims(tenant.tenantId, tenant.accountId, { set: {}, removed: [] }),
  },
  belongingsOf: {
    accesses: [
      'group_members_pkey: account_id tenant_id',
      'groups_pkey: id tenant_id',
      'one_time_links_account: account_id tenant_id',
    ],
    work: () => accounts.belongingsOf(tenant.tenantId, tenant.accountId),
  },
  remove: {
    accesses: ['accounts_pkey: id tenant_id'],
    work: () => accounts.remove(tenant.tenantId, 'n1999'),
  },
  setDisabled: {
    accesses: ['accounts_pkey: id tenant_id'],
    work: () => accounts.setDisabled(tenant.tenantId, tenant.accountId, false),
  },
  createOneTimeLink: {
    accesses: [],
    work: () =>
      accounts.createOneTimeLink(tenant.tenantId, {
        accountId: 'n3',
        purpose: 'reset_password',
        digest: 'digest',
        expiresAt: FAR,
      }),
  },
  findByOneTimeLink: {
    accesses: ['accounts_pkey: id tenant_id', 'one_time_links_pkey: digest tenant_id'],
    work: () => accounts.findByOneTimeLink(tenant.tenantId, 'reset_password', tenant.linkDigest),
  },
  resetPasswordByLink: {
    accesses: [
      'one_time_links_pkey: digest tenant_id',
      'remembered_browsers_digest: account_id tenant_id',
    ],
    work: () => accounts.resetPasswordByLink(tenant.tenantId, 'n2', 'hash'),
  },
});

testLookups<EmailChangeStore>('email changes', {
  begin: {
    accesses: [],
    work: () =>
      emailChanges.begin(tenant.tenantId, {
        accountId: 'n5',
        email: 'another@acme.example',
        previousEmail: undefined,
        approvalDigest: undefined,
        expiresAt: FAR,
      }),
  },
  find: {
    accesses: ['email_changes_pkey: account_id tenant_id'],
    work: () => emailChanges.find(tenant.tenantId, tenant.accountId),
  },
  findByApproval: {
    accesses: ['email_changes_tenant_id_approval_digest_key: approval_digest tenant_id'],
    work: () => emailChanges.findByApproval(tenant.tenantId, tenant.emailChange.approvalDigest),
  },
  prove: {
    statements: 5,
    accesses: [
      'accounts_pkey: id tenant_id',
      'accounts_tenant_id_email_key_key: email_key tenant_id',
      'accounts_tenant_id_username_key_key: tenant_id username_key',
      'email_changes_pkey: account_id tenant_id',
      'one_time_links_account: account_id tenant_id',
    ],
    work: () => emailChanges.prove(tenant.tenantId, 'n6', 'n6'),
  },
  approve: {
    accesses: ['email_changes_tenant_id_approval_digest_key: approval_digest tenant_id'],
    work: () => emailChanges.approve(tenant.tenantId, 'nothing'),
  },
  cancel: {
    accesses: ['email_changes_pkey: account_id tenant_id'],
    work: () => emailChanges.cancel(tenant.tenantId, 'n7'),
  },
});

testLookups<InvitationStore>('invitations', {
  save: {
    accesses: [],
    work: () =>
      invitations.save(tenant.tenantId, {
        digest: 'n1',
        email: 'n1@acme.example',
        roles: [],
        expiresAt: FAR,
      }),
  },
  findByDigest: {
    accesses: ['invitations_tenant_id_digest_key: digest tenant_id'],
    work: () => invitations.findByDigest(tenant.tenantId, tenant.invitation.digest),
  },
  list: { accesses: 'some index', work: () => invitations.list(tenant.tenantId) },
  revoke: {
    accesses: ['invitations_email: email_key tenant_id'],
    work: () => invitations.revoke(tenant.tenantId, 'nobody@acme.example'),
  },
  accept: {
    accesses: ['invitations_tenant_id_digest_key: digest tenant_id'],
    work: () => invitations.accept(tenant.tenantId, 'nothing', newAccount()),
  },
});

testLookups<PasskeyStore>('passkeys', {
  userHandle: {
    accesses: [],
    work: () => passkeys.userHandle(tenant.tenantId, tenant.accountId, 'handle'),
  },
  list: {
    accesses: ['passkeys_account: account_id tenant_id'],
    work: () => passkeys.list(tenant.tenantId, tenant.accountId),
  },
  count: {
    accesses: ['passkeys_account: account_id tenant_id'],
    work: () => passkeys.count(tenant.tenantId, tenant.accountId),
  },
  find: {
    accesses: [
      'passkey_users_pkey: account_id tenant_id',
      'passkeys_pkey: credential_id tenant_id',
    ],
    work: () => passkeys.find(tenant.tenantId, tenant.passkeyId),
  },
  add: {
    accesses: ['passkeys_account: account_id tenant_id'],
    work: () =>
      passkeys.add(
        tenant.tenantId,
        tenant.accountId,
        {
          id: 'new',
          name: undefined,
          publicKey: 'key',
          counter: 0,
          aaguid: '00000000-0000-0000-0000-000000000000',
          transports: [],
          backupEligible: false,
          backedUp: false,
          createdAt: new Date(),
        },
        LIMIT,
      ),
  },
  recordUse: {
    accesses: ['passkeys_pkey: credential_id tenant_id'],
    work: () =>
      passkeys.recordUse(tenant.tenantId, tenant.passkeyId, {
        counter: 2,
        backedUp: false,
        usedAt: new Date(),
      }),
  },
  rename: {
    accesses: ['passkeys_pkey: credential_id tenant_id'],
    work: () => passkeys.rename(tenant.tenantId, tenant.accountId, tenant.passkeyId, 'name'),
  },
  remove: {
    statements: 4,
    // Either of them finds the one row.
    accesses: 'some index',
    work: () => passkeys.remove(tenant.tenantId, 'n1', 'n1', { way: false, factor: false }),
  },
  saveChallenge: {
    accesses: [],
    work: () =>
      passkeys.saveChallenge(tenant.tenantId, { binding: 'b', digest: 'd', expiresAt: FAR }),
  },
  useChallenge: {
    accesses: ['passkey_challenges_pkey: binding tenant_id'],
    work: () => passkeys.useChallenge(tenant.tenantId, tenant.challenge),
  },
});

testLookups<SecondFactorStore>('second factors', {
  factorsOf: {
    accesses: [
      'passkeys_account: account_id tenant_id',
      'recovery_codes_pkey: account_id tenant_id',
      'totp_factors_account: account_id state tenant_id',
    ],
    work: () => factors.factorsOf(tenant.tenantId, tenant.accountId),
  },
  removeAll: {
    accesses: [
      'accounts_pkey: id tenant_id',
      'passkeys_account: account_id tenant_id',
      'recovery_codes_pkey: account_id tenant_id',
      'remembered_browsers_digest: account_id tenant_id',
      'totp_factors_account: account_id tenant_id',
    ],
    work: () => factors.removeAll(tenant.tenantId, 'n4'),
  },
});

testLookups<TotpStore>('authenticator apps', {
  savePending: {
    accesses: [],
    work: () =>
      totp.savePending(tenant.tenantId, {
        id: tenant.pendingTotpId,
        accountId: tenant.accountId,
        sealedSeed: 'sealed',
        bindingDigest: tenant.pendingBindingDigest,
        expiresAt: FAR,
      }),
  },
  findPending: {
    accesses: ['totp_factors_account: account_id state tenant_id'],
    work: () => totp.findPending(tenant.tenantId, tenant.accountId, tenant.pendingBindingDigest),
  },
  confirm: {
    accesses: [
      'remembered_browsers_digest: account_id tenant_id',
      'totp_factors_account: account_id state tenant_id',
      'totp_factors_pkey: id tenant_id',
    ],
    work: () =>
      totp.confirm(tenant.tenantId, 'n5', { id: tenant.pendingTotpId, name: '', step: 1 }),
  },
  findActive: {
    accesses: ['totp_factors_account: account_id state tenant_id'],
    work: () => totp.findActive(tenant.tenantId, tenant.accountId),
  },
  useStep: {
    accesses: 'some index',
    work: () => totp.useStep(tenant.tenantId, tenant.accountId, tenant.totpId, 1),
  },
  remove: {
    statements: 3,
    accesses: [
      'accounts_pkey: id tenant_id',
      'passkeys_account: account_id tenant_id',
      'passwords_pkey: account_id tenant_id',
      'remembered_browsers_digest: account_id tenant_id',
      'totp_factors_account: account_id tenant_id',
      'upstream_links_account: account_id tenant_id',
      'upstream_providers_pkey: key tenant_id',
    ],
    work: () => totp.remove(tenant.tenantId, 'n6', { keepLast: false }),
  },
});

testLookups<RecoveryCodeStore>('recovery codes', {
  replace: {
    statements: 3,
    accesses: ['accounts_pkey: id tenant_id', 'recovery_codes_pkey: account_id tenant_id'],
    work: () => recoveryCodes.replace(tenant.tenantId, 'n7', ['a', 'b']),
  },
  use: {
    accesses: [
      'recovery_codes_pkey: account_id digest tenant_id',
      'recovery_codes_pkey: account_id tenant_id',
    ],
    work: () => recoveryCodes.use(tenant.tenantId, 'n8', 'd1'),
  },
  holdsAny: {
    // PostgreSQL 15 looks for the ten codes of an account, and then among them.
    accesses: 'some index',
    work: () => recoveryCodes.holdsAny(tenant.tenantId, 'n8', ['d1', 'd2']),
  },
});

testLookups<BrowserStore>('remembered browsers', {
  add: {
    accesses: [],
    work: () =>
      browsers.add(tenant.tenantId, {
        accountId: 'n9',
        digest: 'new',
        userAgent: '',
        address: '',
        createdAt: new Date(),
        expiresAt: FAR,
      }),
  },
  use: {
    accesses: ['remembered_browsers_digest: account_id digest tenant_id'],
    work: () => browsers.use(tenant.tenantId, tenant.accountId, tenant.browserDigest),
  },
  list: {
    accesses: ['remembered_browsers_digest: account_id tenant_id'],
    work: () => browsers.list(tenant.tenantId, tenant.accountId),
  },
  remove: {
    accesses: 'some index',
    work: () => browsers.remove(tenant.tenantId, 'n10', tenant.browserId),
  },
  removeAll: {
    accesses: ['remembered_browsers_digest: account_id tenant_id'],
    work: () => browsers.removeAll(tenant.tenantId, 'n11'),
  },
});

testLookups<OneTimeCodeStore>('one-time codes', {
  save: {
    accesses: [],
    work: () =>
      codes.save(tenant.tenantId, {
        lookup: 'n1',
        purpose: 'sign_in',
        nonce: '',
        digest: '',
        expiresAt: FAR,
      }),
  },
  countTry: {
    accesses: ['one_time_codes_pkey: lookup tenant_id'],
    work: () => codes.countTry(tenant.tenantId, tenant.codeLookup, 5),
  },
  use: {
    accesses: ['one_time_codes_pkey: lookup tenant_id'],
    work: () => codes.use(tenant.tenantId, 'n2', ''),
  },
});

testLookups<GrantStore>('grants', {
  find: {
    accesses: ['recorded_grants_pkey: account_id client_id tenant_id'],
    work: () => grants.find(tenant.tenantId, tenant.accountId, tenant.clientId),
  },
  add: {
    accesses: [],
    work: () =>
      grants.add(tenant.tenantId, tenant.accountId, tenant.clientId, {
        scopes: ['openid'],
        claims: [],
        resourceScopes: {},
      }),
  },
  listByAccount: {
    accesses: ['recorded_grants_pkey: account_id tenant_id'],
    work: () => grants.listByAccount(tenant.tenantId, tenant.accountId),
  },
  remove: {
    accesses: ['recorded_grants_pkey: account_id client_id tenant_id'],
    work: () => grants.remove(tenant.tenantId, 'n1', tenant.clientId),
  },
});

testLookups<KeyStore>('keys', {
  load: {
    accesses: ['key_sets_pkey: tenant_id', 'signing_keys_pkey: tenant_id'],
    work: () => keys.load(tenant.tenantId),
  },
  replace: {
    statements: 5,
    accesses: ['key_sets_pkey: tenant_id', 'signing_keys_pkey: tenant_id', 'tenants_pkey: id'],
    work: () => keys.replace(small.tenantId, 1, []),
  },
  tenantsDue: {
    accesses: ['signing_keys_due: due_at'],
    work: () => keys.tenantsDue(FAR, LIMIT),
  },
  tenantsWithoutSuccessor: {
    accesses: ['signing_keys_ages: stage', 'signing_keys_signing: stage_since'],
    work: () => keys.tenantsWithoutSuccessor(FAR, LIMIT),
  },
});

testLookups<UpstreamProviderStore>('upstream providers', {
  list: {
    accesses: 'some index',
    work: () => upstreamProviders.list(small.tenantId),
  },
  setDisabled: {
    statements: 3,
    accesses: ['tenants_pkey: id', 'upstream_providers_pkey: key tenant_id'],
    work: () => upstreamProviders.setDisabled(tenant.tenantId, tenant.upstream.key, false),
  },
});

testLookups<UpstreamLinkStore>('upstream links', {
  findByIdentity: {
    accesses: ['upstream_links_identity: issuer provider_key subject tenant_id'],
    work: () =>
      upstreamLinks.findByIdentity(tenant.tenantId, {
        ...tenant.upstream,
        provider: tenant.upstream.key,
      }),
  },
  listOfAccount: {
    accesses: ['upstream_links_account: account_id tenant_id'],
    work: () => upstreamLinks.listOfAccount(tenant.tenantId, tenant.accountId),
  },
  create: {
    accesses: [],
    work: () =>
      upstreamLinks.create(tenant.tenantId, {
        provider: tenant.upstream.key,
        issuer: tenant.upstream.issuer,
        subject: 'new',
        accountId: tenant.accountId,
        shownName: undefined,
        shownEmail: undefined,
        at: FAR,
      }),
  },
  createWithAccount: {
    statements: 2,
    accesses: [
      'accounts_tenant_id_email_key_key: email_key tenant_id',
      'accounts_tenant_id_username_key_key: tenant_id username_key',
    ],
    work: () =>
      upstreamLinks.createWithAccount(
        tenant.tenantId,
        { id: 'u1', username: 'u1@u', email: 'u1@u', claims: {}, passwordHash: undefined },
        {
          provider: tenant.upstream.key,
          issuer: tenant.upstream.issuer,
          subject: 'newer',
          shownName: undefined,
          shownEmail: undefined,
          at: FAR,
        },
      ),
  },
  recordUse: {
    accesses: ['upstream_links_pkey: id tenant_id'],
    work: () =>
      upstreamLinks.recordUse(tenant.tenantId, tenant.upstream.linkId, {
        at: FAR,
        shownName: undefined,
        shownEmail: undefined,
      }),
  },
  remove: {
    statements: 4,
    accesses: [
      'accounts_pkey: id tenant_id',
      'passkeys_account: account_id tenant_id',
      'passwords_pkey: account_id tenant_id',
      'totp_factors_account: account_id state tenant_id',
      'upstream_links_account: account_id tenant_id',
      'upstream_links_pkey: id tenant_id',
      'upstream_providers_pkey: key tenant_id',
    ],
    work: () =>
      upstreamLinks.remove(tenant.tenantId, tenant.accountId, tenant.upstream.linkId, {
        keepLast: false,
      }),
  },
});

testLookups<DeploymentSecretStore>('deployment secrets', {
  list: {
    accesses: ['deployment_secrets_pkey: purpose'],
    work: () => secrets.list('n1'),
  },
  insert: { accesses: [], work: () => secrets.insert('n1', 2, 'sealed') },
  remove: {
    accesses: ['deployment_secrets_pkey: purpose version'],
    work: () => secrets.remove('n1', 2),
  },
});

testLookups<SealedRecordStore>('what is sealed', {
  page: {
    accesses: ['totp_factors_pkey: id tenant_id'],
    work: () =>
      seals.page('totp_seeds', {
        keyId: 'key',
        after: [tenant.tenantId, tenant.totpId],
        limit: LIMIT,
      }),
  },
  replace: {
    accesses: ['totp_factors_pkey: id tenant_id'],
    work: () =>
      seals.replace('totp_seeds', [
        { key: [tenant.tenantId, tenant.totpId], sealed: 'sealed', resealed: 'sealed' },
      ]),
  },
});

testLookups<AuditLog>('audit', {
  record: {
    accesses: [],
    work: () =>
      audit.record({
        kind: 'token.issued',
        tenantId: tenant.tenantId,
        outcome: 'success',
        actor: { type: 'client' },
      }),
  },
  list: {
    statements: 3,
    accesses: [
      'audit_events_tenant_id_at_id_idx: at id tenant_id',
      'audit_events_tenant_id_at_id_idx: tenant_id',
      'audit_events_tenant_id_subject_id_at_id_idx: subject_id tenant_id',
    ],
    work: async () => {
      const { tenantId } = tenant;
      const [last] = await audit.list({ tenantId, kinds: ['seed.applied'], limit: LIMIT });
      assert.ok(last);
      await audit.list({ tenantId, limit: LIMIT, before: last.id });
      await audit.list({ tenantId, limit: LIMIT, subjectId: 's1' });
    },
  },
  listOfAccount: {
    statements: 2,
    accesses: [
      'audit_events_tenant_id_actor_id_at_id_idx: actor_id at id tenant_id',
      'audit_events_tenant_id_actor_id_at_id_idx: actor_id tenant_id',
      'audit_events_tenant_id_subject_id_at_id_idx1: at id subject_id tenant_id',
      'audit_events_tenant_id_subject_id_at_id_idx1: subject_id tenant_id',
    ],
    work: async () => {
      const { tenantId } = tenant;
      await audit.listOfAccount(tenantId, 'a4', { limit: LIMIT });
      await audit.listOfAccount(tenantId, 'a4', { limit: LIMIT, before: eventId });
    },
  },
  flush: { statements: 0, accesses: [], work: () => audit.flush() },
});

testLookups<MailOutbox>('mail outbox', {
  add: {
    accesses: [],
    work: () =>
      outbox.add(tenant.tenantId, {
        id: createUuidV7()(new Date()),
        name: 'sign_in_code',
        accountId: undefined,
        language: 'en',
        recipient: 'n@n',
        status: 'queued',
        problem: undefined,
        sealedContent: 'sealed',
        createdAt: new Date(),
        giveUpAt: FAR,
        expiresAt: FAR,
      }),
  },
  claim: {
    accesses: ['mail_outbox_due: next_attempt_at', 'mail_outbox_pkey: id tenant_id'],
    work: () => outbox.claim({ now: new Date(), until: FAR, limit: LIMIT }),
  },
  settle: {
    accesses: ['mail_outbox_pkey: id tenant_id'],
    work: () => outbox.settle(tenant.tenantId, tenant.mailId, 1, { status: 'sent' }, new Date()),
  },
  list: {
    statements: 2,
    accesses: [
      'mail_outbox_pkey: id tenant_id',
      'mail_outbox_pkey: tenant_id',
      'tenants_pkey: ',
      'tenants_pkey: id',
    ],
    work: async () => {
      await outbox.list({ tenantId: tenant.tenantId, limit: LIMIT });
      await outbox.list({ tenantId: undefined, before: tenant.mailId, limit: LIMIT });
    },
  },
  listOfAccount: {
    accesses: ['mail_outbox_account: account_id tenant_id'],
    work: () => outbox.listOfAccount(tenant.tenantId, tenant.accountId, LIMIT),
  },
  find: {
    accesses: ['mail_outbox_pkey: id tenant_id'],
    work: () => outbox.find(tenant.tenantId, tenant.mailId),
  },
  makeDue: {
    accesses: ['mail_outbox_due: next_attempt_at'],
    work: () => outbox.makeDue({}, FAR),
  },
  forgetAccount: {
    accesses: ['mail_outbox_account: account_id tenant_id'],
    work: () => outbox.forgetAccount(small.tenantId, small.accountId),
  },
  backlog: { accesses: ['mail_outbox_due: '], work: () => outbox.backlog() },
});

testLookups<LogoutNotificationStore>('logout notifications', {
  add: {
    accesses: ['clients_pkey: client_id tenant_id'],
    work: () =>
      logouts.add(
        tenant.tenantId,
        [{ clientId: tenant.clientId, accountId: 'n1', sid: 'another' }],
        { now: new Date(), giveUpAt: FAR, expiresAt: FAR },
      ),
  },
  claim: {
    accesses: [
      'logout_notifications_due: next_attempt_at',
      'logout_notifications_pkey: id tenant_id',
    ],
    work: () => logouts.claim({ now: new Date(), until: FAR, limit: LIMIT }),
  },
  settle: {
    accesses: ['logout_notifications_pkey: id tenant_id'],
    work: () => logouts.settle(tenant.tenantId, tenant.logoutId, 1, { status: 'delivered' }),
  },
  countQueued: {
    accesses: ['logout_notifications_due: '],
    work: () => logouts.countQueued(),
  },
});

testLookups<Retention>('retention', {
  runOnce: {
    statements: 14,
    accesses: [
      'clients_pkey: client_id tenant_id',
      'clients_previous_secret: previous_secret_expires_at',
      'email_changes_expiry: expires_at',
      'email_changes_pkey: account_id tenant_id',
      'invitations_expiry: expires_at',
      'invitations_pkey: id tenant_id',
      'logout_notifications_expiry: expires_at',
      'logout_notifications_pkey: id tenant_id',
      'mail_outbox_expiry: expires_at',
      'mail_outbox_pkey: id tenant_id',
      'one_time_codes_expiry: expires_at',
      'one_time_codes_pkey: lookup tenant_id',
      'one_time_links_expiry: expires_at',
      'one_time_links_pkey: digest tenant_id',
      'passkey_challenges_expiry: expires_at',
      'passkey_challenges_pkey: binding tenant_id',
      'remembered_browsers_expiry: expires_at',
      'remembered_browsers_pkey: id tenant_id',
      'totp_factors_expiry: expires_at',
      'totp_factors_pkey: id tenant_id',
    ],
    work: () => retention.runOnce(),
  },
  backlog: {
    statements: 12,
    accesses: [
      'artifacts_expiry: expires_at',
      'clients_previous_secret: previous_secret_expires_at',
      'email_changes_expiry: expires_at',
      'invitations_expiry: expires_at',
      'logout_notifications_expiry: expires_at',
      'mail_outbox_expiry: expires_at',
      'one_time_codes_expiry: expires_at',
      'one_time_links_expiry: expires_at',
      'passkey_challenges_expiry: expires_at',
      'remembered_browsers_expiry: expires_at',
      'tombstones_expiry: expires_at',
      'totp_factors_expiry: expires_at',
    ],
    work: () => retention.backlog(),
  },
});
