import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { AccountStore } from '../../accounts/account-store.ts';
import { randomId } from '../../crypto/random-id.ts';
import { NotFoundError } from '../../errors.ts';
import type { TenantId } from '../../tenants/tenant.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { insertAccount, insertTenant } from '../../testing/fixtures.ts';
import { createPostgresAccountStore } from './account-store.ts';

const NOW = new Date('2030-01-01T12:00:00Z');
const LATER = new Date('2030-01-01T12:20:00Z');

let database: TestDatabase;
let store: AccountStore;
let tenantId: TenantId;
let now = NOW;

before(async () => {
  database = await createTestDatabase();
  store = createPostgresAccountStore(database.db, { now: () => now });
});

beforeEach(async () => {
  now = NOW;
  tenantId = await insertTenant(database.db);
});

after(() => database.drop());

async function passwordOf(accountId: string): Promise<string | undefined> {
  const row = await database
    .db('passwords')
    .where({ tenant_id: tenantId, account_id: accountId })
    .first('hash');
  return row?.hash;
}

async function createLink(accountId: string, expiresAt = LATER): Promise<string> {
  const digest = randomId();
  await store.createOneTimeLink(tenantId, {
    accountId,
    purpose: 'reset_password',
    digest,
    expiresAt,
  });
  return digest;
}

describe('passwords', () => {
  test('a hash is upgraded only from the hash that was checked', async () => {
    const id = await insertAccount(database.db, tenantId, { passwordHash: 'old' });
    await store.upgradePasswordHash(tenantId, id, 'other', 'wrong');
    assert.equal(await passwordOf(id), 'old');
    await store.upgradePasswordHash(tenantId, id, 'old', 'better');
    assert.equal(await passwordOf(id), 'better');
  });

  test('a hash is found near any place, round again after the last', async () => {
    assert.equal(await store.passwordHashNear(tenantId, '5'), undefined);
    await insertAccount(database.db, tenantId, { id: '4', passwordHash: 'of 4' });
    await insertAccount(database.db, tenantId, { id: '6' });
    await insertAccount(database.db, tenantId, { id: '8', passwordHash: 'of 8' });
    const near = Promise.all(
      ['1', '48', '62', '9'].map((place) => store.passwordHashNear(tenantId, place)),
    );
    assert.deepEqual(await near, ['of 4', 'of 8', 'of 8', 'of 4']);
  });

  test('a password changed during an upgrade stays changed', async () => {
    const id = await insertAccount(database.db, tenantId, { passwordHash: 'old' });
    await store.setPassword(tenantId, id, 'new');
    await store.upgradePasswordHash(tenantId, id, 'old', 'better old');
    assert.equal(await passwordOf(id), 'new');
  });

  test('a first password and every later one can be set', async () => {
    const id = await insertAccount(database.db, tenantId);
    assert.equal(await store.setPassword(tenantId, id, 'first'), true);
    assert.equal(await passwordOf(id), 'first');
    assert.equal(await store.setPassword(tenantId, id, 'second'), true);
    assert.equal(await passwordOf(id), 'second');
    assert.equal(await store.setPassword(tenantId, 'nobody', 'x'), false);
    assert.equal(await store.setPassword(tenantId, 'a\0b', 'x'), false);
  });

  test('setting a password ends a link that was to set one', async () => {
    const id = await insertAccount(database.db, tenantId, { passwordHash: 'old' });
    const digest = await createLink(id);
    await store.setPassword(tenantId, id, 'new');
    assert.equal(await store.resetPasswordByLink(tenantId, digest, 'thief'), undefined);
    assert.equal(await passwordOf(id), 'new');
  });
});

describe('the age of a password', () => {
  test('is that of the password, not of its hash', async () => {
    const accountId = await insertAccount(database.db, tenantId, { passwordHash: 'weak' });
    const set = await store.passwordChangedAt(tenantId, accountId);
    assert.ok(set instanceof Date);
    await store.upgradePasswordHash(tenantId, accountId, 'weak', 'strong');
    assert.deepEqual(await store.passwordChangedAt(tenantId, accountId), set);
    await store.setPassword(tenantId, accountId, 'another');
    assert.ok(((await store.passwordChangedAt(tenantId, accountId)) ?? 0) > set);
    const without = await insertAccount(database.db, tenantId);
    assert.equal(await store.passwordChangedAt(tenantId, without), undefined);
  });
});

describe('single-use links', () => {
  test('can be looked at any number of times before they are used once', async () => {
    const id = await insertAccount(database.db, tenantId, { passwordHash: 'old' });
    const digest = await createLink(id);
    for (let look = 0; look < 3; look += 1) {
      assert.equal((await store.findByOneTimeLink(tenantId, 'reset_password', digest))?.id, id);
    }
    assert.equal(await store.resetPasswordByLink(tenantId, digest, 'new'), id);
    assert.equal(await passwordOf(id), 'new');

    assert.equal(await store.findByOneTimeLink(tenantId, 'reset_password', digest), undefined);
    assert.equal(await store.resetPasswordByLink(tenantId, digest, 'again'), undefined);
    assert.equal(await passwordOf(id), 'new');
  });

  test('give a first password to an account without one', async () => {
    const id = await insertAccount(database.db, tenantId);
    assert.equal(await store.resetPasswordByLink(tenantId, await createLink(id), 'first'), id);
    assert.equal(await passwordOf(id), 'first');
  });

  test('of many uses at once exactly one wins', async () => {
    const id = await insertAccount(database.db, tenantId, { passwordHash: 'old' });
    const digest = await createLink(id);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, racer) =>
        store.resetPasswordByLink(tenantId, digest, `racer ${racer}`),
      ),
    );
    const winner = answers.indexOf(id);
    assert.equal(answers.filter((answer) => answer !== undefined).length, 1);
    assert.equal(await passwordOf(id), `racer ${winner}`);
  });

  test('a use and a changed password at once never wait for each other in a circle', async () => {
    for (let round = 0; round < 10; round += 1) {
      const id = await insertAccount(database.db, tenantId, { passwordHash: 'old' });
      const digest = await createLink(id);
      await Promise.all([
        store.resetPasswordByLink(tenantId, digest, 'by link'),
        store.setPassword(tenantId, id, 'by hand'),
        store.resetPasswordByLink(tenantId, digest, 'by link'),
        store.setPassword(tenantId, id, 'by hand'),
      ]);
    }
  });

  test('a new link ends the older one', async () => {
    const id = await insertAccount(database.db, tenantId, { passwordHash: 'old' });
    const older = await createLink(id);
    const newer = await createLink(id);
    assert.equal(await store.findByOneTimeLink(tenantId, 'reset_password', older), undefined);
    assert.equal(await store.resetPasswordByLink(tenantId, older, 'no'), undefined);
    assert.equal(await store.resetPasswordByLink(tenantId, newer, 'yes'), id);
  });

  test('of many links made at once one is left', async () => {
    const id = await insertAccount(database.db, tenantId, { passwordHash: 'old' });
    const digests = await Promise.all(Array.from({ length: 8 }, () => createLink(id)));
    const alive = await Promise.all(
      digests.map((digest) => store.findByOneTimeLink(tenantId, 'reset_password', digest)),
    );
    assert.equal(alive.filter((account) => account !== undefined).length, 1);
  });

  test('stop working at the moment of their expiry, swept or not', async () => {
    const id = await insertAccount(database.db, tenantId, { passwordHash: 'old' });
    const digest = await createLink(id, LATER);
    now = new Date(LATER.getTime() - 1);
    assert.ok(await store.findByOneTimeLink(tenantId, 'reset_password', digest));
    now = LATER;
    assert.equal(await store.findByOneTimeLink(tenantId, 'reset_password', digest), undefined);
    assert.equal(await store.resetPasswordByLink(tenantId, digest, 'late'), undefined);
    assert.equal(await passwordOf(id), 'old');
  });

  test('are refused for an account that is not there', async () => {
    await assert.rejects(createLink('nobody'), NotFoundError);
  });

  test('are unknown by what no digest can be', async () => {
    assert.equal(await store.findByOneTimeLink(tenantId, 'reset_password', 'a\0b'), undefined);
    assert.equal(await store.resetPasswordByLink(tenantId, 'a\0b', 'x'), undefined);
  });
});
