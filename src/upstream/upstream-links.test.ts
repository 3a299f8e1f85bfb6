import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Account } from '../accounts/account.ts';
import type { AuditEvent } from '../audit/audit-event.ts';
import { createPostgresUpstreamLinkStore } from '../storage/postgres/upstream-link-store.ts';
import { createAccountWorld } from '../testing/account-world.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { insertAccount, insertUpstreamProvider } from '../testing/fixtures.ts';
import { createUpstreamAccount } from './create-upstream-account.ts';
import { linkUpstreamIdentity } from './link-upstream-identity.ts';
import { recordUpstreamFailure, recordUpstreamSignIn } from './record-upstream-sign-in.ts';
import { unlinkUpstreamIdentity } from './unlink-upstream-identity.ts';
import type { UpstreamIdentity } from './upstream.ts';
import type { UpstreamLinkStore } from './upstream-link-store.ts';

const REQUEST = { address: '192.0.2.7', requestId: 'request-1', clientId: 'web' };
const IDENTITY: UpstreamIdentity = {
  provider: 'up',
  issuer: 'https://up.example',
  subject: 'alice-1',
  email: 'alice@up.example',
  emailVerified: true,
  claims: { name: 'Alice Up', locale: 'de' },
  authenticatedAt: undefined,
};

let database: TestDatabase;
let world: Awaited<ReturnType<typeof createAccountWorld>>;
let links: UpstreamLinkStore;
let otherWay: boolean;

before(async () => {
  database = await createTestDatabase();
  links = createPostgresUpstreamLinkStore(database.db);
});
beforeEach(async () => {
  world = await createAccountWorld(database.db);
  otherWay = true;
  await insertUpstreamProvider(database.db, world.tenant.id, { key: 'up', name: 'Up' });
});
after(() => database.drop());

const deps = () => ({
  ...world.deps,
  links,
  hasOtherWay: async () => otherWay,
  newId: () => 'new-account',
});
async function account(id = world.accountId): Promise<Account> {
  const found = await world.deps.accounts.findById(world.tenant.id, id);
  assert.ok(found);
  return found;
}
const link = (over: Partial<UpstreamIdentity> = {}, accountId = world.accountId) =>
  linkUpstreamIdentity(
    deps(),
    world.tenant,
    { accountId, identity: { ...IDENTITY, ...over } },
    REQUEST,
  );
const unlink = async (linkId: string) => {
  const input = { accountId: world.accountId, linkId };
  return (await unlinkUpstreamIdentity(deps(), world.tenant, input, REQUEST)).outcome;
};
const create = (email: string, over: Partial<UpstreamIdentity> = {}) =>
  createUpstreamAccount(
    deps(),
    world.tenant,
    { email, identity: { ...IDENTITY, ...over } },
    REQUEST,
  );
const linked = () => links.listOfAccount(world.tenant.id, world.accountId);
const event = (kind: AuditEvent['kind'], more: Partial<AuditEvent> = {}): AuditEvent => ({
  ...REQUEST,
  kind,
  tenantId: world.tenant.id,
  outcome: 'success',
  actor: { type: 'account', id: world.accountId },
  ...more,
});
const UP = { subject: { type: 'upstream_provider', id: 'up' } };

describe('linking an identity', () => {
  it('is recorded, and done once', async () => {
    assert.equal(await link(), 'created');
    assert.equal(await link(), 'existed');
    const [one] = await linked();
    assert.equal(one?.shownName, 'Alice Up');
    assert.equal(one?.shownEmail, 'alice@up.example');
    assert.deepEqual(one?.createdAt, world.clock.now);
    assert.deepEqual(world.events, [event('upstream.linked', UP)]);
  });

  it('takes nobody else’s', async () => {
    const other = await insertAccount(database.db, world.tenant.id);
    await link({}, other);
    world.events.length = 0;
    assert.equal(await link(), 'taken');
    assert.deepEqual(await linked(), []);
    assert.deepEqual(world.events, []);
  });

  it('notes its use, and what the provider says by then', async () => {
    await link();
    const [made] = await linked();
    assert.ok(made);
    world.events.length = 0;
    world.clock.now = new Date(world.clock.now.getTime() + 1000);
    const renamed = { ...IDENTITY, email: 'new@up.example' };
    await recordUpstreamSignIn(deps(), world.tenant, made, renamed, REQUEST);
    const [used] = await linked();
    assert.deepEqual(used, {
      ...made,
      shownEmail: 'new@up.example',
      lastUsedAt: world.clock.now,
    });
    const detail = { amr: ['fed'], provider: 'up' };
    assert.deepEqual(world.events, [event('sign_in.succeeded', { detail })]);
    assert.equal((await account()).email, 'alice@acme.example');
  });
});

describe('unlinking', () => {
  it('removes a link, and says so', async () => {
    await link();
    const [one] = await linked();
    world.events.length = 0;
    assert.equal(await unlink(one?.id ?? ''), 'removed');
    assert.deepEqual(await linked(), []);
    assert.deepEqual(world.events, [event('upstream.unlinked', UP)]);
  });

  it('leaves the last way to sign in', async () => {
    otherWay = false;
    await database.db('passwords').where({ account_id: world.accountId }).delete();
    await link();
    await link({ subject: 'alice-2' });
    const [first, second] = await linked();
    world.events.length = 0;
    assert.equal(await unlink(first?.id ?? ''), 'removed');
    assert.equal(await unlink(second?.id ?? ''), 'last');
    assert.deepEqual(await linked(), [second]);
    assert.equal(world.events.length, 1);
    otherWay = true;
    assert.equal(await unlink(second?.id ?? ''), 'removed');
  });

  it('finds no link of anybody else', async () => {
    const other = await insertAccount(database.db, world.tenant.id);
    await link({}, other);
    const [theirs] = await links.listOfAccount(world.tenant.id, other);
    world.events.length = 0;
    assert.equal(await unlink(theirs?.id ?? ''), 'not_found');
    assert.equal(await unlink('nonsense'), 'not_found');
    assert.equal((await links.listOfAccount(world.tenant.id, other)).length, 1);
    assert.deepEqual(world.events, []);
  });
});

describe('an account made for an identity', () => {
  it('has the address that its provider verified, and the link', async () => {
    assert.deepEqual(await create('new@up.example'), {
      outcome: 'created',
      accountId: 'new-account',
    });
    const { username, email, emailVerified, claims } = await account('new-account');
    assert.deepEqual(
      { username, email, emailVerified, claims },
      {
        username: 'new@up.example',
        email: 'new@up.example',
        emailVerified: true,
        claims: IDENTITY.claims,
      },
    );
    const [one] = await links.listOfAccount(world.tenant.id, 'new-account');
    assert.equal(one?.subject, 'alice-1');
    const actor = { type: 'account', id: 'new-account' } as const;
    assert.deepEqual(world.events, [
      event('account.registered', { actor, detail: { provider: 'up' } }),
      event('upstream.linked', { actor, ...UP }),
    ]);
  });

  it('is not made when somebody has the address, or the identity', async () => {
    assert.deepEqual(await create('ALICE@acme.example'), { outcome: 'taken' });
    assert.equal(await links.findByIdentity(world.tenant.id, IDENTITY), undefined);
    await link();
    world.events.length = 0;
    assert.deepEqual(await create('new@up.example'), { outcome: 'taken' });
    assert.equal(await world.deps.accounts.findById(world.tenant.id, 'new-account'), undefined);
    assert.deepEqual(world.events, []);
  });

  it('is made once, of many at once', async () => {
    let made = 0;
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, () => {
        made += 1;
        const id = `new-${made}`;
        const input = { email: 'new@up.example', identity: IDENTITY };
        return createUpstreamAccount({ ...deps(), newId: () => id }, world.tenant, input, REQUEST);
      }),
    );
    assert.deepEqual(outcomes.map(({ outcome }) => outcome).sort(), [
      'created',
      'taken',
      'taken',
      'taken',
      'taken',
    ]);
    const rows = await database.db('accounts').where({ tenant_id: world.tenant.id });
    assert.equal(rows.length, 2);
  });
});

describe('a sign-in that came to nothing', () => {
  it('is told to operators with its reason', async () => {
    const provider = { key: 'up' };
    const unreachable = { reason: 'unreachable', detail: 'timeout' } as const;
    await recordUpstreamFailure(deps(), world.tenant, provider, unreachable, REQUEST);
    const nobody = { reason: 'not_registered' } as const;
    await recordUpstreamFailure(deps(), world.tenant, provider, nobody, REQUEST);
    const failed = { outcome: 'failure', actor: { type: 'anonymous' }, ...UP } as const;
    assert.deepEqual(world.events, [
      event('upstream.sign_in_failed', {
        ...failed,
        detail: { reason: 'unreachable', error: 'timeout' },
      }),
      event('upstream.sign_in_failed', { ...failed, detail: { reason: 'not_registered' } }),
    ]);
  });
});
