import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { NotFoundError } from '../errors.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { createMailboxWorld, type MailboxWorld } from '../testing/mailbox-world.ts';
import { confirmEmail, requestEmailConfirmation } from './verify-email.ts';

let database: TestDatabase;
let world: MailboxWorld;

before(async () => {
  database = await createTestDatabase();
});
beforeEach(async () => {
  world = await createMailboxWorld(database.db);
});
after(() => database.drop());

const input = (email = 'alice@acme.example') => ({
  account: { id: world.accountId, email, claims: {} },
  binding: 'interaction-1',
  address: '192.0.2.7',
  requestId: 'request-1',
});
const request = () => requestEmailConfirmation(world.deps, world.tenant, input(), 'pt');
const confirmed = async () =>
  (await world.deps.accounts.findById(world.tenant.id, world.accountId))?.emailVerified;

describe('an account’s address', () => {
  it('is confirmed by the code that came to it', async () => {
    assert.deepEqual(await request(), { outcome: 'sent' });
    assert.equal(world.mails[0]?.locale, 'pt');
    const wrong = await confirmEmail(world.deps, world.tenant, input(), '000000');
    assert.equal(wrong.outcome, world.lastCode() === '000000' ? 'confirmed' : 'rejected');
    await confirmEmail(world.deps, world.tenant, input(), world.lastCode());
    assert.equal(await confirmed(), true);
    assert.ok(world.events.some(({ kind }) => kind === 'account.email_confirmed'));
  });

  it('is not confirmed by a code for another address, or when it has changed since', async () => {
    await request();
    const code = world.lastCode();
    const other = await confirmEmail(world.deps, world.tenant, input('eve@acme.example'), code);
    assert.equal(other.outcome, 'expired');
    await database
      .db('accounts')
      .where({ tenant_id: world.tenant.id, id: world.accountId })
      .update({ email: 'new@acme.example', email_key: 'new@acme.example' });
    await assert.rejects(confirmEmail(world.deps, world.tenant, input(), code), NotFoundError);
    assert.equal(await confirmed(), false);
  });
});
