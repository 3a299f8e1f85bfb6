import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { NO_ROLES } from '../../applications/application.ts';
import type { ApplicationStore } from '../../applications/application-store.ts';
import type { TenantId } from '../../tenants/tenant.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import {
  assignRole,
  insertAccount,
  insertApplication,
  insertClient,
  insertGroup,
  insertRole,
  insertTenant,
} from '../../testing/fixtures.ts';
import { testTenantIsolation } from '../../testing/tenant-isolation.ts';
import { createPostgresApplicationStore } from './application-store.ts';
import { createPostgresTenantStore } from './tenant-store.ts';

let database: TestDatabase;
let store: ApplicationStore;
let tenants: TenantStore;
let tenantId: TenantId;

before(async () => {
  database = await createTestDatabase();
  store = createPostgresApplicationStore(database.db);
  tenants = createPostgresTenantStore(database.db);
  tenantId = await insertTenant(database.db);
});

after(() => database.drop());

async function versionOf(id: TenantId): Promise<number | undefined> {
  return (await tenants.findById(id))?.version;
}

describe('findClient', () => {
  test('brings the client, its application and its roles by audience in one statement', async () => {
    const { db } = database;
    const notes = await insertApplication(db, tenantId, {
      key: 'notes',
      name: 'Notes',
      audience: 'https://api.notes.example',
      firstParty: true,
      requireAssignment: true,
      permissionsInToken: false,
    });
    const files = await insertApplication(db, tenantId, { audience: 'https://files.example' });
    const silent = await insertApplication(db, tenantId);
    const editor = await insertRole(db, tenantId, notes, {
      key: 'editor',
      permissions: ['notes:write', 'notes:read'],
    });
    const auditor = await insertRole(db, tenantId, notes, {
      key: 'auditor',
      permissions: ['notes:read', 'notes:audit'],
    });
    await insertRole(db, tenantId, notes, { key: 'owner', permissions: ['notes:delete'] });
    const porter = await insertRole(db, tenantId, files, { key: 'porter' });
    const unheard = await insertRole(db, tenantId, silent, { key: 'unheard' });
    const metadata = { redirect_uris: ['https://a.example/cb'], client_name: 'Web' };
    const clientId = await insertClient(db, tenantId, notes, { metadata, secretDigest: 'digest' });
    for (const roleId of [editor, auditor, porter, unheard]) {
      await assignRole(db, tenantId, roleId, { clientId });
    }

    const statements: string[] = [];
    const watch = ({ sql }: { sql: string }) => statements.push(sql);
    db.on('query', watch);
    const client = await store.findClient(tenantId, clientId);
    db.off('query', watch);

    assert.equal(statements.length, 1);
    assert.deepEqual(client, {
      tenantId,
      clientId,
      metadata,
      disabled: false,
      secretDigests: [{ digest: 'digest', expiresAt: undefined }],
      rolesByAudience: {
        'https://api.notes.example': {
          roles: ['auditor', 'editor'],
          permissions: ['notes:audit', 'notes:read', 'notes:write'],
        },
        'https://files.example': { roles: ['porter'], permissions: [] },
      },
      application: {
        tenantId,
        id: notes,
        key: 'notes',
        name: 'Notes',
        firstParty: true,
        audience: 'https://api.notes.example',
        requireAssignment: true,
        permissionsInToken: false,
        permissions: ['notes:audit', 'notes:delete', 'notes:read', 'notes:write'],
      },
    });
  });

  test('brings a client without secret, roles or audience', async () => {
    const application = await insertApplication(database.db, tenantId);
    const clientId = await insertClient(database.db, tenantId, application, { disabled: true });
    const client = await store.findClient(tenantId, clientId);
    assert.deepEqual(client?.secretDigests, []);
    assert.deepEqual(client.rolesByAudience, {});
    assert.deepEqual(client.application.permissions, []);
    assert.equal(client.application.audience, undefined);
    assert.equal(client.disabled, true);
  });

  test('finds nothing by ids that no client can have', async () => {
    assert.equal(await store.findClient(tenantId, 'nobody'), undefined);
    assert.equal(await store.findClient(tenantId, ''), undefined);
    assert.equal(await store.findClient(tenantId, 'a\0b'), undefined);
    assert.equal(await store.findClient(tenantId, "'; drop table clients; --"), undefined);
    assert.equal(await store.findClient(tenantId, '\ud800'), undefined);
  });
});

test('findByAudience finds the application of a resource, compared exactly', async () => {
  const audience = 'https://exact.example/api';
  const id = await insertApplication(database.db, tenantId, { audience });
  await insertRole(database.db, tenantId, id, { permissions: ['b', 'a'] });
  const application = await store.findByAudience(tenantId, audience);
  assert.equal(application?.id, id);
  assert.deepEqual(application.permissions, ['a', 'b']);
  assert.equal(await store.findByAudience(tenantId, `${audience}/`), undefined);
  assert.equal(await store.findByAudience(tenantId, audience.toUpperCase()), undefined);
  assert.equal(await store.findByAudience(tenantId, 'a\0b'), undefined);
});

describe('rolesOfAccount', () => {
  test('is the union of direct and group roles in that application alone', async () => {
    const { db } = database;
    const application = await insertApplication(db, tenantId);
    const other = await insertApplication(db, tenantId);
    const reader = await insertRole(db, tenantId, application, {
      key: 'reader',
      permissions: ['read'],
    });
    const writer = await insertRole(db, tenantId, application, {
      key: 'writer',
      permissions: ['write', 'read'],
    });
    const elsewhere = await insertRole(db, tenantId, other, { key: 'elsewhere' });
    const accountId = await insertAccount(db, tenantId);
    const group = await insertGroup(db, tenantId, { members: [accountId] });
    const secondGroup = await insertGroup(db, tenantId, { members: [accountId] });
    await assignRole(db, tenantId, reader, { accountId });
    await assignRole(db, tenantId, elsewhere, { accountId });
    await assignRole(db, tenantId, reader, { groupId: group });
    await assignRole(db, tenantId, writer, { groupId: group });
    await assignRole(db, tenantId, writer, { groupId: secondGroup });

    assert.deepEqual(await store.rolesOfAccount(tenantId, application, accountId), {
      roles: ['reader', 'writer'],
      permissions: ['read', 'write'],
    });
  });

  test('is never cached: a role taken away is gone from the next answer', async () => {
    const { db } = database;
    const application = await insertApplication(db, tenantId);
    const roleId = await insertRole(db, tenantId, application, { key: 'gone' });
    const accountId = await insertAccount(db, tenantId);
    await assignRole(db, tenantId, roleId, { accountId });
    assert.deepEqual((await store.rolesOfAccount(tenantId, application, accountId)).roles, [
      'gone',
    ]);
    await db('account_roles').where({ tenant_id: tenantId, account_id: accountId }).delete();
    assert.deepEqual(await store.rolesOfAccount(tenantId, application, accountId), NO_ROLES);
  });

  test('is none for ids that nobody can have', async () => {
    const application = await insertApplication(database.db, tenantId);
    assert.deepEqual(await store.rolesOfAccount(tenantId, application, 'a\0b'), NO_ROLES);
    assert.deepEqual(await store.rolesOfAccount(tenantId, 'not-a-uuid', 'alice'), NO_ROLES);
  });
});

test('lists clients by client id and applications by key', async () => {
  const tenant = await insertTenant(database.db);
  const b = await insertApplication(database.db, tenant, { key: 'b' });
  const a = await insertApplication(database.db, tenant, { key: 'a' });
  for (const clientId of ['z', 'B', 'a-b', 'ab']) {
    await insertClient(database.db, tenant, clientId === 'z' ? a : b, { clientId });
  }
  const clients = await store.listClients(tenant);
  assert.deepEqual(
    clients.map(({ clientId, application }) => [clientId, application.key]),
    [
      ['B', 'b'],
      ['a-b', 'b'],
      ['ab', 'b'],
      ['z', 'a'],
    ],
  );
  assert.deepEqual(
    (await store.listApplications(tenant)).map(({ key }) => key),
    ['a', 'b'],
  );
});

describe('changes of a client', () => {
  test('disabling and enabling show at once and bump the version of the tenant', async () => {
    const tenant = await insertTenant(database.db);
    const application = await insertApplication(database.db, tenant);
    const clientId = await insertClient(database.db, tenant, application);

    assert.equal(await store.setClientDisabled(tenant, clientId, true), true);
    assert.equal((await store.findClient(tenant, clientId))?.disabled, true);
    assert.equal(await versionOf(tenant), 2);

    assert.equal(await store.setClientDisabled(tenant, clientId, false), true);
    assert.equal((await store.findClient(tenant, clientId))?.disabled, false);
    assert.equal(await versionOf(tenant), 3);
  });

  test('disabling twice keeps the moment of the first time', async () => {
    const tenant = await insertTenant(database.db);
    const application = await insertApplication(database.db, tenant);
    const clientId = await insertClient(database.db, tenant, application);
    const moment = () => database.db('clients').where({ tenant_id: tenant }).first('disabled_at');
    await store.setClientDisabled(tenant, clientId, true);
    const first = await moment();
    await store.setClientDisabled(tenant, clientId, true);
    assert.deepEqual(await moment(), first);
  });

  test('a rotated secret leaves the one before it valid until the end of the overlap', async () => {
    const tenant = await insertTenant(database.db);
    const application = await insertApplication(database.db, tenant);
    const clientId = await insertClient(database.db, tenant, application, { secretDigest: 'one' });
    const first = new Date('2030-01-01T00:00:00Z');
    const second = new Date('2030-02-01T00:00:00Z');

    assert.equal(await store.rotateClientSecret(tenant, clientId, 'two', first), true);
    assert.deepEqual((await store.findClient(tenant, clientId))?.secretDigests, [
      { digest: 'two', expiresAt: undefined },
      { digest: 'one', expiresAt: first },
    ]);
    assert.equal(await versionOf(tenant), 2);

    await store.rotateClientSecret(tenant, clientId, 'three', second);
    assert.deepEqual((await store.findClient(tenant, clientId))?.secretDigests, [
      { digest: 'three', expiresAt: undefined },
      { digest: 'two', expiresAt: second },
    ]);
  });

  test('the first secret of a client has none before it', async () => {
    const tenant = await insertTenant(database.db);
    const application = await insertApplication(database.db, tenant);
    const clientId = await insertClient(database.db, tenant, application);
    await store.rotateClientSecret(tenant, clientId, 'one', new Date('2030-01-01T00:00:00Z'));
    assert.deepEqual((await store.findClient(tenant, clientId))?.secretDigests, [
      { digest: 'one', expiresAt: undefined },
    ]);
  });

  test('a client that is not there changes nothing, not even the version', async () => {
    const tenant = await insertTenant(database.db);
    for (const clientId of ['nobody', 'a\0b']) {
      assert.equal(await store.setClientDisabled(tenant, clientId, true), false);
      assert.equal(await store.rotateClientSecret(tenant, clientId, 'x', new Date()), false);
    }
    assert.equal(await versionOf(tenant), 1);
  });

  test('many at once all succeed, each with a version of its own', async () => {
    const tenant = await insertTenant(database.db);
    const application = await insertApplication(database.db, tenant);
    const clients = await Promise.all(
      Array.from({ length: 6 }, () => insertClient(database.db, tenant, application)),
    );
    const changes = clients.flatMap((clientId) => [
      store.setClientDisabled(tenant, clientId, true),
      store.rotateClientSecret(tenant, clientId, 'new', new Date('2030-01-01T00:00:00Z')),
    ]);
    assert.ok((await Promise.all(changes)).every(Boolean));
    assert.equal(await versionOf(tenant), 1 + changes.length);
  });
});

testTenantIsolation<ApplicationStore>(
  {
    async findClient(applications, mine, theirs) {
      assert.ok(await applications.findClient(mine.tenantId, mine.clientId));
      assert.equal(await applications.findClient(mine.tenantId, theirs.clientId), undefined);
    },
    async findByAudience(applications, mine, theirs) {
      assert.ok(await applications.findByAudience(mine.tenantId, mine.audience));
      assert.equal(await applications.findByAudience(mine.tenantId, theirs.audience), undefined);
    },
    async rolesOfAccount(applications, mine, theirs) {
      const roles = (application: string, account: string) =>
        applications.rolesOfAccount(mine.tenantId, application, account);
      assert.deepEqual((await roles(mine.applicationId, mine.accountId)).roles, ['editor']);
      assert.deepEqual(await roles(theirs.applicationId, theirs.accountId), NO_ROLES);
      assert.deepEqual(await roles(mine.applicationId, theirs.accountId), NO_ROLES);
      assert.deepEqual(await roles(theirs.applicationId, mine.accountId), NO_ROLES);
    },
    async listClients(applications, mine) {
      const clients = await applications.listClients(mine.tenantId);
      assert.deepEqual(
        clients.map(({ clientId }) => clientId),
        [mine.clientId],
      );
    },
    async listRoles(applications, mine) {
      const roles = await applications.listRoles(mine.tenantId);
      assert.equal(roles.length, 1);
      assert.match(roles[0] ?? '', /:editor$/);
    },
    async listApplications(applications, mine) {
      const found = await applications.listApplications(mine.tenantId);
      assert.deepEqual(
        found.map(({ id }) => id),
        [mine.applicationId],
      );
    },
    async setClientDisabled(applications, mine, theirs) {
      const { tenantId } = mine;
      assert.equal(await applications.setClientDisabled(tenantId, theirs.clientId, true), false);
    },
    async rotateClientSecret(applications, mine, theirs) {
      const { tenantId } = mine;
      const until = new Date('2030-01-01T00:00:00Z');
      assert.equal(
        await applications.rotateClientSecret(tenantId, theirs.clientId, 'stolen', until),
        false,
      );
    },
  },
  () => ({ db: database.db, store }),
);
