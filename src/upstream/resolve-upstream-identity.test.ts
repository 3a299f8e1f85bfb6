import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createPostgresAccountStore } from '../storage/postgres/account-store.ts';
import { createPostgresUpstreamLinkStore } from '../storage/postgres/upstream-link-store.ts';
import { DEFAULT_TENANT_SETTINGS, type Tenant } from '../tenants/tenant.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import {
  insertAccount,
  insertTenant,
  insertUpstreamLink,
  insertUpstreamProvider,
} from '../testing/fixtures.ts';
import { resolveUpstreamIdentity, type UpstreamResolution } from './resolve-upstream-identity.ts';
import type { UpstreamIdentity, UpstreamProvider } from './upstream.ts';

let database: TestDatabase;
let tenant: Tenant;
let provider: UpstreamProvider;

/**
 * Alice's address is verified here, Bob's is not, Carol has her address as her user name, Dora's
 * account is disabled and linked, Eve's is linked.
 */
before(async () => {
  database = await createTestDatabase();
  const { db } = database;
  const tenantId = await insertTenant(db);
  const key = await insertUpstreamProvider(db, tenantId, { key: 'up' });
  const add = (username: string, more: Parameters<typeof insertAccount>[2] = {}) =>
    insertAccount(db, tenantId, { id: username, username, ...more });
  await add('alice', { email: 'alice@acme.example', emailVerified: true });
  await add('bob', { email: 'bob@acme.example' });
  await add('carol@acme.example');
  await add('dora', { disabled: true, email: 'dora@acme.example', emailVerified: true });
  await add('eve', { email: 'eve@acme.example', emailVerified: true });
  await insertUpstreamLink(db, tenantId, { provider: key, accountId: 'dora', subject: 'dora-1' });
  await insertUpstreamLink(db, tenantId, { provider: key, accountId: 'eve', subject: 'eve-1' });
  tenant = {
    id: tenantId,
    slug: 'test',
    name: 'Test',
    customIssuer: undefined,
    settings: DEFAULT_TENANT_SETTINGS,
    version: 1,
    disabled: false,
  };
  provider = {
    tenantId,
    key,
    name: 'Up',
    issuer: 'https://up.example',
    clientId: 'us',
    sealedClientSecret: '',
    scopes: ['openid'],
    prompt: undefined,
    trustEmail: true,
    registration: 'allow',
    emailDomains: [],
    disabled: false,
  };
});
after(() => database.drop());

function resolve(
  identity: Partial<UpstreamIdentity>,
  settings: { open?: boolean; provider?: Partial<UpstreamProvider> } = {},
): Promise<UpstreamResolution> {
  const deps = {
    accounts: createPostgresAccountStore(database.db, { now: () => new Date() }),
    links: createPostgresUpstreamLinkStore(database.db),
  };
  const registration = settings.open === false ? 'closed' : 'open';
  return resolveUpstreamIdentity(
    deps,
    { ...tenant, settings: { ...tenant.settings, registration } },
    { ...provider, ...settings.provider },
    {
      provider: 'up',
      issuer: 'https://up.example',
      subject: 'nobody-yet',
      email: undefined,
      emailVerified: false,
      claims: {},
      authenticatedAt: undefined,
      ...identity,
    },
  );
}

const says = (email: string, emailVerified = true) => ({ email, emailVerified });
const CLOSED = { open: false };
const DENYING = { provider: { registration: 'deny' } } as const;
const UNTRUSTED = { provider: { trustEmail: false } };

/** What each identity may do, under which settings. */
const TABLE: readonly [
  string,
  Partial<UpstreamIdentity>,
  Parameters<typeof resolve>[1],
  UpstreamResolution | { readonly outcome: 'known'; readonly as: string },
][] = [
  ['a linked one signs in', { subject: 'eve-1' }, {}, { outcome: 'known', as: 'eve' }],
  [
    'a linked one, where all is closed',
    { subject: 'eve-1' },
    CLOSED,
    { outcome: 'known', as: 'eve' },
  ],
  [
    "a linked one, with somebody else's address by now",
    { subject: 'eve-1', ...says('alice@acme.example') },
    {},
    { outcome: 'known', as: 'eve' },
  ],
  ['one of a disabled account', { subject: 'dora-1' }, {}, { outcome: 'not_registered' }],
  [
    'one of a disabled account, with a new address',
    { subject: 'dora-1', ...says('new@acme.example') },
    {},
    { outcome: 'not_registered' },
  ],
  [
    'a linked subject, at another issuer',
    { subject: 'eve-1', issuer: 'https://other.example' },
    {},
    { outcome: 'confirm_link', mayRegister: true },
  ],
  [
    'a proved address that an account has, verified',
    says('Alice@ACME.example'),
    {},
    { outcome: 'confirm_link', mayRegister: false },
  ],
  [
    'a proved address that an account has, unverified',
    says('bob@acme.example'),
    {},
    { outcome: 'confirm_link', mayRegister: false },
  ],
  [
    'a proved address that is a user name here',
    says('carol@acme.example'),
    {},
    { outcome: 'confirm_link', mayRegister: false },
  ],
  [
    'a proved address of a disabled account',
    says('dora@acme.example'),
    {},
    { outcome: 'confirm_link', mayRegister: false },
  ],
  [
    'a proved address that an account has, where all is closed',
    says('alice@acme.example'),
    CLOSED,
    { outcome: 'confirm_link', mayRegister: false },
  ],
  [
    'a proved address that nobody has',
    says('new@acme.example'),
    {},
    { outcome: 'create', email: 'new@acme.example' },
  ],
  [
    'a proved address that nobody has, where all is closed',
    says('new@acme.example'),
    CLOSED,
    { outcome: 'not_registered' },
  ],
  [
    'a proved address that nobody has, of a provider that brings nobody',
    says('new@acme.example'),
    DENYING,
    { outcome: 'not_registered' },
  ],
  [
    'a proved address of a domain that may come',
    says('new@Acme.EXAMPLE'),
    { provider: { emailDomains: ['acme.example'] } },
    { outcome: 'create', email: 'new@Acme.EXAMPLE' },
  ],
  [
    'a proved address of a domain that may not come',
    says('new@acme.example.evil.example'),
    { provider: { emailDomains: ['acme.example'] } },
    { outcome: 'not_registered' },
  ],
  ['no address at all', {}, {}, { outcome: 'confirm_link', mayRegister: true }],
  [
    'no address at all, where all is closed',
    {},
    CLOSED,
    { outcome: 'confirm_link', mayRegister: false },
  ],
  [
    'no address at all, where only some domains may come',
    {},
    { provider: { emailDomains: ['acme.example'] } },
    { outcome: 'confirm_link', mayRegister: false },
  ],
];

describe('an identity at a provider', () => {
  for (const [name, identity, settings, expected] of TABLE) {
    it(`${name}: ${expected.outcome}`, async () => {
      const found = await resolve(identity, settings);
      const { outcome } = found;
      if (found.outcome !== 'known') return assert.deepEqual(found, expected);
      assert.deepEqual({ outcome, as: found.account.id }, expected);
      assert.equal(found.link.accountId, found.account.id);
    });
  }

  for (const [name, proof, settings] of [
    ['that the provider did not verify', false, {}],
    ['that the provider verified, whose word does not count', true, UNTRUSTED],
    ['that nobody verified', false, UNTRUSTED],
    ['that the provider did not verify, where all is closed', false, CLOSED],
    ['that the provider did not verify, and brings nobody', false, DENYING],
  ] as const) {
    it(`with an address ${name}, learns nothing of who has an account`, async () => {
      const [alice, nobody] = await Promise.all([
        resolve(says('alice@acme.example', proof), settings),
        resolve(says('new@acme.example', proof), settings),
      ]);
      assert.equal(alice.outcome, 'confirm_link');
      assert.deepEqual(alice, nobody);
    });
  }
});
