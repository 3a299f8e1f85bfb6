import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Knex } from 'knex';
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
import { StorageUnavailableError } from '../../errors.ts';
import type { GrantStore } from '../../grants/grant-store.ts';
import type { DeploymentSecretStore } from '../../keys/deployment-secret-store.ts';
import type { KeyStore } from '../../keys/key-store.ts';
import type { SealedRecordStore } from '../../keys/sealed-record-store.ts';
import type { LogoutNotificationStore } from '../../provider/logout-notification-store.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { newAccount } from '../../testing/fixtures.ts';
import { type OutageProxy, startDatabaseDoor } from '../../testing/outage-proxy.ts';
import { type PopulatedTenant, populateTenant } from '../../testing/populated-tenant.ts';
import type { UpstreamLinkStore } from '../../upstream/upstream-link-store.ts';
import type { UpstreamProviderStore } from '../../upstream/upstream-provider-store.ts';
import { createPostgresAccountStore } from './account-store.ts';
import { createPostgresApplicationStore } from './application-store.ts';
import { createPostgresArtifactStore } from './artifact-store.ts';
import { createPostgresAuditLog } from './audit-log.ts';
import { createPostgresBrowserStore } from './browser-store.ts';
import { createDatabase } from './database.ts';
import { createPostgresDeploymentSecretStore } from './deployment-secret-store.ts';
import { createPostgresEmailChangeStore } from './email-change-store.ts';
import { createPostgresGrantStore } from './grant-store.ts';
import { createPostgresInvitationStore } from './invitation-store.ts';
import { createPostgresKeyStore } from './key-store.ts';
import { createPostgresLogoutNotificationStore } from './logout-notification-store.ts';
import { createPostgresOneTimeCodeStore } from './one-time-code-store.ts';
import { createPostgresPasskeyStore } from './passkey-store.ts';
import { inTransaction, query } from './query.ts';
import { createPostgresRecoveryCodeStore } from './recovery-code-store.ts';
import { createRetention, type Retention } from './retention.ts';
import { createPostgresSealedRecordStore } from './sealed-record-store.ts';
import { createPostgresSecondFactorStore } from './second-factor-store.ts';
import { createPostgresTenantStore } from './tenant-store.ts';
import { createPostgresTotpStore } from './totp-store.ts';
import { createPostgresUpstreamLinkStore } from './upstream-link-store.ts';
import { createPostgresUpstreamProviderStore } from './upstream-provider-store.ts';

/**
 * PostgreSQL gone, in both ways it goes: connections break and new ones are refused, or nobody
 * answers any more. Every method of every store says so in time, and works again without help.
 */

const LIMITS = { poolMax: 4, acquireTimeoutMs: 300, statementTimeoutMs: 300 };
/** No caller waits longer than this for the bad news. */
const PATIENCE_MS = 3_000;

type Calls<Store> = Record<keyof Store, (tenant: PopulatedTenant) => Promise<unknown>>;

let database: TestDatabase;
let proxy: OutageProxy;
let db: Knex;
let tenant: PopulatedTenant;
let calls: Record<string, (tenant: PopulatedTenant) => Promise<unknown>>;

before(async () => {
  database = await createTestDatabase();
  const { door, url } = await startDatabaseDoor(database.url);
  proxy = door;
  db = createDatabase({ ...LIMITS, url });
  tenant = await populateTenant(database.db);
  calls = callsOf(db);
});

after(async () => {
  await db.destroy();
  await proxy.stop();
  await database.drop();
});

const outages: Record<string, () => void | Promise<void>> = {
  'refuses connections': () => proxy.refuse(),
  'says nothing': () => proxy.silence(),
};

for (const [how, begin] of Object.entries(outages)) {
  describe(`a PostgreSQL that ${how}`, () => {
    test('is answered with StorageUnavailableError by every method, in time', async () => {
      await Promise.all(
        Object.values(calls)
          .slice(0, LIMITS.poolMax)
          .map((call) => call(tenant)),
      );
      await begin();
      try {
        const start = performance.now();
        await Promise.all(
          Object.entries(calls).map(([name, call]) =>
            assert.rejects(() => call(tenant), StorageUnavailableError, name),
          ),
        );
        const took = performance.now() - start;
        assert.ok(took < PATIENCE_MS, `${took} ms`);
      } finally {
        await proxy.restore();
      }
    });

    test('works again for every method as soon as it is back', async () => {
      tenant = await populateTenant(database.db);
      for (const call of Object.values(calls)) await call(tenant);
    });

    test('is answered so to a transaction that is open when it goes', async () => {
      const open = inTransaction(db, async (trx) => {
        await query(trx, 'select 1');
        await begin();
        return createPostgresTenantStore(trx).touch(tenant.tenantId);
      });
      try {
        await assert.rejects(open, StorageUnavailableError);
      } finally {
        await proxy.restore();
      }
      assert.equal(
        (await createPostgresTenantStore(db).findById(tenant.tenantId))?.slug,
        tenant.slug,
      );
    });
  });
}

test('a pool whose connections are all taken says so in time', async () => {
  const busy = await Promise.all(Array.from({ length: LIMITS.poolMax }, () => db.transaction()));
  try {
    await assert.rejects(
      createPostgresTenantStore(db).findById(tenant.tenantId),
      StorageUnavailableError,
    );
  } finally {
    for (const trx of busy) await trx.rollback();
  }
  assert.ok(await createPostgresTenantStore(db).findById(tenant.tenantId));
});

/** One call of every method of every store, named after both. */
function callsOf(pool: Knex): typeof calls {
  const now = () => new Date();
  const soon = () => new Date(Date.now() + 60_000);
  const tenants = createPostgresTenantStore(pool);
  const applications = createPostgresApplicationStore(pool);
  const accounts = createPostgresAccountStore(pool);
  const invitations = createPostgresInvitationStore(pool, { now });
  const emailChanges = createPostgresEmailChangeStore(pool, { now });
  const factors = createPostgresSecondFactorStore(pool);
  const totp = createPostgresTotpStore(pool, { now });
  const recoveryCodes = createPostgresRecoveryCodeStore(pool);
  const browsers = createPostgresBrowserStore(pool, { now });
  const passkeys = createPostgresPasskeyStore(pool, { now });
  const codes = createPostgresOneTimeCodeStore(pool, { now });
  const grants = createPostgresGrantStore(pool);
  const keys = createPostgresKeyStore(pool);
  const secrets = createPostgresDeploymentSecretStore(pool);
  const seals = createPostgresSealedRecordStore(pool);
  const audit = createPostgresAuditLog(pool, { now });
  const logouts = createPostgresLogoutNotificationStore(pool);
  const upstreamProviders = createPostgresUpstreamProviderStore(pool);
  const upstreamLinks = createPostgresUpstreamLinkStore(pool);
  const retention = createRetention(pool, {
    now,
    artifacts: createPostgresArtifactStore(pool, { now }),
  });

  const tenantCalls: Calls<TenantStore> = {
    findBySlug: ({ slug }) => tenants.findBySlug(slug),
    findByHost: ({ host }) => tenants.findByHost(host),
    findById: ({ tenantId }) => tenants.findById(tenantId),
    slugs: ({ tenantId }) => tenants.slugs([tenantId]),
    list: () => tenants.list({ limit: 10 }),
    changesSince: () => tenants.changesSince(undefined),
    setDisabled: ({ tenantId }) => tenants.setDisabled(tenantId, false),
    touch: ({ tenantId }) => tenants.touch(tenantId),
  };
  const applicationCalls: Calls<ApplicationStore> = {
    findClient: ({ tenantId, clientId }) => applications.findClient(tenantId, clientId),
    findByAudience: ({ tenantId, audience }) => applications.findByAudience(tenantId, audience),
    rolesOfAccount: ({ tenantId, applicationId, accountId }) =>
      applications.rolesOfAccount(tenantId, applicationId, accountId),
    listClients: ({ tenantId }) => applications.listClients(tenantId),
    listApplications: ({ tenantId }) => applications.listApplications(tenantId),
    listRoles: ({ tenantId }) => applications.listRoles(tenantId),
    setClientDisabled: ({ tenantId, clientId }) =>
      applications.setClientDisabled(tenantId, clientId, false),
    rotateClientSecret: ({ tenantId, clientId }) =>
      applications.rotateClientSecret(tenantId, clientId, 'new', soon()),
  };
  const accountCalls: Calls<AccountStore> = {
    findById: ({ tenantId, accountId }) => accounts.findById(tenantId, accountId),
    findByIdentifier: ({ tenantId, email }) => accounts.findByIdentifier(tenantId, email),
    create: ({ tenantId }) => accounts.create(tenantId, newAccount()),
    confirmEmail: ({ tenantId, accountId, email }) =>
      accounts.confirmEmail(tenantId, accountId, email),
    list: ({ tenantId }) => accounts.list(tenantId, { limit: 10 }),
    upgradePasswordHash: ({ tenantId, accountId, passwordHash }) =>
      accounts.upgradePasswordHash(tenantId, accountId, passwordHash, 'better'),
    setPassword: ({ tenantId, accountId }) => accounts.setPassword(tenantId, accountId, 'new'),
    passwordChangedAt: ({ tenantId, accountId }) => accounts.passwordChangedAt(tenantId, accountId),
    changeClaims: ({ tenantId, accountId }) =>
      accounts.changeClaims(tenantId, accountId, { set: {}, removed: [] }),
    belongingsOf: ({ tenantId, accountId }) => accounts.belongingsOf(tenantId, accountId),
    remove: ({ tenantId }) => accounts.remove(tenantId, 'nobody'),
    setDisabled: ({ tenantId, accountId }) => accounts.setDisabled(tenantId, accountId, false),
    createOneTimeLink: ({ tenantId, accountId, linkDigest }) =>
      accounts.createOneTimeLink(tenantId, {
        accountId,
        purpose: 'reset_password',
        digest: linkDigest,
        expiresAt: soon(),
      }),
    findByOneTimeLink: ({ tenantId, linkDigest }) =>
      accounts.findByOneTimeLink(tenantId, 'reset_password', linkDigest),
    resetPasswordByLink: ({ tenantId, linkDigest }) =>
      accounts.resetPasswordByLink(tenantId, linkDigest, 'new'),
  };
  const emailChangeCalls: Calls<EmailChangeStore> = {
    begin: ({ tenantId, accountId, emailChange }) =>
      emailChanges.begin(tenantId, {
        ...emailChange,
        accountId,
        previousEmail: undefined,
        expiresAt: soon(),
      }),
    find: ({ tenantId, accountId }) => emailChanges.find(tenantId, accountId),
    findByApproval: ({ tenantId, emailChange }) =>
      emailChanges.findByApproval(tenantId, emailChange.approvalDigest),
    prove: ({ tenantId, accountId, emailChange }) =>
      emailChanges.prove(tenantId, accountId, emailChange.email),
    approve: ({ tenantId, emailChange }) =>
      emailChanges.approve(tenantId, emailChange.approvalDigest),
    cancel: ({ tenantId, accountId }) => emailChanges.cancel(tenantId, accountId),
  };
  const invitationCalls: Calls<InvitationStore> = {
    save: ({ tenantId, invitation }) =>
      invitations.save(tenantId, { ...invitation, roles: [], expiresAt: soon() }),
    findByDigest: ({ tenantId, invitation }) =>
      invitations.findByDigest(tenantId, invitation.digest),
    list: ({ tenantId }) => invitations.list(tenantId),
    revoke: ({ tenantId, invitation }) => invitations.revoke(tenantId, invitation.email),
    accept: ({ tenantId, invitation }) =>
      invitations.accept(tenantId, invitation.digest, newAccount()),
  };
  const factorCalls: Calls<SecondFactorStore> = {
    factorsOf: ({ tenantId, accountId }) => factors.factorsOf(tenantId, accountId),
    removeAll: ({ tenantId, accountId }) => factors.removeAll(tenantId, accountId),
  };
  const totpCalls: Calls<TotpStore> = {
    savePending: ({ tenantId, accountId, pendingTotpId, pendingBindingDigest }) =>
      totp.savePending(tenantId, {
        id: pendingTotpId,
        accountId,
        sealedSeed: 'sealed',
        bindingDigest: pendingBindingDigest,
        expiresAt: soon(),
      }),
    findPending: ({ tenantId, accountId, pendingBindingDigest }) =>
      totp.findPending(tenantId, accountId, pendingBindingDigest),
    confirm: ({ tenantId, accountId, pendingTotpId }) =>
      totp.confirm(tenantId, accountId, { id: pendingTotpId, name: '', step: 1 }),
    findActive: ({ tenantId, accountId }) => totp.findActive(tenantId, accountId),
    useStep: ({ tenantId, accountId, totpId }) => totp.useStep(tenantId, accountId, totpId, 1),
    remove: ({ tenantId, accountId }) => totp.remove(tenantId, accountId, { keepLast: false }),
  };
  const recoveryCodeCalls: Calls<RecoveryCodeStore> = {
    replace: ({ tenantId, accountId }) => recoveryCodes.replace(tenantId, accountId, ['a']),
    use: ({ tenantId, accountId, recoveryCodeDigest }) =>
      recoveryCodes.use(tenantId, accountId, recoveryCodeDigest),
    holdsAny: ({ tenantId, accountId, recoveryCodeDigest }) =>
      recoveryCodes.holdsAny(tenantId, accountId, [recoveryCodeDigest]),
  };
  const browserCalls: Calls<BrowserStore> = {
    add: ({ tenantId, accountId }) =>
      browsers.add(tenantId, {
        accountId,
        digest: 'new',
        userAgent: '',
        address: '',
        createdAt: now(),
        expiresAt: soon(),
      }),
    use: ({ tenantId, accountId, browserDigest }) =>
      browsers.use(tenantId, accountId, browserDigest),
    list: ({ tenantId, accountId }) => browsers.list(tenantId, accountId),
    remove: ({ tenantId, accountId, browserId }) => browsers.remove(tenantId, accountId, browserId),
    removeAll: ({ tenantId, accountId }) => browsers.removeAll(tenantId, accountId),
  };
  const passkeyCalls: Calls<PasskeyStore> = {
    userHandle: ({ tenantId, accountId }) => passkeys.userHandle(tenantId, accountId, 'handle'),
    list: ({ tenantId, accountId }) => passkeys.list(tenantId, accountId),
    count: ({ tenantId, accountId }) => passkeys.count(tenantId, accountId),
    find: ({ tenantId, passkeyId }) => passkeys.find(tenantId, passkeyId),
    add: ({ tenantId, accountId }) =>
      passkeys.add(
        tenantId,
        accountId,
        {
          id: 'new',
          name: undefined,
          publicKey: 'key',
          counter: 0,
          aaguid: '00000000-0000-0000-0000-000000000000',
          transports: [],
          backupEligible: false,
          backedUp: false,
          createdAt: now(),
        },
        10,
      ),
    recordUse: ({ tenantId, passkeyId }) =>
      passkeys.recordUse(tenantId, passkeyId, { counter: 2, backedUp: false, usedAt: now() }),
    rename: ({ tenantId, accountId, passkeyId }) =>
      passkeys.rename(tenantId, accountId, passkeyId, 'name'),
    remove: ({ tenantId, accountId, passkeyId }) =>
      passkeys.remove(tenantId, accountId, passkeyId, { way: false, factor: false }),
    saveChallenge: ({ tenantId, challenge }) =>
      passkeys.saveChallenge(tenantId, { ...challenge, expiresAt: soon() }),
    useChallenge: ({ tenantId, challenge }) => passkeys.useChallenge(tenantId, challenge),
  };
  const codeCalls: Calls<OneTimeCodeStore> = {
    save: ({ tenantId, codeLookup }) =>
      codes.save(tenantId, {
        lookup: codeLookup,
        purpose: 'sign_in',
        nonce: '',
        digest: '',
        expiresAt: soon(),
      }),
    countTry: ({ tenantId, codeLookup }) => codes.countTry(tenantId, codeLookup, 5),
    use: ({ tenantId, codeLookup, codeDigest }) => codes.use(tenantId, codeLookup, codeDigest),
  };
  const grantCalls: Calls<GrantStore> = {
    find: ({ tenantId, accountId, clientId }) => grants.find(tenantId, accountId, clientId),
    add: ({ tenantId, accountId, clientId }) =>
      grants.add(tenantId, accountId, clientId, { scopes: [], claims: [], resourceScopes: {} }),
    listByAccount: ({ tenantId, accountId }) => grants.listByAccount(tenantId, accountId),
    remove: ({ tenantId, accountId, clientId }) => grants.remove(tenantId, accountId, clientId),
  };
  const keyCalls: Calls<KeyStore> = {
    load: ({ tenantId }) => keys.load(tenantId),
    replace: ({ tenantId }) => keys.replace(tenantId, 1, []),
    tenantsDue: () => keys.tenantsDue(now(), 10),
    tenantsWithoutSuccessor: () => keys.tenantsWithoutSuccessor(now(), 10),
  };
  const secretCalls: Calls<DeploymentSecretStore> = {
    list: () => secrets.list('purpose'),
    insert: () => secrets.insert('purpose', 1, 'sealed'),
    remove: () => secrets.remove('purpose', 1),
  };
  const sealCalls: Calls<SealedRecordStore> = {
    page: () => seals.page('mail', { keyId: 'key', after: undefined, limit: 10 }),
    replace: () =>
      seals.replace('deployment_secrets', [{ key: ['n', '1'], sealed: 'a', resealed: 'b' }]),
  };
  const auditCalls: Calls<Omit<AuditLog, 'flush'>> = {
    record: ({ tenantId }) =>
      audit.record({
        kind: 'token.issued',
        tenantId,
        outcome: 'success',
        actor: { type: 'system' },
      }),
    list: ({ tenantId }) => audit.list({ tenantId, limit: 10 }),
    listOfAccount: ({ tenantId, accountId }) =>
      audit.listOfAccount(tenantId, accountId, { limit: 10 }),
  };
  const logoutCalls: Calls<LogoutNotificationStore> = {
    add: ({ tenantId, clientId, accountId }) =>
      logouts.add(tenantId, [{ clientId, accountId, sid: 'x' }], {
        now: now(),
        giveUpAt: now(),
        expiresAt: now(),
      }),
    claim: () => logouts.claim({ now: now(), until: now(), limit: 10 }),
    settle: ({ tenantId, logoutId }) =>
      logouts.settle(tenantId, logoutId, 1, { status: 'delivered' }),
    countQueued: () => logouts.countQueued(),
  };
  const upstreamProviderCalls: Calls<UpstreamProviderStore> = {
    list: ({ tenantId }) => upstreamProviders.list(tenantId),
    setDisabled: ({ tenantId, upstream }) =>
      upstreamProviders.setDisabled(tenantId, upstream.key, false),
  };
  const identity = ({ upstream: { key, issuer, subject } }: PopulatedTenant) => ({
    provider: key,
    issuer,
    subject,
    shownName: undefined,
    shownEmail: undefined,
    at: now(),
  });
  const upstreamLinkCalls: Calls<UpstreamLinkStore> = {
    findByIdentity: (known) => upstreamLinks.findByIdentity(known.tenantId, identity(known)),
    listOfAccount: ({ tenantId, accountId }) => upstreamLinks.listOfAccount(tenantId, accountId),
    create: (known) =>
      upstreamLinks.create(known.tenantId, { ...identity(known), accountId: known.accountId }),
    createWithAccount: (known) =>
      upstreamLinks.createWithAccount(
        known.tenantId,
        { id: 'x', username: 'x@x', email: 'x@x', claims: {}, passwordHash: undefined },
        identity(known),
      ),
    recordUse: (known) =>
      upstreamLinks.recordUse(known.tenantId, known.upstream.linkId, identity(known)),
    remove: ({ tenantId, accountId, upstream }) =>
      upstreamLinks.remove(tenantId, accountId, upstream.linkId, { keepLast: true }),
  };
  const retentionCalls: Calls<Retention> = {
    runOnce: () => retention.runOnce(),
    backlog: () => retention.backlog(),
  };

  const rooms = {
    tenants: tenantCalls,
    applications: applicationCalls,
    accounts: accountCalls,
    invitationCalls,
    emailChangeCalls,
    factors: factorCalls,
    totp: totpCalls,
    recoveryCodes: recoveryCodeCalls,
    browsers: browserCalls,
    passkeys: passkeyCalls,
    codes: codeCalls,
    grants: grantCalls,
    keys: keyCalls,
    secrets: secretCalls,
    seals: sealCalls,
    audit: auditCalls,
    logouts: logoutCalls,
    upstreamProviders: upstreamProviderCalls,
    upstreamLinks: upstreamLinkCalls,
    retention: retentionCalls,
  };
  return Object.fromEntries(
    Object.entries(rooms).flatMap(([room, methods]) =>
      Object.entries(methods).map(([method, call]) => [`${room}.${method}`, call]),
    ),
  );
}
