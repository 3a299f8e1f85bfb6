import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { NotFoundError, OverloadedError, StorageUnavailableError } from '../errors.ts';
import { createAccountWorld, OLD_PASSWORD } from '../testing/account-world.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { type ChangePasswordDeps, changePassword } from './change-password.ts';

const NEW_PASSWORD = 'the password of tomorrow';

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

async function setUp() {
  const world = await createAccountWorld(database.db);
  /** What happened, in order. */
  const steps: string[] = [];
  const deps: ChangePasswordDeps = {
    ...world.deps,
    accounts: {
      ...world.deps.accounts,
      async setPassword(...args) {
        steps.push('set');
        return world.deps.accounts.setPassword(...args);
      },
    },
    endOthers: async () => void steps.push('end others'),
  };
  const change = (password: string, more: Partial<ChangePasswordDeps> = {}, id?: string) =>
    changePassword({ ...deps, ...more }, world.tenant, {
      accountId: id ?? world.accountId,
      password,
      address: '192.0.2.7',
      requestId: 'request-1',
    });
  return { ...world, steps, change };
}

describe('changing a password', () => {
  it('ends what others have open before and after, and is recorded', async () => {
    const { change, signIn, steps, events, accountId } = await setUp();
    assert.deepEqual(await change(NEW_PASSWORD), { outcome: 'changed' });
    assert.deepEqual(steps, ['end others', 'set', 'end others']);
    assert.deepEqual(
      events.map(({ kind, actor, address }) => ({ kind, actor, address })),
      [
        {
          kind: 'account.password_changed',
          actor: { type: 'account', id: accountId },
          address: '192.0.2.7',
        },
      ],
    );
    assert.equal((await signIn(NEW_PASSWORD)).outcome, 'authenticated');
    assert.equal((await signIn(OLD_PASSWORD)).outcome, 'rejected');
  });

  it('takes no weak one, and does nothing then', async () => {
    const { change, signIn, steps, events } = await setUp();
    for (const [password, reason] of [
      ['short', 'too_short'],
      ['ALICE@acme.example', 'personal'],
      ['x'.repeat(1_000_000), 'too_long'],
    ] as const) {
      assert.deepEqual(await change(password), { outcome: 'weak', reason });
    }
    assert.deepEqual([steps, events], [[], []]);
    assert.equal((await signIn(OLD_PASSWORD)).outcome, 'authenticated');
  });

  it('leaves the old one when others cannot be ended, or the server is busy', async () => {
    const { change, signIn, events } = await setUp();
    const away = async () => {
      throw new StorageUnavailableError('redis');
    };
    await assert.rejects(change(NEW_PASSWORD, { endOthers: away }), StorageUnavailableError);
    const busy = {
      hash: async () => {
        throw new OverloadedError('password hashing', 1);
      },
    };
    await assert.rejects(change(NEW_PASSWORD, { hasher: busy }), OverloadedError);
    assert.deepEqual(events, []);
    assert.equal((await signIn(OLD_PASSWORD)).outcome, 'authenticated');
  });

  it('is of nobody who is gone', async () => {
    const { change } = await setUp();
    await assert.rejects(change(NEW_PASSWORD, {}, 'nobody'), NotFoundError);
  });
});
