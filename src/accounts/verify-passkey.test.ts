import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { createPasskeyWorld, ISSUER, ORIGIN } from '../testing/passkey-world.ts';
import { createSoftAuthenticator, type Lies } from '../testing/soft-authenticator.ts';
import type { SignInPurpose } from './passkey-challenge.ts';
import { finishPasskeyRegistration } from './register-passkey.ts';

let database: TestDatabase;
let world: Awaited<ReturnType<typeof createPasskeyWorld>>;

before(async () => {
  database = await createTestDatabase();
});

beforeEach(async () => {
  world = await createPasskeyWorld(database.db);
});

after(() => database.drop());

const REJECTED = { outcome: 'rejected', outdated: false };
const OUTDATED = { outcome: 'rejected', outdated: true };

const secondFactor = (): SignInPurpose => ({
  purpose: 'second_factor',
  accountId: world.account.id,
});
/** What the last refusal was on record for. */
const reason = () => world.events.at(-1)?.detail?.reason;

describe('an answer to something else is refused', () => {
  const lies: [string, Lies, string][] = [
    ['that another site asked for', { origin: 'https://login-acme.example' }, 'wrong_origin'],
    ['that another port asked for', { origin: `${ORIGIN}:8443` }, 'wrong_origin'],
    ['that a frame asked for', { crossOrigin: true }, 'wrong_origin'],
    ['that makes a passkey', { type: 'webauthn.create' }, 'wrong_type'],
    ['for another host', { rpId: 'evil.example' }, 'invalid'],
    ['that nobody touched', { userPresent: false }, 'invalid'],
    ['that did not check who holds it', { userVerified: false }, 'invalid'],
    ['to a challenge of the attacker', { challenge: 'A'.repeat(43) }, 'outdated'],
    ['that does not say whose it is', { userHandle: null }, 'other_account'],
    ['that says nothing of whose it is', { userHandle: '' }, 'other_account'],
    ['that says it is somebody else’s', { userHandle: 'A'.repeat(43) }, 'other_account'],
    ['that may leave its device now', { backupEligible: true }, 'backup_eligibility_changed'],
    ['that is backed up and cannot be', { backedUp: true }, 'invalid'],
    ['of a passkey that nobody has', { id: 'A'.repeat(43) }, 'unknown_passkey'],
  ];
  for (const [what, lie, why] of lies) {
    it(`: one ${what}`, async () => {
      await world.register();
      const result = await world.signIn(world.authenticator, lie);
      assert.deepEqual(result, why === 'outdated' ? OUTDATED : REJECTED);
      assert.equal(world.events.at(-1)?.kind, 'passkey.failed');
      assert.equal(reason(), why);
    });
  }

  it(': one in the name of somebody else’s passkey', async () => {
    const thief = createSoftAuthenticator({ origin: ORIGIN });
    const bob = await world.addAccount('Bob');
    await world.register();
    const [victim = ''] = world.authenticator.ids;
    const { deps, tenant } = world;
    const { id: userHandle } = (await world.beginRegistration()).user;
    thief.create(await world.beginRegistration(bob));
    assert.deepEqual(await world.signIn(thief, { id: victim, userHandle }), REJECTED);
    assert.equal(reason(), 'invalid');
    assert.equal((await deps.passkeys.find(tenant.id, victim))?.lastUsedAt, undefined);
  });

  it(': one of another account’s passkey, as a second factor', async () => {
    const thief = createSoftAuthenticator({ origin: ORIGIN });
    const bob = await world.addAccount('Bob');
    await world.register();
    const created = thief.create(await world.beginRegistration(bob));
    const added = await finishPasskeyRegistration(world.deps, world.tenant, {
      issuer: ISSUER,
      binding: 'session',
      accountId: bob.id,
      response: created,
      address: '192.0.2.7',
      requestId: 'request-1',
    });
    assert.equal(added.outcome, 'added');
    assert.equal((await world.signIn(thief)).outcome, 'authenticated');
    const options = await world.beginSignIn(secondFactor());
    const response = thief.get({ ...options, allowCredentials: [] });
    assert.deepEqual(await world.finishSignIn(response, { asked: secondFactor() }), REJECTED);
    assert.equal(reason(), 'other_account');
    assert.deepEqual(world.events.at(-1)?.subject, { type: 'account', id: world.account.id });
  });

  it(': one whose signature is another’s, cut, or empty', async () => {
    await world.register();
    for (const change of [
      (signature: string) => signature.replace(/.{4}$/, 'AAAA'),
      (signature: string) => signature.slice(0, 20),
      () => 'AAAA',
      () => '',
    ]) {
      const answer = JSON.parse(world.authenticator.get(await world.beginSignIn()));
      answer.response.signature = change(answer.response.signature);
      assert.deepEqual(await world.finishSignIn(JSON.stringify(answer)), REJECTED);
    }
  });
});

describe('an authenticator that counts', () => {
  const counting = () => createSoftAuthenticator({ origin: ORIGIN, counts: true });

  it('signs in as long as it counts on', async () => {
    const device = counting();
    await world.register(device);
    for (let use = 0; use < 3; use += 1) {
      assert.equal((await world.signIn(device)).outcome, 'authenticated');
    }
    // Uses elsewhere leave gaps.
    assert.equal((await world.signIn(device, { counter: 1_000 })).outcome, 'authenticated');
  });

  for (const [what, counter] of [
    ['stands still', 2],
    ['goes back', 1],
    ['starts again', 0],
  ] as const) {
    it(`and ${what} may be a copy: it is refused and on record as that`, async () => {
      const device = counting();
      await world.register(device);
      await world.signIn(device);
      assert.deepEqual(await world.signIn(device, { counter }), REJECTED);
      const event = world.events.at(-1);
      assert.equal(event?.kind, 'passkey.clone_suspected');
      assert.deepEqual(event?.subject, { type: 'account', id: world.account.id });
    });
  }

  it('is no copy when the signature is wrong: nobody raises an alarm without the key', async () => {
    const device = counting();
    await world.register(device);
    const answer = JSON.parse(device.get(await world.beginSignIn(), { counter: 0 }));
    answer.response.signature = 'AAAA';
    assert.deepEqual(await world.finishSignIn(JSON.stringify(answer)), REJECTED);
    assert.equal(world.events.at(-1)?.kind, 'passkey.failed');
  });

  it('and its copy are told apart even when both sign in at once', async () => {
    const device = counting();
    await world.register(device);
    const one = await world.beginSignIn({ purpose: 'sign_in' }, 'here');
    const two = await world.beginSignIn({ purpose: 'sign_in' }, 'there');
    const results = await Promise.all([
      world.finishSignIn(device.get(one, { counter: 7 }), { binding: 'here' }),
      world.finishSignIn(device.get(two, { counter: 7 }), { binding: 'there' }),
    ]);
    assert.deepEqual(results.map(({ outcome }) => outcome).sort(), ['authenticated', 'rejected']);
    assert.ok(world.events.some(({ kind }) => kind === 'passkey.clone_suspected'));
  });
});

describe('what is no answer at all is refused', () => {
  const withData = (answer: string, authenticatorData: string) => {
    const document = JSON.parse(answer);
    document.response.authenticatorData = authenticatorData;
    return JSON.stringify(document);
  };
  const nonsense: [string, (answer: string, registration: string) => string][] = [
    ['nothing', () => ''],
    ['no JSON', () => '{'],
    ['null', () => 'null'],
    ['an empty object', () => '{}'],
    ['a registration', (_answer, registration) => registration],
    ['authenticator data that is too short', (answer) => withData(answer, 'AAAA')],
    [
      'authenticator data with something after it',
      (answer) => withData(answer, Buffer.alloc(4_000, 1).toString('base64url')),
    ],
    ['a long answer', (answer) => answer.padEnd(20_000)],
  ];
  for (const [what, make] of nonsense) {
    it(`: ${what}`, async () => {
      await world.register();
      const registration = world.authenticator.create(await world.beginRegistration());
      const answer = world.authenticator.get(await world.beginSignIn());
      assert.deepEqual(await world.finishSignIn(make(answer, registration)), REJECTED);
    });
  }
});
