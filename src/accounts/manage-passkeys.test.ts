import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { createPasskeyWorld, ORIGIN } from '../testing/passkey-world.ts';
import { createSoftAuthenticator } from '../testing/soft-authenticator.ts';
import { listPasskeys, removePasskey, renamePasskey } from './manage-passkeys.ts';
import type { KeepLast } from './passkey-store.ts';

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

const remove = (passkeyId: string, keep: Partial<KeepLast> = {}, account = accountId) =>
  removePasskey(world.deps, world.tenant, {
    accountId: account,
    passkeyId,
    keep: { way: false, factor: false, ...keep },
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
    assert.deepEqual(await remove(passkeyId, {}, bob.id), { outcome: 'unknown' });
    assert.equal(world.events.length, 1);
    assert.equal((await world.deps.passkeys.find(world.tenant.id, passkeyId))?.name, undefined);
  });
});

describe('removing a passkey', () => {
  it('leaves what the account may not be without', async () => {
    const [first, second] = [await addPasskey(), await addPasskey()];
    assert.equal((await remove(first, { way: true, factor: true })).outcome, 'removed');
    world.events.length = 0;
    assert.equal((await remove(second, { factor: true })).outcome, 'last_factor');
    assert.deepEqual(world.events, []);
    assert.equal((await remove(second)).outcome, 'removed');
    assert.deepEqual(await remove(second), { outcome: 'unknown' });
  });

  it('is on record', async () => {
    await remove(await addPasskey());
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
