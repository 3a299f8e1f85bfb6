import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ConflictError, NotFoundError } from '../errors.ts';
import { createAccountWorld, OLD_PASSWORD } from '../testing/account-world.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { findPasswordReset, requestPasswordReset, resetPassword } from './reset-password.ts';
import { setAccountDisabled } from './set-account-disabled.ts';

let database: TestDatabase;

before(async () => {
  database = await createTestDatabase();
});

after(() => database.drop());

describe('a disabled account', () => {
  it('signs nobody in, sets no password, and loses its sessions', async () => {
    const { deps, tenant, accountId, ended, events, signIn } = await createAccountWorld(
      database.db,
    );
    const { token } = await requestPasswordReset(deps, tenant, accountId);
    const actor = { type: 'operator' } as const;
    await setAccountDisabled(deps, tenant, { accountId, disabled: true, actor });
    assert.deepEqual(ended, [accountId]);
    assert.equal((await signIn(OLD_PASSWORD)).outcome, 'rejected');
    assert.equal(await findPasswordReset(deps, tenant, token), undefined);
    const result = await resetPassword(deps, tenant, {
      token,
      password: 'the password of tomorrow',
    });
    assert.deepEqual(result, { outcome: 'invalid_link' });
    await assert.rejects(requestPasswordReset(deps, tenant, accountId), ConflictError);

    await setAccountDisabled(deps, tenant, { accountId, disabled: false, actor });
    assert.deepEqual(ended, [accountId], 'enabling ends nothing');
    assert.equal((await signIn(OLD_PASSWORD)).outcome, 'authenticated');
    assert.deepEqual(
      events.map(({ kind }) => kind).filter((kind) => kind.startsWith('account.')),
      ['account.password_reset_requested', 'account.disabled', 'account.enabled'],
    );
  });

  it('is not found in another tenant', async () => {
    const mine = await createAccountWorld(database.db);
    const theirs = await createAccountWorld(database.db);
    const actor = { type: 'operator' } as const;
    for (const accountId of [mine.accountId, 'nobody', 'a\0b', '']) {
      await assert.rejects(
        setAccountDisabled(theirs.deps, theirs.tenant, { accountId, disabled: true, actor }),
        NotFoundError,
      );
    }
    assert.deepEqual(theirs.ended, []);
    assert.equal((await mine.signIn(OLD_PASSWORD)).outcome, 'authenticated');
  });
});
