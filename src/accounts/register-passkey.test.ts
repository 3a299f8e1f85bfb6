import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { sha256 } from '../crypto/digest.ts';
import { MAX_FORM_BYTES } from '../http/form-body.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { createPasskeyWorld, ISSUER } from '../testing/passkey-world.ts';
import { type Cbor, createSoftAuthenticator, type Lies } from '../testing/soft-authenticator.ts';
import { MAX_PASSKEYS, PASSKEY_CHALLENGE_SECONDS } from './passkey.ts';
import { PASSKEY_RESPONSE_MAX_CHARACTERS } from './passkey-response.ts';
import { beginPasskeyRegistration } from './register-passkey.ts';

const ORIGIN = 'https://login.acme.example';

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

describe('what a page asks an authenticator for', () => {
  it('is a discoverable passkey of this host that checks who holds it', async () => {
    const options = await world.beginRegistration();
    assert.deepEqual(options.rp, { id: 'login.acme.example', name: 'Acme' });
    assert.deepEqual(options.authenticatorSelection, {
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: 'required',
    });
    assert.equal(options.attestation, 'none');
    assert.deepEqual(
      options.pubKeyCredParams.map(({ alg }) => alg),
      [-8, -7, -257],
    );
    assert.match(options.challenge, /^[\w-]{43}$/);
  });

  it('names the account to its owner, and to the authenticator by a handle that says nothing', async () => {
    const { user } = await world.beginRegistration();
    assert.equal(user.name, 'Alice');
    assert.equal(user.displayName, 'Alice E.');
    assert.match(user.id, /^[\w-]{43}$/);
    const said = Buffer.from(user.id, 'base64url').toString('latin1') + user.id;
    for (const value of [world.account.id, 'Alice', world.tenant.id]) {
      assert.equal(said.includes(value), false);
    }
    // The same for each of the account's passkeys, or an authenticator would pile them up.
    assert.equal((await world.beginRegistration()).user.id, user.id);
    const bob = await world.addAccount('Bob');
    assert.notEqual((await world.beginRegistration(bob)).user.id, user.id);
  });

  it('leaves out authenticators that hold one already', async () => {
    await world.register();
    const { excludeCredentials } = await world.beginRegistration();
    assert.deepEqual(excludeCredentials, [
      { type: 'public-key', id: world.authenticator.ids[0], transports: ['internal', 'hybrid'] },
    ]);
  });

  it('is stored as a digest alone', async () => {
    const { challenge } = await world.beginRegistration();
    const rows = await database.db('passkey_challenges').where({ tenant_id: world.tenant.id });
    assert.equal(rows[0].digest, sha256(challenge));
    assert.equal(JSON.stringify(rows).includes(challenge), false);
    assert.equal(JSON.stringify(rows).includes('session'), false);
  });
});

describe('a new passkey', () => {
  for (const algorithm of ['ES256', 'EdDSA', 'RS256'] as const) {
    it(`is added, with a key for ${algorithm}`, async () => {
      const device = createSoftAuthenticator({ origin: ORIGIN, algorithm });
      const result = await world.register(device);
      assert.ok(result.outcome === 'added');
      assert.equal(result.passkey.id, device.ids[0]);
      assert.deepEqual(await world.deps.passkeys.list(world.tenant.id, world.account.id), [
        result.passkey,
      ]);
      assert.equal((await world.signIn(device)).outcome, 'authenticated');
    });
  }

  it('is on record with what it is, and not with what it is called', async () => {
    const device = createSoftAuthenticator({
      origin: ORIGIN,
      synced: true,
      aaguid: 'ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4',
    });
    await world.register(device, {}, 'a name of my own');
    assert.deepEqual(world.events, [
      {
        kind: 'passkey.added',
        tenantId: world.tenant.id,
        outcome: 'success',
        actor: { type: 'account', id: world.account.id },
        subject: { type: 'account', id: world.account.id },
        address: '192.0.2.7',
        requestId: 'request-1',
        detail: { authenticator: 'Google Password Manager', backed_up: true },
      },
    ]);
  });

  it('keeps the name that it is given, and goes without one', async () => {
    const named = await world.register(
      createSoftAuthenticator({ origin: ORIGIN }),
      {},
      ' My\nKey ',
    );
    assert.equal(named.outcome === 'added' && named.passkey.name, 'My Key');
    const unnamed = await world.register(
      createSoftAuthenticator({ origin: ORIGIN }),
      {},
      ' \u200b',
    );
    assert.equal(unnamed.outcome === 'added' && unnamed.passkey.name, undefined);
  });

  it('is added once, however often its form comes', async () => {
    const response = world.authenticator.create(await world.beginRegistration());
    const results = await Promise.all(
      Array.from({ length: 6 }, () => world.finishRegistration(response)),
    );
    assert.equal(results.filter(({ outcome }) => outcome === 'added').length, 1);
    assert.deepEqual(await world.finishRegistration(response), OUTDATED);
  });

  it('is not added to a second account', async () => {
    await world.register();
    const [id = ''] = world.authenticator.ids;
    const again = await world.register(createSoftAuthenticator({ origin: ORIGIN }), { id });
    assert.deepEqual(again, { outcome: 'already_registered' });
  });

  it('is one of at most 20', async () => {
    const begun = await world.beginRegistration();
    const { deps, tenant, account } = world;
    for (let count = 0; count < MAX_PASSKEYS; count += 1) {
      const stored = { id: `key-${count}`, publicKey: 'k', counter: 0, name: undefined };
      await deps.passkeys.add(
        tenant.id,
        account.id,
        {
          ...stored,
          aaguid: '00000000-0000-0000-0000-000000000000',
          transports: [],
          backupEligible: false,
          backedUp: false,
          createdAt: new Date(),
        },
        MAX_PASSKEYS,
      );
    }
    const response = world.authenticator.create(begun);
    assert.deepEqual(await world.finishRegistration(response), { outcome: 'full' });
    const input = { issuer: ISSUER, binding: 'session', account };
    assert.deepEqual(await beginPasskeyRegistration(deps, tenant, input), { outcome: 'full' });
  });
});

describe('an attestation that nobody asked for', () => {
  it('is not looked at: not what it says, and not where its certificates lead', async () => {
    for (const fmt of ['packed', 'fido-u2f', 'tpm', 'android-key', 'apple', 'no such format']) {
      const statement = new Map<string, Cbor>([
        ['alg', -7],
        ['sig', Buffer.from('nonsense')],
        ['x5c', [Buffer.from('no certificate')]],
      ]);
      const device = createSoftAuthenticator({ origin: ORIGIN });
      const { outcome } = await world.register(device, { attestation: { fmt, statement } });
      assert.equal(outcome, 'added', fmt);
    }
  });

  it('may be as large as certificates are, and fits into a form', async () => {
    const statement = new Map<string, Cbor>([['x5c', [Buffer.alloc(8_000, 1)]]]);
    const response = world.authenticator.create(await world.beginRegistration(), {
      attestation: { fmt: 'packed', statement },
    });
    const form = new URLSearchParams({ csrf: 'A'.repeat(43), name: 'x', passkey: response });
    assert.ok(form.toString().length < MAX_FORM_BYTES / 2);
    assert.equal((await world.finishRegistration(response)).outcome, 'added');
  });
});

describe('an answer to something else is refused', () => {
  const lies: [string, Lies, string][] = [
    [
      'that another site asked for',
      { origin: 'https://login.acme.example.evil.test' },
      'wrong_origin',
    ],
    [
      'that the same host asked for without TLS',
      { origin: 'http://login.acme.example' },
      'wrong_origin',
    ],
    ['that the same host asked for on another port', { origin: `${ORIGIN}:8443` }, 'wrong_origin'],
    ['that a frame asked for', { crossOrigin: true }, 'wrong_origin'],
    ['that signs somebody in', { type: 'webauthn.get' }, 'wrong_type'],
    ['for another host', { rpId: 'acme.example' }, 'invalid'],
    ['that nobody touched', { userPresent: false }, 'invalid'],
    ['that did not check who holds it', { userVerified: false }, 'invalid'],
    ['whose key is for an algorithm that was not offered', { publicKeyAlgorithm: -35 }, 'invalid'],
    ['that is backed up and cannot be', { backupEligible: false, backedUp: true }, 'invalid'],
    ['to a challenge that was never asked', { challenge: 'A'.repeat(43) }, 'outdated'],
  ];
  for (const [what, lie, reason] of lies) {
    it(`: one ${what}`, async () => {
      const result = await world.register(world.authenticator, lie);
      assert.deepEqual(result, reason === 'outdated' ? OUTDATED : REJECTED);
      assert.equal(await world.deps.passkeys.count(world.tenant.id, world.account.id), 0);
      assert.deepEqual(
        world.events.map(({ kind, detail }) => [kind, detail?.reason]),
        [['passkey.failed', reason]],
      );
    });
  }

  it(': one of another session', async () => {
    const response = world.authenticator.create(await world.beginRegistration());
    assert.deepEqual(await world.finishRegistration(response, { binding: 'another' }), OUTDATED);
    assert.equal((await world.finishRegistration(response)).outcome, 'added');
  });

  it(': one of another account', async () => {
    const bob = await world.addAccount('Bob');
    const response = world.authenticator.create(await world.beginRegistration(bob));
    assert.deepEqual(await world.finishRegistration(response), OUTDATED);
  });

  it(': one to a question of signing in', async () => {
    const registration = await world.beginRegistration();
    const { challenge } = await world.beginSignIn({ purpose: 'sign_in' }, 'session');
    const response = world.authenticator.create(registration, { challenge });
    assert.deepEqual(await world.finishRegistration(response), OUTDATED);
  });

  it(': one that comes after five minutes', async () => {
    const response = world.authenticator.create(await world.beginRegistration());
    world.clock.now = new Date(world.clock.now.getTime() + PASSKEY_CHALLENGE_SECONDS * 1000);
    assert.deepEqual(await world.finishRegistration(response), OUTDATED);
  });

  it(': one whose id is not the one that was signed', async () => {
    const options = await world.beginRegistration();
    const answer = JSON.parse(world.authenticator.create(options));
    const response = JSON.stringify({ ...answer, id: 'AAAA', rawId: 'AAAA' });
    assert.deepEqual(await world.finishRegistration(response), REJECTED);
  });
});

describe('what is no answer at all is refused', () => {
  const change = (path: readonly string[], value: unknown) => (answer: string) => {
    const document = JSON.parse(answer);
    const parent = path.slice(0, -1).reduce((at, name) => at[name], document);
    parent[path.at(-1) ?? ''] = value;
    return JSON.stringify(document);
  };
  const base64url = (text: string) => Buffer.from(text).toString('base64url');
  const nonsense: [string, (answer: string) => string][] = [
    ['nothing', () => ''],
    ['no JSON', () => 'not json'],
    ['JSON that is no object', () => '[null]'],
    ['null', () => 'null'],
    ['half of an answer', (answer) => answer.slice(0, answer.length / 2)],
    ['an object without anything', () => '{}'],
    ['an id that is no text', change(['id'], 7)],
    ['an id that is not base64url', change(['id'], 'a b')],
    ['an id that is too long', change(['id'], 'A'.repeat(1365))],
    ['another type', change(['type'], 'password')],
    ['no response', change(['response'], null)],
    ['client data that is not base64url', change(['response', 'clientDataJSON'], '%%%')],
    ['client data that is not JSON', change(['response', 'clientDataJSON'], base64url('x'))],
    ['client data that is null', change(['response', 'clientDataJSON'], base64url('null'))],
    ['an attestation object that is not CBOR', change(['response', 'attestationObject'], 'AAAA')],
    [
      'an attestation object as deep as it can be',
      change(['response', 'attestationObject'], Buffer.alloc(8_000, 0x81).toString('base64url')),
    ],
    [
      'an attestation object of 4 GB, it says',
      change(
        ['response', 'attestationObject'],
        Buffer.from('5affffffff', 'hex').toString('base64url'),
      ),
    ],
    ['a long answer', (answer) => answer.padEnd(PASSKEY_RESPONSE_MAX_CHARACTERS + 1)],
    ['deep JSON', () => '['.repeat(PASSKEY_RESPONSE_MAX_CHARACTERS)],
  ];
  for (const [what, make] of nonsense) {
    it(`: ${what}`, async () => {
      const answer = world.authenticator.create(await world.beginRegistration());
      assert.deepEqual(await world.finishRegistration(make(answer)), REJECTED);
      assert.equal(world.events[0]?.kind, 'passkey.failed');
    });
  }

  it('; hints that are none are left out', async () => {
    const answer = world.authenticator.create(await world.beginRegistration());
    const transports = ['usb', 7, 'NFC"', ...Array.from({ length: 20 }, () => 'ble')];
    const strange = change(['response', 'transports'], transports)(answer);
    const result = await world.finishRegistration(strange);
    assert.deepEqual(result.outcome === 'added' && result.passkey.transports, ['usb', 'ble']);
  });
});
