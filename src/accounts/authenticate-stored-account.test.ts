import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createAccountWorld, OLD_PASSWORD } from '../testing/account-world.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';

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

  it('sees no account of another tenant', async () => {
    const mine = await createAccountWorld(database.db);
    const theirs = await createAccountWorld(database.db, { passwordHash: BCRYPT });
    assert.equal((await mine.signIn(BCRYPT_PASSWORD)).outcome, 'rejected');
    assert.equal((await theirs.signIn(OLD_PASSWORD)).outcome, 'rejected');
  });
});
