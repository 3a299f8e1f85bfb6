import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ACCOUNT_CLIENT_ID } from '../applications/account-client.ts';
import type { Application } from '../applications/application.ts';
import type { RegisteredClient } from '../applications/client.ts';
import { StorageUnavailableError } from '../errors.ts';
import { TemporarilyUnavailable } from './protocol-errors.ts';
import { createTenantCatalog } from './tenant-catalog.ts';

const ISSUER = 'https://login.example';

const application: Application = {
  tenantId: 'a',
  id: 'app',
  key: 'notes',
  name: 'Notes',
  firstParty: false,
  audience: 'https://api.notes.example',
  requireAssignment: false,
  permissionsInToken: true,
  permissions: [],
};
const registered = (clientId: string): RegisteredClient => ({
  tenantId: 'a',
  clientId,
  application,
  metadata: {},
  secretDigests: [],
  rolesByAudience: {},
  disabled: false,
});

function setUp() {
  const store = {
    known: new Set(['web']),
    reads: [] as string[],
    held: undefined as Promise<void> | undefined,
    away: false,
    async findClient(tenantId: string, clientId: string) {
      store.reads.push(`${tenantId} ${clientId}`);
      if (store.away) throw new StorageUnavailableError('postgres');
      await store.held;
      return store.known.has(clientId) ? registered(clientId) : undefined;
    },
    async findByAudience(tenantId: string, audience: string) {
      store.reads.push(`${tenantId} ${audience}`);
      if (store.away) throw new StorageUnavailableError('postgres');
      return audience === application.audience ? application : undefined;
    },
  };
  return { store, catalog: createTenantCatalog({ applications: store }, 'a', ISSUER) };
}

describe('the tenant catalog', () => {
  it('reads a client and an audience once', async () => {
    const { store, catalog } = setUp();
    const audience = 'https://api.notes.example';
    for (let times = 0; times < 3; times += 1) {
      assert.equal((await catalog.client('web'))?.clientId, 'web');
      assert.equal((await catalog.applicationByAudience(audience))?.key, 'notes');
    }
    assert.deepEqual(store.reads, ['a web', `a ${audience}`]);
  });

  it('has the client of the account page, whatever the store has under that name', async () => {
    const { store, catalog } = setUp();
    store.known.add(ACCOUNT_CLIENT_ID);
    const client = await catalog.client(ACCOUNT_CLIENT_ID);
    assert.deepEqual(client?.metadata.redirect_uris, [`${ISSUER}/account/signed-in`]);
    assert.deepEqual(store.reads, []);
  });

  it('does not remember that a client was not there', async () => {
    const { store, catalog } = setUp();
    assert.equal(await catalog.client('new'), undefined);
    store.known.add('new');
    assert.equal((await catalog.client('new'))?.clientId, 'new');
  });

  it('says of an outage what the protocol has for it, and remembers nothing of it', async () => {
    const { store, catalog } = setUp();
    store.away = true;
    await assert.rejects(catalog.client('web'), TemporarilyUnavailable);
    await assert.rejects(catalog.applicationByAudience('urn:x'), TemporarilyUnavailable);
    store.away = false;
    assert.equal((await catalog.client('web'))?.clientId, 'web');
  });

  it('answers for more clients at once than it has room for', async () => {
    const { store, catalog } = setUp();
    const gate = Promise.withResolvers<void>();
    store.held = gate.promise;
    const honest = catalog.client('web');
    const guessed = Array.from({ length: 3_000 }, (_, n) => catalog.client(`guess-${n}`));
    gate.resolve();
    assert.equal((await honest)?.clientId, 'web');
    assert.ok((await Promise.all(guessed)).every((client) => client === undefined));
  });
});
