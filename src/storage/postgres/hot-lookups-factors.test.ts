import { after, before } from 'node:test';
import type { BrowserStore } from '../../accounts/browser-store.ts';
import type { OneTimeCodeStore } from '../../accounts/one-time-code-store.ts';
import type { PasskeyStore } from '../../accounts/passkey-store.ts';
import type { RecoveryCodeStore } from '../../accounts/recovery-code-store.ts';
import type { SecondFactorStore } from '../../accounts/second-factor-store.ts';
import type { TotpStore } from '../../accounts/totp-store.ts';
import {
  type CrowdedDatabase,
  createCrowdedDatabase,
  FAR,
  LIMIT,
  testLookups,
} from '../../testing/lookups.ts';
import type { PopulatedTenant } from '../../testing/populated-tenant.ts';
import { createPostgresBrowserStore } from './browser-store.ts';
import { createPostgresOneTimeCodeStore } from './one-time-code-store.ts';
import { createPostgresPasskeyStore } from './passkey-store.ts';
import { createPostgresRecoveryCodeStore } from './recovery-code-store.ts';
import { createPostgresSecondFactorStore } from './second-factor-store.ts';
import { createPostgresTotpStore } from './totp-store.ts';

let database: CrowdedDatabase;
let tenant: PopulatedTenant;
let passkeys: PasskeyStore;
let factors: SecondFactorStore;
let totp: TotpStore;
let recoveryCodes: RecoveryCodeStore;
let browsers: BrowserStore;
let codes: OneTimeCodeStore;

before(async () => {
  database = await createCrowdedDatabase();
  const { db } = database;
  ({ tenant } = database);
  passkeys = createPostgresPasskeyStore(db, { now: () => new Date() });
  factors = createPostgresSecondFactorStore(db);
  totp = createPostgresTotpStore(db, { now: () => new Date() });
  recoveryCodes = createPostgresRecoveryCodeStore(db);
  browsers = createPostgresBrowserStore(db, { now: () => new Date() });
  codes = createPostgresOneTimeCodeStore(db, { now: () => new Date() });
});

after(() => database.drop());

testLookups<PasskeyStore>('passkeys', () => database, {
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

testLookups<SecondFactorStore>('second factors', () => database, {
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

testLookups<TotpStore>('authenticator apps', () => database, {
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
      'tenants_pkey: id',
      'upstream_providers_pkey: key tenant_id',
    ],
    work: () => totp.remove(tenant.tenantId, 'n6', { keepLast: false }),
  },
});

testLookups<RecoveryCodeStore>('recovery codes', () => database, {
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

testLookups<BrowserStore>('remembered browsers', () => database, {
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

testLookups<OneTimeCodeStore>('one-time codes', () => database, {
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
