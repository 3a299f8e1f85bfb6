import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { insertAccount } from '../testing/fixtures.ts';
import { createMailboxWorld, type MailboxWorld } from '../testing/mailbox-world.ts';
import { requestSignInCode, signInByCode } from './sign-in-by-code.ts';

let database: TestDatabase;
let world: MailboxWorld;

before(async () => {
  database = await createTestDatabase();
});
beforeEach(async () => {
  world = await createMailboxWorld(database.db);
  await insertAccount(database.db, world.tenant.id, {
    id: 'bob',
    username: 'bob',
    email: 'bob@acme.example',
    emailVerified: true,
    claims: { locale: 'es' },
  });
});
after(() => database.drop());

const visit = (identifier: string, binding = 'interaction-1') => ({
  identifier,
  binding,
  address: '192.0.2.7',
  requestId: 'request-1',
});
const request = (identifier: string) =>
  requestSignInCode(world.deps, world.tenant, visit(identifier), { locale: 'fr' });
const signIn = (identifier: string, code: string, binding?: string) =>
  signInByCode(world.deps, world.tenant, visit(identifier, binding), code);

describe('signing in with a code by e-mail', () => {
  it('works with the code that came to the confirmed address, in the person’s language', async () => {
    assert.deepEqual(await request('BOB'), { outcome: 'asked' });
    const [mail] = world.mails;
    assert.equal(mail?.to, 'bob@acme.example');
    assert.equal(mail?.locale, 'es');
    const result = await signIn('bob', world.lastCode());
    assert.ok(result.outcome === 'authenticated');
    assert.equal(result.account.id, 'bob');
    const event = world.events.find(({ kind }) => kind === 'sign_in.succeeded');
    assert.deepEqual(event?.detail, { amr: ['email'] });
    assert.equal((await signIn('bob', world.lastCode())).outcome, 'expired', 'once');
  });

  it('does the same where there is nobody, with a code that never works', async () => {
    await insertAccount(database.db, world.tenant.id, {
      username: 'off',
      email: 'off@acme.example',
      emailVerified: true,
      disabled: true,
    });
    // Alice's address is not confirmed: it may be anybody's.
    for (const identifier of ['nobody', 'alice', 'off']) {
      assert.deepEqual(await request(identifier), { outcome: 'asked' });
      const mail = world.mails.at(-1);
      assert.equal(mail?.decoy, true);
      assert.equal(mail?.accountId, undefined);
      assert.equal((await signIn(identifier, world.lastCode())).outcome, 'rejected');
    }
  });

  it('works only in the interaction that asked, and for the name that was typed', async () => {
    await request('bob');
    const code = world.lastCode();
    assert.equal((await signIn('bob', code, 'interaction-2')).outcome, 'expired');
    assert.equal((await signIn('alice', code)).outcome, 'expired');
    assert.equal((await signIn('bob', code)).outcome, 'authenticated');
  });

  it('ends with the account, and with its address', async () => {
    await request('bob');
    await world.deps.accounts.setDisabled(world.tenant.id, 'bob', true);
    assert.equal((await signIn('bob', world.lastCode())).outcome, 'expired');
  });

  it('is guessed at five times, and then over', async () => {
    await request('bob');
    const code = world.lastCode();
    const wrong = code === '123456' ? '654321' : '123456';
    for (let guess = 0; guess < 5; guess += 1) {
      assert.equal((await signIn('bob', wrong)).outcome, 'rejected');
    }
    assert.notEqual((await signIn('bob', code)).outcome, 'authenticated');
  });
});
