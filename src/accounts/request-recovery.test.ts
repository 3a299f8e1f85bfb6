import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { insertAccount } from '../testing/fixtures.ts';
import { createMailboxWorld, type MailboxWorld } from '../testing/mailbox-world.ts';
import { requestRecovery } from './request-recovery.ts';
import { findPasswordReset } from './reset-password.ts';

let database: TestDatabase;
let world: MailboxWorld;

before(async () => {
  database = await createTestDatabase();
});
beforeEach(async () => {
  world = await createMailboxWorld(database.db);
});
after(() => database.drop());

const recover = (identifier: string) =>
  requestRecovery(world.deps, world.tenant, {
    identifier,
    linkTo: (token) => `https://login.example/account/reset-password?token=${token}`,
    locale: 'fr',
    address: '192.0.2.7',
    browser: 'Firefox · Linux',
    requestId: 'request-1',
  });

describe('a forgotten password', () => {
  it('brings a link to the stored address, whichever name was typed', async () => {
    for (const identifier of ['alice', 'ALICE@acme.example']) {
      assert.deepEqual(await recover(identifier), { outcome: 'asked' });
      await world.settle();
      const mail = world.mails.at(-1);
      assert.ok(mail?.kind === 'reset_password_link');
      assert.equal(mail.to, 'alice@acme.example');
      assert.equal(mail.locale, 'fr');
      const token = new URL(mail.data.link).searchParams.get('token') ?? '';
      const owner = await findPasswordReset(world.deps, world.tenant, token);
      assert.equal(owner?.id, world.accountId);
    }
    const actors = world.events.map(({ actor }) => actor.type);
    assert.deepEqual(actors, ['anonymous', 'anonymous']);
  });

  it('answers the same, before anything is done, where there is nobody to write to', async () => {
    const { db } = database;
    await insertAccount(db, world.tenant.id, { username: 'mailless' });
    await insertAccount(db, world.tenant.id, {
      username: 'gone',
      email: 'gone@acme.example',
      disabled: true,
    });
    for (const identifier of ['nobody', 'mailless', 'gone', '', '\u0000', 'x'.repeat(100_000)]) {
      assert.deepEqual(await recover(identifier), { outcome: 'asked' }, identifier.slice(0, 20));
    }
    await world.settle();
    assert.deepEqual(world.mails, []);
    assert.deepEqual(world.events, []);
  });

  it('fills no mailbox: one link a minute for a name, there or not', async () => {
    for (const identifier of ['alice', 'nobody']) {
      assert.equal((await recover(identifier)).outcome, 'asked');
      const second = await recover(identifier);
      assert.ok(second.outcome === 'throttled');
      assert.ok(second.retryAfterSeconds > 0 && second.retryAfterSeconds <= 60);
    }
    await world.settle();
    assert.equal(world.mails.length, 1);
    const throttled = world.events.filter(({ kind }) => kind.endsWith('_throttled'));
    assert.deepEqual(
      throttled.map(({ kind, subject, address }) => ({ kind, subject, address })),
      ['alice', 'nobody'].map(() => ({
        kind: 'account.password_reset_throttled',
        subject: undefined,
        address: '192.0.2.7',
      })),
    );
  });
});
