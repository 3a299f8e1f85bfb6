import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { NotFoundError, StorageUnavailableError } from '../errors.ts';
import type { OutgoingMail } from '../mail/mail.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { createAccountWorld, OLD_PASSWORD } from '../testing/account-world.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { insertAccount } from '../testing/fixtures.ts';
import { deleteAccount } from './delete-account.ts';

let database: TestDatabase;

before(async () => {
  database = await createTestDatabase();
});

after(() => database.drop());

async function world() {
  const alice = await createAccountWorld(database.db);
  const mails: OutgoingMail[] = [];
  const deps = {
    ...alice.deps,
    queueMail: async (_tenant: unknown, mail: OutgoingMail) => void mails.push(mail),
  };
  const by = {
    actor: { type: 'account', id: alice.accountId },
    address: '192.0.2.7',
    requestId: 'r1',
  } as const;
  return { ...alice, deps, mails, by };
}

describe('deleting an account', () => {
  it('forgets the messages to its owner, and their address with them', async () => {
    const { deps, tenant, accountId, by } = await world();
    const createdAt = new Date();
    await deps.mailOutbox.add(tenant.id, {
      id: randomUUID(),
      name: 'sign_in_code',
      accountId,
      language: 'en',
      recipient: 'alice@acme.example',
      status: 'bounced',
      problem: 'address_invalid',
      sealedContent: undefined,
      createdAt,
      giveUpAt: createdAt,
      expiresAt: createdAt,
    });
    await deleteAccount(deps, tenant, { accountId, by });
    assert.deepEqual(await deps.mailOutbox.list({ tenantId: tenant.id, limit: 10 }), []);
  });

  it('ends it, removes it, is audited, and says goodbye', async () => {
    const { deps, tenant, accountId, ended, events, mails, by, clock, signIn } = await world();
    const account = await deleteAccount(deps, tenant, { accountId, by, browser: 'Firefox' });
    assert.equal(account.username, 'Alice');
    assert.deepEqual(ended, [accountId]);
    assert.equal(await deps.accounts.findById(tenant.id, accountId), undefined);
    assert.equal((await signIn(OLD_PASSWORD)).outcome, 'rejected');
    assert.deepEqual(
      events.filter(({ kind }) => kind.startsWith('account.')),
      [
        {
          ...by,
          kind: 'account.deleted',
          tenantId: tenant.id,
          outcome: 'success',
          subject: { type: 'account', id: accountId },
        },
      ],
    );
    assert.deepEqual(mails, [
      {
        kind: 'security_notice',
        to: 'alice@acme.example',
        locale: undefined,
        data: {
          event: 'account_deleted',
          at: clock.now,
          browser: 'Firefox',
          address: '192.0.2.7',
        },
      },
    ]);
    await assert.rejects(deleteAccount(deps, tenant, { accountId, by }), NotFoundError);
  });

  it('lets nobody sign in while its sessions end', async () => {
    const { deps, tenant, accountId, by, signIn } = await world();
    let during: string | undefined;
    const endAccountSessions = async (_tenant: Tenant, _id: string) => {
      during = (await signIn(OLD_PASSWORD)).outcome;
    };
    await deleteAccount({ ...deps, endAccountSessions }, tenant, { accountId, by });
    assert.equal(during, 'rejected');
  });

  it('leaves the account to its owner, who tries again, when an outage stops it', async () => {
    const { deps, tenant, accountId, events, mails, by, signIn } = await world();
    const away = async () => {
      throw new StorageUnavailableError('redis');
    };
    const broken = { ...deps, endAccountSessions: away };
    await assert.rejects(deleteAccount(broken, tenant, { accountId, by }), StorageUnavailableError);
    assert.deepEqual([events, mails], [[], []]);
    assert.equal((await signIn(OLD_PASSWORD)).outcome, 'authenticated');
    await deleteAccount(deps, tenant, { accountId, by });
    assert.equal(await deps.accounts.findById(tenant.id, accountId), undefined);
  });

  it('enables nobody whom an operator has disabled', async () => {
    const { deps, tenant, accountId, by } = await world();
    await deps.accounts.setDisabled(tenant.id, accountId, true);
    const endAccountSessions = async () => {
      throw new StorageUnavailableError('redis');
    };
    const broken = { ...deps, endAccountSessions };
    await assert.rejects(deleteAccount(broken, tenant, { accountId, by }), StorageUnavailableError);
    assert.equal((await deps.accounts.findById(tenant.id, accountId))?.disabled, true);
  });

  it('happens once, of however many at once', async () => {
    const { deps, tenant, accountId, events, mails, by } = await world();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, () => deleteAccount(deps, tenant, { accountId, by })),
    );
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
    assert.deepEqual([events.length, mails.length], [1, 1]);
  });

  it('writes to nobody without an address, and knows no account of another tenant', async () => {
    const { deps, tenant, mails, by } = await world();
    const theirs = await world();
    const silent = await insertAccount(database.db, tenant.id, { username: 'silent' });
    await deleteAccount(deps, tenant, { accountId: silent, by });
    assert.deepEqual(mails, []);
    for (const accountId of [theirs.accountId, 'nobody', 'a\0b', '']) {
      await assert.rejects(deleteAccount(deps, tenant, { accountId, by }), NotFoundError);
    }
    assert.equal((await theirs.signIn(OLD_PASSWORD)).outcome, 'authenticated');
  });
});
