import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { createPasskeyWorld, ORIGIN } from '../testing/passkey-world.ts';
import { createSoftAuthenticator } from '../testing/soft-authenticator.ts';
import { listPasskeys, removePasskey, renamePasskey } from './manage-passkeys.ts';

let database: TestDatabase;
let world: Awaited<ReturnType<typeof createPasskeyWorld>>;
let accountId: string;
let owner: { actor: { type: 'account'; id: string }; address: string };

before(async () => {
  database = await createTestDatabase();
});

beforeEach(async () => {
  world = await createPasskeyWorld(database.db);
  accountId = world.account.id;
  owner = { actor: { type: 'account', id: accountId }, address: '192.0.2.7' };
});

after(() => database.drop());

async function addPasskey(): Promise<string> {
  const device = createSoftAuthenticator({ origin: ORIGIN });
  await world.register(device);
  return device.ids[0] ?? '';
}

const remove = (passkeyId: string, hasOtherWay: boolean, account = accountId) =>
  removePasskey({ ...world.deps, hasOtherWay: async () => hasOtherWay }, world.tenant, {
    accountId: account,
    passkeyId,
    by: owner,
  });

describe('an account’s passkeys', () => {
  it('are listed', async () => {
    const ids = [await addPasskey(), await addPasskey()];
    const listed = await listPasskeys(world.deps, world.tenant, accountId);
    assert.deepEqual(listed.map(({ id }) => id).sort(), ids.sort());
  });

  it('get other names, which is on record without the name', async () => {
    const passkeyId = await addPasskey();
    const input = { accountId, passkeyId, name: ' The\tblue one', by: owner };
    assert.deepEqual(await renamePasskey(world.deps, world.tenant, input), { outcome: 'renamed' });
    const [passkey] = await listPasskeys(world.deps, world.tenant, accountId);
    assert.equal(passkey?.name, 'The blue one');
    assert.deepEqual(world.events.at(-1), {
      kind: 'passkey.renamed',
      tenantId: world.tenant.id,
      outcome: 'success',
      ...owner,
      subject: owner.actor,
    });
  });

  it('are nobody else’s to rename or remove', async () => {
    const passkeyId = await addPasskey();
    const bob = await world.addAccount('Bob');
    const input = { accountId: bob.id, passkeyId, name: 'mine', by: owner };
    assert.deepEqual(await renamePasskey(world.deps, world.tenant, input), { outcome: 'unknown' });
    assert.deepEqual(await remove(passkeyId, true, bob.id), { outcome: 'unknown' });
    assert.equal(world.events.length, 1);
    assert.equal((await world.deps.passkeys.find(world.tenant.id, passkeyId))?.name, undefined);
  });
});

describe('removing a passkey', () => {
  it('says whether the account can still open a sign-in', async () => {
    const [first, second] = [await addPasskey(), await addPasskey()];
    const one = await remove(first, false);
    assert.equal(one.outcome === 'removed' && one.lastWay, false);
    const last = await remove(second, false);
    assert.equal(last.outcome === 'removed' && last.lastWay, true);
    assert.deepEqual(await remove(second, false), { outcome: 'unknown' });

    const withPassword = await remove(await addPasskey(), true);
    assert.equal(withPassword.outcome === 'removed' && withPassword.lastWay, false);
  });

  it('is on record', async () => {
    await remove(await addPasskey(), true);
    assert.deepEqual(world.events.at(-1), {
      kind: 'passkey.removed',
      tenantId: world.tenant.id,
      outcome: 'success',
      ...owner,
      subject: owner.actor,
      detail: { authenticator: '00000000-0000-0000-0000-000000000000', backed_up: false },
    });
  });
});
