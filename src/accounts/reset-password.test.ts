import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sha256 } from '../crypto/digest.ts';
import { NotFoundError, StorageUnavailableError } from '../errors.ts';
import { createAccountWorld, OLD_PASSWORD } from '../testing/account-world.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import {
  findPasswordReset,
  RESET_LINK_SECONDS,
  requestPasswordReset,
  resetPassword,
} from './reset-password.ts';

const NEW_PASSWORD = 'the password of tomorrow';

let database: TestDatabase;

before(async () => {
  database = await createTestDatabase();
});

after(() => database.drop());

describe('a link to set a new password', () => {
  it('works once, ends every session, and is on record', async () => {
    const { deps, tenant, accountId, events, ended, signIn } = await createAccountWorld(
      database.db,
    );
    const { token } = await requestPasswordReset(deps, tenant, accountId);
    assert.equal((await findPasswordReset(deps, tenant, token))?.id, accountId);

    const input = { token, password: NEW_PASSWORD, address: '192.0.2.7', requestId: 'request-2' };
    assert.deepEqual(await resetPassword(deps, tenant, input), { outcome: 'changed', accountId });
    assert.deepEqual([...new Set(ended)], [accountId]);
    assert.equal((await signIn(OLD_PASSWORD)).outcome, 'rejected');
    assert.equal((await signIn(NEW_PASSWORD)).outcome, 'authenticated');

    assert.deepEqual(await resetPassword(deps, tenant, input), { outcome: 'invalid_link' });
    assert.equal(await findPasswordReset(deps, tenant, token), undefined);
    assert.deepEqual(
      events.slice(0, 2).map(({ kind, actor, subject }) => ({ kind, actor, subject })),
      [
        {
          kind: 'account.password_reset_requested',
          actor: { type: 'operator' },
          subject: { type: 'account', id: accountId },
        },
        {
          kind: 'account.password_changed',
          actor: { type: 'account', id: accountId },
          subject: undefined,
        },
      ],
    );
    assert.equal(events[1]?.address, '192.0.2.7');
    assert.equal(events[1]?.requestId, 'request-2');
    assert.equal(JSON.stringify(events).includes(token), false);
  });

  it('is stored as a digest alone and is 256 random bits', async () => {
    const { deps, tenant, accountId } = await createAccountWorld(database.db);
    const { token } = await requestPasswordReset(deps, tenant, accountId);
    assert.match(token, /^[A-Za-z0-9_-]{43}$/);
    const rows = await database.db('one_time_links').where({ tenant_id: tenant.id });
    assert.equal(rows.length, 1);
    assert.equal(rows[0].digest, sha256(token));
    assert.equal(JSON.stringify(rows).includes(token), false);
  });

  it('is won by exactly one of many that use it at once', async () => {
    const { deps, tenant, accountId, signIn } = await createAccountWorld(database.db);
    const { token } = await requestPasswordReset(deps, tenant, accountId);
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        resetPassword(deps, tenant, { token, password: `${NEW_PASSWORD} ${index}` }),
      ),
    );
    const winners = results.flatMap(({ outcome }, index) => (outcome === 'changed' ? [index] : []));
    assert.equal(winners.length, 1);
    assert.equal((await signIn(`${NEW_PASSWORD} ${winners[0]}`)).outcome, 'authenticated');
  });

  it('stops working after twenty minutes', async () => {
    const { deps, tenant, accountId, clock } = await createAccountWorld(database.db);
    const start = clock.now.getTime();
    const { token, expiresAt } = await requestPasswordReset(deps, tenant, accountId);
    assert.equal(expiresAt.getTime(), start + 20 * 60 * 1000);
    clock.now = new Date(start + (RESET_LINK_SECONDS - 1) * 1000);
    assert.notEqual(await findPasswordReset(deps, tenant, token), undefined);
    clock.now = new Date(start + (RESET_LINK_SECONDS + 1) * 1000);
    assert.equal(await findPasswordReset(deps, tenant, token), undefined);
    const result = await resetPassword(deps, tenant, { token, password: NEW_PASSWORD });
    assert.deepEqual(result, { outcome: 'invalid_link' });
  });

  it('survives a weak password, and ends no session for one', async () => {
    const { deps, tenant, accountId, ended } = await createAccountWorld(database.db);
    const { token } = await requestPasswordReset(deps, tenant, accountId);
    for (const [password, reason] of [
      ['short', 'too_short'],
      ['x'.repeat(2000), 'too_long'],
      ['alice@acme.example', 'personal'],
      ['Password123!', 'common'],
      ['abcdefgh', 'pattern'],
    ] as const) {
      const result = await resetPassword(deps, tenant, { token, password });
      assert.deepEqual(result, { outcome: 'weak', reason });
    }
    assert.deepEqual(ended, []);
    assert.equal(
      (await resetPassword(deps, tenant, { token, password: NEW_PASSWORD })).outcome,
      'changed',
    );
  });

  it('still works when the sessions could not be ended', async () => {
    const { deps, tenant, accountId, signIn } = await createAccountWorld(database.db);
    const { token } = await requestPasswordReset(deps, tenant, accountId);
    const endAccountSessions = async () => {
      throw new StorageUnavailableError('redis');
    };
    const input = { token, password: NEW_PASSWORD };
    await assert.rejects(
      resetPassword({ ...deps, endAccountSessions }, tenant, input),
      StorageUnavailableError,
    );
    assert.equal((await signIn(OLD_PASSWORD)).outcome, 'authenticated');
    assert.equal((await resetPassword(deps, tenant, input)).outcome, 'changed');
  });

  it('unlocks the account by both its names', async () => {
    const { deps, tenant, accountId, signIn } = await createAccountWorld(database.db);
    for (const identifier of ['alice', 'alice@acme.example']) {
      for (let guess = 0; guess < 11; guess += 1) await signIn('wrong', identifier);
      assert.equal((await signIn(OLD_PASSWORD, identifier)).outcome, 'locked');
    }
    const { token } = await requestPasswordReset(deps, tenant, accountId);
    await resetPassword(deps, tenant, { token, password: NEW_PASSWORD });
    assert.equal((await signIn(NEW_PASSWORD, 'alice')).outcome, 'authenticated');
    assert.equal((await signIn(NEW_PASSWORD, 'alice@acme.example')).outcome, 'authenticated');
  });

  it('is of its tenant and of nobody else', async () => {
    const mine = await createAccountWorld(database.db);
    const theirs = await createAccountWorld(database.db);
    const { token } = await requestPasswordReset(mine.deps, mine.tenant, mine.accountId);
    assert.equal(await findPasswordReset(theirs.deps, theirs.tenant, token), undefined);
    const result = await resetPassword(theirs.deps, theirs.tenant, {
      token,
      password: NEW_PASSWORD,
    });
    assert.deepEqual(result, { outcome: 'invalid_link' });
    for (const nonsense of ['', '\0', 'x'.repeat(100_000)]) {
      assert.equal(await findPasswordReset(mine.deps, mine.tenant, nonsense), undefined);
    }
    await assert.rejects(
      requestPasswordReset(theirs.deps, theirs.tenant, mine.accountId),
      NotFoundError,
    );
  });
});
