import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { InvitationStore } from '../../accounts/invitation-store.ts';
import { randomId } from '../../crypto/random-id.ts';
import type { TenantId } from '../../tenants/tenant.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import {
  insertAccount,
  insertApplication,
  insertRole,
  insertTenant,
  newAccount,
} from '../../testing/fixtures.ts';
import { testTenantIsolation } from '../../testing/tenant-isolation.ts';
import { createPostgresAccountStore } from './account-store.ts';
import { createPostgresApplicationStore } from './application-store.ts';
import { createPostgresInvitationStore } from './invitation-store.ts';

const NOW = new Date('2030-01-01T12:00:00Z');
const LATER = new Date('2030-01-08T12:00:00Z');

let database: TestDatabase;
let store: InvitationStore;
let tenantId: TenantId;
let now = NOW;

before(async () => {
  database = await createTestDatabase();
  store = createPostgresInvitationStore(database.db, { now: () => now });
});
beforeEach(async () => {
  now = NOW;
  tenantId = await insertTenant(database.db);
});
after(() => database.drop());

async function invite(email = 'carol@acme.example', roles: string[] = []): Promise<string> {
  const digest = randomId();
  await store.save(tenantId, { digest, email, roles, expiresAt: LATER });
  return digest;
}
const { username: _username, email: _email, ...person } = newAccount();
const somebody = () => ({ ...person, id: randomId() });

describe('an invitation', () => {
  test('makes an account for the invited address, with its roles, once', async () => {
    const application = await insertApplication(database.db, tenantId, { key: 'notes' });
    await insertRole(database.db, tenantId, application, { key: 'editor' });
    const digest = await invite('carol@acme.example', ['notes:editor', 'notes:gone', 'x']);
    assert.equal((await store.findByDigest(tenantId, digest))?.email, 'carol@acme.example');

    const racers = Array.from({ length: 6 }, somebody);
    const results = await Promise.all(racers.map((one) => store.accept(tenantId, digest, one)));
    const won = results.findIndex(({ outcome }) => outcome === 'created');
    assert.equal(results.filter(({ outcome }) => outcome === 'gone').length, 5);

    const accounts = createPostgresAccountStore(database.db, { now: () => new Date() });
    const found = await accounts.findByIdentifier(tenantId, 'carol@acme.example');
    assert.equal(found?.account.id, racers[won]?.id);
    assert.equal(found?.account.emailVerified, true);
    const applications = createPostgresApplicationStore(database.db);
    const { roles } = await applications.rolesOfAccount(
      tenantId,
      application,
      found?.account.id ?? '',
    );
    assert.deepEqual(roles, ['editor']);
    assert.equal(await store.findByDigest(tenantId, digest), undefined);
  });

  test('takes the place of one before it for the same address', async () => {
    const first = await invite('Carol@acme.example');
    const second = await invite('carol@ACME.example');
    assert.equal((await store.accept(tenantId, first, somebody())).outcome, 'gone');
    assert.equal((await store.list(tenantId)).length, 1);
    assert.equal((await store.accept(tenantId, second, somebody())).outcome, 'created');
  });

  test('is over when it expires, is revoked, or its address has an account', async () => {
    const revoked = await invite('dora@acme.example');
    const [dora] = await store.list(tenantId);
    assert.ok(dora);
    assert.equal(await store.revoke(tenantId, 'DORA@acme.example'), dora.id);
    assert.equal(await store.revoke(tenantId, 'dora@acme.example'), undefined);
    assert.equal((await store.accept(tenantId, revoked, somebody())).outcome, 'gone');

    const taken = await invite('erik@acme.example');
    await insertAccount(database.db, tenantId, { username: 'erik@acme.example' });
    assert.equal((await store.accept(tenantId, taken, somebody())).outcome, 'taken');

    const expired = await invite('finn@acme.example');
    now = LATER;
    assert.equal(await store.findByDigest(tenantId, expired), undefined);
    assert.equal((await store.accept(tenantId, expired, somebody())).outcome, 'gone');
    assert.deepEqual(await store.list(tenantId), []);
    assert.equal((await store.accept(tenantId, 'a\0b', somebody())).outcome, 'gone');
    assert.equal(await store.findByDigest(tenantId, 'a\0b'), undefined);
  });
});

testTenantIsolation<InvitationStore>(
  {
    async save(invitations, mine, theirs) {
      const { email } = theirs.invitation;
      const invitation = { digest: randomId(), email, roles: [], expiresAt: LATER };
      await invitations.save(mine.tenantId, invitation);
    },
    async findByDigest(invitations, mine, theirs) {
      now = new Date();
      assert.ok(await invitations.findByDigest(mine.tenantId, mine.invitation.digest));
      const foreign = await invitations.findByDigest(mine.tenantId, theirs.invitation.digest);
      assert.equal(foreign, undefined);
    },
    async list(invitations, mine) {
      now = new Date();
      const found = await invitations.list(mine.tenantId);
      assert.deepEqual(
        found.map(({ email }) => email),
        [mine.invitation.email],
      );
    },
    async revoke(invitations, mine, theirs) {
      assert.equal(await invitations.revoke(mine.tenantId, theirs.invitation.email), undefined);
    },
    async accept(invitations, mine, theirs) {
      now = new Date();
      const result = await invitations.accept(
        mine.tenantId,
        theirs.invitation.digest,
        newAccount(),
      );
      assert.equal(result.outcome, 'gone');
    },
  },
  () => ({ db: database.db, store }),
);
