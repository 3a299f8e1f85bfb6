import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { createAccountWorld, OLD_PASSWORD } from '../testing/account-world.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { insertAccount } from '../testing/fixtures.ts';
import { authenticateAccount } from './authenticate-account.ts';
import type { PasswordHasher } from './password-hasher.ts';

const BCRYPT_PASSWORD = 'correct horse battery staple';
const BCRYPT = '$2b$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG';

let database: TestDatabase;

before(async () => {
  database = await createTestDatabase();
});

after(() => database.drop());

describe('a sign-in against PostgreSQL', () => {
  it('finds the account by username or e-mail address, however they are typed', async () => {
    const { signIn, accountId } = await createAccountWorld(database.db);
    for (const identifier of ['Alice', ' ALICE ', 'ａｌｉｃｅ', 'Alice@ACME.example']) {
      const result = await signIn(OLD_PASSWORD, identifier);
      assert.ok(result.outcome === 'authenticated');
      assert.equal(result.account.id, accountId);
    }
    for (const identifier of ['', 'a\0lice', 'bob', 'alice@', 'x'.repeat(100_000), '\ud800']) {
      assert.equal((await signIn(OLD_PASSWORD, identifier)).outcome, 'rejected');
    }
  });

  it('replaces an imported hash by one of ours, once', async () => {
    const { signIn, tenant, accountId } = await createAccountWorld(database.db, {
      passwordHash: BCRYPT,
    });
    const stored = async () =>
      (await database.db('passwords').where({ tenant_id: tenant.id }).first('hash'))?.hash;
    assert.equal((await signIn(`${BCRYPT_PASSWORD}!`)).outcome, 'rejected');
    assert.equal(await stored(), BCRYPT);
    assert.equal((await signIn(BCRYPT_PASSWORD)).outcome, 'authenticated');
    const ours = await stored();
    assert.match(ours, /^\$argon2id\$.*,keyid=/);
    const result = await signIn(BCRYPT_PASSWORD);
    assert.ok(result.outcome === 'authenticated' && result.account.id === accountId);
    assert.equal(await stored(), ours);
  });

  it('costs whoever has no account, or no password, what it costs somebody who has', async () => {
    const { deps, tenant } = await createAccountWorld(database.db);
    await database.db('accounts').where({ tenant_id: tenant.id }).delete();
    const imported = (index: number) => `${BCRYPT.slice(0, -2)}${String(index).padStart(2, '0')}`;
    const people = Array.from({ length: 40 }, (_, index) => `person-${index}`);
    for (const [index, username] of people.entries()) {
      const passwordHash = index % 2 === 0 ? imported(index) : await deps.hasher.hash('a password');
      await insertAccount(database.db, tenant.id, { id: randomUUID(), username, passwordHash });
    }
    await insertAccount(database.db, tenant.id, { username: 'no-password' });
    const verified: (string | undefined)[] = [];
    const hasher: PasswordHasher = {
      ...deps.hasher,
      verify: async (hash) => {
        verified.push(hash);
        return 'match';
      },
    };
    const costs = async (identifier: string) => {
      const input = { identifier, password: 'x', address: '192.0.2.7', requestId: 'r' };
      const attempts = { ...deps.attempts, begin: async () => ({ allowed: true }) as const };
      const result = await authenticateAccount({ ...deps, attempts, hasher }, tenant, input);
      assert.equal(result.outcome, 'rejected', identifier);
      return verified.at(-1);
    };
    const seen = new Set<string | undefined>();
    for (let name = 0; name < 60; name += 1) {
      const once = await costs(`Nobody-${name}`);
      assert.equal(await costs(` nobody-${name}`), once);
      seen.add(once);
    }
    assert.equal(seen.has(undefined), false);
    // As many of either kind as there are, but for chance.
    const slow = [...seen].filter((hash) => hash?.startsWith('$2b$')).length;
    assert.ok(slow >= 5 && seen.size - slow >= 5, `${slow} of ${seen.size}`);
    assert.ok((await costs('no-password')) !== undefined);
  });

  it('sees no account of another tenant', async () => {
    const mine = await createAccountWorld(database.db);
    const theirs = await createAccountWorld(database.db, { passwordHash: BCRYPT });
    assert.equal((await mine.signIn(BCRYPT_PASSWORD)).outcome, 'rejected');
    assert.equal((await theirs.signIn(OLD_PASSWORD)).outcome, 'rejected');
  });
});
