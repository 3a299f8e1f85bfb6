import { after, before } from 'node:test';
import type { AccountStore } from '../../accounts/account-store.ts';
import type { EmailChangeStore } from '../../accounts/email-change-store.ts';
import type { InvitationStore } from '../../accounts/invitation-store.ts';
import { newAccount } from '../../testing/fixtures.ts';
import {
  type CrowdedDatabase,
  createCrowdedDatabase,
  FAR,
  LIMIT,
  testLookups,
} from '../../testing/lookups.ts';
import type { PopulatedTenant } from '../../testing/populated-tenant.ts';
import type { UpstreamLinkStore } from '../../upstream/upstream-link-store.ts';
import type { UpstreamProviderStore } from '../../upstream/upstream-provider-store.ts';
import { createPostgresAccountStore } from './account-store.ts';
import { createPostgresEmailChangeStore } from './email-change-store.ts';
import { createPostgresInvitationStore } from './invitation-store.ts';
import { createPostgresUpstreamLinkStore } from './upstream-link-store.ts';
import { createPostgresUpstreamProviderStore } from './upstream-provider-store.ts';

let database: CrowdedDatabase;
let tenant: PopulatedTenant;
let small: PopulatedTenant;
let accounts: AccountStore;
let emailChanges: EmailChangeStore;
let invitations: InvitationStore;
let upstreamProviders: UpstreamProviderStore;
let upstreamLinks: UpstreamLinkStore;

before(async () => {
  database = await createCrowdedDatabase();
  const { db } = database;
  ({ tenant, small } = database);
  accounts = createPostgresAccountStore(db, { now: () => new Date() });
  emailChanges = createPostgresEmailChangeStore(db, { now: () => new Date() });
  invitations = createPostgresInvitationStore(db, { now: () => new Date() });
  upstreamProviders = createPostgresUpstreamProviderStore(db);
  upstreamLinks = createPostgresUpstreamLinkStore(db);
});

after(() => database.drop());

testLookups<AccountStore>('accounts', () => database, {
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
  passwordHashNear: {
    accesses: ['passwords_pkey: account_id tenant_id', 'passwords_pkey: tenant_id'],
    work: () => accounts.passwordHashNear(tenant.tenantId, 'a'),
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

testLookups<EmailChangeStore>('email changes', () => database, {
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

testLookups<InvitationStore>('invitations', () => database, {
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

testLookups<UpstreamProviderStore>('upstream providers', () => database, {
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

testLookups<UpstreamLinkStore>('upstream links', () => database, {
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
      'tenants_pkey: id',
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
