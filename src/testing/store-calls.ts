import type { Knex } from 'knex';
import type { AccountStore } from '../accounts/account-store.ts';
import type { BrowserStore } from '../accounts/browser-store.ts';
import type { EmailChangeStore } from '../accounts/email-change-store.ts';
import type { InvitationStore } from '../accounts/invitation-store.ts';
import type { OneTimeCodeStore } from '../accounts/one-time-code-store.ts';
import type { PasskeyStore } from '../accounts/passkey-store.ts';
import type { RecoveryCodeStore } from '../accounts/recovery-code-store.ts';
import type { SecondFactorStore } from '../accounts/second-factor-store.ts';
import type { TotpStore } from '../accounts/totp-store.ts';
import type { ApplicationStore } from '../applications/application-store.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { GrantStore } from '../grants/grant-store.ts';
import type { DeploymentSecretStore } from '../keys/deployment-secret-store.ts';
import type { KeyStore } from '../keys/key-store.ts';
import type { SealedRecordStore } from '../keys/sealed-record-store.ts';
import type { LogoutNotificationStore } from '../provider/logout-notification-store.ts';
import { createPostgresAccountStore } from '../storage/postgres/account-store.ts';
import { createPostgresApplicationStore } from '../storage/postgres/application-store.ts';
import { createPostgresArtifactStore } from '../storage/postgres/artifact-store.ts';
import { createPostgresAuditLog } from '../storage/postgres/audit-log.ts';
import { createPostgresBrowserStore } from '../storage/postgres/browser-store.ts';
import { createPostgresDeploymentSecretStore } from '../storage/postgres/deployment-secret-store.ts';
import { createPostgresEmailChangeStore } from '../storage/postgres/email-change-store.ts';
import { createPostgresGrantStore } from '../storage/postgres/grant-store.ts';
import { createPostgresInvitationStore } from '../storage/postgres/invitation-store.ts';
import { createPostgresKeyStore } from '../storage/postgres/key-store.ts';
import { createPostgresLogoutNotificationStore } from '../storage/postgres/logout-notification-store.ts';
import { createPostgresOneTimeCodeStore } from '../storage/postgres/one-time-code-store.ts';
import { createPostgresPasskeyStore } from '../storage/postgres/passkey-store.ts';
import { createPostgresRecoveryCodeStore } from '../storage/postgres/recovery-code-store.ts';
import { createRetention, type Retention } from '../storage/postgres/retention.ts';
import { createPostgresSealedRecordStore } from '../storage/postgres/sealed-record-store.ts';
import { createPostgresSecondFactorStore } from '../storage/postgres/second-factor-store.ts';
import { createPostgresTenantStore } from '../storage/postgres/tenant-store.ts';
import { createPostgresTotpStore } from '../storage/postgres/totp-store.ts';
import { createPostgresUpstreamLinkStore } from '../storage/postgres/upstream-link-store.ts';
import { createPostgresUpstreamProviderStore } from '../storage/postgres/upstream-provider-store.ts';
import type { TenantStore } from '../tenants/tenant-store.ts';
import type { UpstreamLinkStore } from '../upstream/upstream-link-store.ts';
import type { UpstreamProviderStore } from '../upstream/upstream-provider-store.ts';
import { newAccount } from './fixtures.ts';
import type { PopulatedTenant } from './populated-tenant.ts';

type Calls<Store> = Record<keyof Store, (tenant: PopulatedTenant) => Promise<unknown>>;

/** One call of every method of every store, named after both. */
export function storeCalls(
  pool: Knex,
): Record<string, (tenant: PopulatedTenant) => Promise<unknown>> {
  const now = () => new Date();
  const soon = () => new Date(Date.now() + 60_000);
  const tenants = createPostgresTenantStore(pool);
  const applications = createPostgresApplicationStore(pool);
  const accounts = createPostgresAccountStore(pool, { now: () => new Date() });
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
    passwordHashNear: ({ tenantId }) => accounts.passwordHashNear(tenantId, 'a'),
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
