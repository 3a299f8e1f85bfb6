import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Registration, Tenant } from '../tenants/tenant.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { createMailboxWorld, type MailboxWorld } from '../testing/mailbox-world.ts';
import {
  acceptInvitation,
  findInvitation,
  INVITATION_SECONDS,
  inviteAccount,
} from './invitations.ts';

let database: TestDatabase;
let world: MailboxWorld;
let tenant: Tenant;

before(async () => {
  database = await createTestDatabase();
});
beforeEach(async () => {
  world = await createMailboxWorld(database.db);
  tenant = registering('invite');
});
after(() => database.drop());

const registering = (registration: Registration): Tenant => ({
  ...world.tenant,
  settings: { ...world.tenant.settings, registration },
});
const invite = (email = 'carol@acme.example', at = tenant) =>
  inviteAccount(world.deps, at, {
    email,
    roles: [],
    locale: 'ja',
    linkTo: (token) => `https://login.example/account/invitation?token=${token}`,
    actor: { type: 'operator' },
  });
const accept = (token: string, more: { name?: string; password?: string } = {}, at = tenant) =>
  acceptInvitation(world.deps, at, {
    token,
    name: 'Carol',
    password: 'violet umbrella at noon',
    locale: 'ja',
    address: '192.0.2.7',
    requestId: 'request-1',
    ...more,
  });
async function tokenFor(email?: string): Promise<string> {
  const invited = await invite(email);
  assert.ok(invited.outcome === 'invited');
  return invited.token;
}

describe('an invitation', () => {
  it('leads by mail to an account with the invited address, confirmed', async () => {
    const token = await tokenFor();
    const [mail] = world.mails;
    assert.ok(mail?.kind === 'invitation' && mail.data.link.endsWith(token));
    assert.equal((await findInvitation(world.deps, tenant, token))?.email, mail.to);
    assert.equal((await accept(token)).outcome, 'created');
    const signedIn = await world.signIn('violet umbrella at noon', 'carol@acme.example');
    assert.ok(signedIn.outcome === 'authenticated' && signedIn.account.emailVerified);
    assert.deepEqual(await accept(token), { outcome: 'invalid_link' });
    const kinds = world.events.map(({ kind }) => kind);
    assert.deepEqual(kinds.slice(0, 2), ['account.invited', 'account.registered']);
    assert.equal(JSON.stringify(world.events).includes(token), false);
  });

  it('is good for a second try after a mistake, and for seven days', async () => {
    const token = await tokenFor();
    const bad = await accept(token, { name: '', password: 'short' });
    assert.deepEqual(bad, {
      outcome: 'invalid',
      problems: { name: 'missing', password: 'too_short' },
    });
    world.clock.now = new Date(world.clock.now.getTime() + INVITATION_SECONDS * 1000);
    assert.equal((await accept(token)).outcome, 'invalid_link');
  });

  it('makes one account of many that use it at once', async () => {
    const token = await tokenFor();
    const results = await Promise.all(Array.from({ length: 4 }, () => accept(token)));
    assert.equal(results.filter(({ outcome }) => outcome === 'created').length, 1);
  });

  it('is refused where there is an account, before and after it was sent', async () => {
    assert.equal((await invite('ALICE@acme.example')).outcome, 'has_account');
    const token = await tokenFor('dora@acme.example');
    await world.deps.accounts.create(world.tenant.id, {
      id: 'dora',
      username: 'dora@acme.example',
      email: 'dora@acme.example',
      claims: {},
      passwordHash: undefined,
    });
    assert.equal((await accept(token)).outcome, 'has_account');
    for (const nonsense of ['', 'x', '\u0000', 'x'.repeat(100_000)]) {
      assert.equal((await accept(nonsense)).outcome, 'invalid_link');
    }
  });

  it('neither is made nor works while registration is closed', async () => {
    const token = await tokenFor('erik@acme.example');
    const closed = registering('closed');
    assert.equal((await invite('frida@acme.example', closed)).outcome, 'registration_closed');
    assert.equal(await findInvitation(world.deps, closed, token), undefined);
    assert.equal((await accept(token, {}, closed)).outcome, 'invalid_link');
    assert.equal((await accept(token)).outcome, 'created');
  });
});
