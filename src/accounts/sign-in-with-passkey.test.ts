import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { sha256 } from '../crypto/digest.ts';
import { StorageUnavailableError } from '../errors.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { createPasskeyWorld, ISSUER, ORIGIN } from '../testing/passkey-world.ts';
import { createSoftAuthenticator } from '../testing/soft-authenticator.ts';
import { PASSKEY_CHALLENGE_SECONDS } from './passkey.ts';
import type { SignInPurpose } from './passkey-challenge.ts';
import { beginPasskeySignIn, finishPasskeySignIn } from './sign-in-with-passkey.ts';

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

const confirmation = (): SignInPurpose => ({
  purpose: 'confirmation',
  accountId: world.account.id,
});
const secondFactor = (): SignInPurpose => ({
  purpose: 'second_factor',
  accountId: world.account.id,
});
/** What the last refusal was on record for. */
const reason = () => world.events.at(-1)?.detail?.reason;

describe('what a page asks an authenticator for', () => {
  it('names nobody’s passkeys where nobody is known, and wants their holder checked', async () => {
    await world.register();
    const options = await world.beginSignIn();
    assert.deepEqual(options.allowCredentials, []);
    assert.equal(options.rpId, 'login.acme.example');
    assert.equal(options.userVerification, 'required');
    assert.match(options.challenge, /^[\w-]{43}$/);
  });

  it('names an account’s passkeys and no others where the account is known', async () => {
    await world.register();
    const bob = await world.addAccount('Bob');
    const descriptor = {
      type: 'public-key',
      id: world.authenticator.ids[0],
      transports: ['internal', 'hybrid'],
    };
    const second = await world.beginSignIn(secondFactor());
    assert.deepEqual(second.allowCredentials, [descriptor]);
    assert.equal(second.userVerification, 'preferred');
    const again = await world.beginSignIn(confirmation());
    assert.deepEqual(again.allowCredentials, [descriptor]);
    assert.equal(again.userVerification, 'required');

    // No names at all would mean anybody's passkey.
    const asked = { purpose: 'second_factor', accountId: bob.id } as const;
    const input = { asked, issuer: ISSUER, binding: 'interaction' };
    assert.deepEqual(await beginPasskeySignIn(world.deps, world.tenant, input), {
      outcome: 'no_passkeys',
    });
  });

  it('is stored as a digest alone', async () => {
    const { challenge } = await world.beginSignIn();
    const rows = await database.db('passkey_challenges').where({ tenant_id: world.tenant.id });
    assert.equal(rows[0].digest, sha256(challenge));
    assert.equal(JSON.stringify(rows).includes(challenge), false);
  });
});

describe('a passkey', () => {
  it('signs its owner in without a name', async () => {
    await world.register();
    const result = await world.signIn();
    assert.ok(result.outcome === 'authenticated');
    assert.equal(result.account.id, world.account.id);
    assert.equal(result.passkey.id, world.authenticator.ids[0]);
    assert.deepEqual(result.passkey.lastUsedAt, world.clock.now);
    assert.deepEqual(result.authenticatedAt, world.clock.now);
    const listed = await world.deps.passkeys.list(world.tenant.id, world.account.id);
    assert.deepEqual(listed, [result.passkey]);
  });

  it('is two factors that no other site can ask for, on one device or on many', async () => {
    for (const [synced, method] of [
      [false, 'hwk'],
      [true, 'swk'],
    ] as const) {
      const device = createSoftAuthenticator({ origin: ORIGIN, synced });
      await world.register(device);
      const result = await world.signIn(device);
      assert.ok(result.outcome === 'authenticated');
      assert.equal(result.method, method);
      assert.equal(result.userVerified, true);
      assert.deepEqual(result.amr, [method, 'mfa']);
      assert.equal(result.acr, 'urn:gatehouse:acr:phishing-resistant');
    }
  });

  it('on top of another factor need not check who holds it, and is one factor then', async () => {
    await world.register();
    const result = await world.signIn(world.authenticator, { userVerified: false }, secondFactor());
    assert.ok(result.outcome === 'authenticated');
    assert.equal(result.userVerified, false);
    assert.deepEqual(result.amr, ['hwk']);
    assert.equal(world.events.at(-1)?.kind, 'passkey.used');
    assert.equal(result.acr, 'urn:gatehouse:acr:single-factor');
  });

  it('need not say whose it is where the account is known', async () => {
    await world.register();
    const result = await world.signIn(world.authenticator, { userHandle: null }, confirmation());
    assert.equal(result.outcome, 'authenticated');
  });

  it('says when it was backed up since', async () => {
    const device = createSoftAuthenticator({ origin: ORIGIN, synced: true });
    await world.register(device, { backedUp: false });
    const result = await world.signIn(device);
    assert.equal(result.outcome === 'authenticated' && result.passkey.backedUp, true);
    const [listed] = await world.deps.passkeys.list(world.tenant.id, world.account.id);
    assert.equal(listed?.backedUp, true);
  });

  it('that was used is on record', async () => {
    await world.register();
    const options = await world.beginSignIn();
    await world.finishSignIn(world.authenticator.get(options), { clientId: 'notes' });
    const happened = {
      tenantId: world.tenant.id,
      outcome: 'success',
      actor: { type: 'account', id: world.account.id },
      address: '192.0.2.7',
      requestId: 'request-1',
      clientId: 'notes',
    };
    const [used, signedIn] = world.events.slice(-2);
    assert.deepEqual(signedIn, {
      ...happened,
      kind: 'sign_in.succeeded',
      detail: { amr: ['hwk', 'mfa'] },
    });
    assert.deepEqual(used, {
      ...happened,
      kind: 'passkey.used',
      subject: { type: 'account', id: world.account.id },
      detail: {
        purpose: 'sign_in',
        amr: ['hwk', 'mfa'],
        authenticator: '00000000-0000-0000-0000-000000000000',
        backed_up: false,
      },
    });
  });

  it('that was removed signs nobody in any more', async () => {
    await world.register();
    const [id = ''] = world.authenticator.ids;
    const response = world.authenticator.get(await world.beginSignIn());
    await world.deps.passkeys.remove(world.tenant.id, world.account.id, id, {
      way: false,
      factor: false,
    });
    assert.deepEqual(await world.finishSignIn(response), REJECTED);
    assert.equal(reason(), 'unknown_passkey');
  });

  it('of a disabled account is refused as an unknown one is', async () => {
    await world.register();
    await world.deps.accounts.setDisabled(world.tenant.id, world.account.id, true);
    assert.deepEqual(await world.signIn(), REJECTED);
    assert.equal(reason(), 'account_disabled');
    assert.deepEqual(world.events.at(-1)?.subject, { type: 'account', id: world.account.id });
    const [listed] = await world.deps.passkeys.list(world.tenant.id, world.account.id);
    assert.equal(listed?.lastUsedAt, undefined);
  });
});

describe('an answer counts once', () => {
  it(', of however many that come at once', async () => {
    await world.register();
    const response = world.authenticator.get(await world.beginSignIn());
    const results = await Promise.all(
      Array.from({ length: 8 }, () => world.finishSignIn(response)),
    );
    assert.equal(results.filter(({ outcome }) => outcome === 'authenticated').length, 1);
    assert.equal(results.filter(({ outcome }) => outcome === 'rejected').length, 7);
  });

  it(', and not later', async () => {
    await world.register();
    const response = world.authenticator.get(await world.beginSignIn());
    assert.equal((await world.finishSignIn(response)).outcome, 'authenticated');
    assert.deepEqual(await world.finishSignIn(response), OUTDATED);
    // Nor when the same page asks again.
    await world.beginSignIn();
    assert.deepEqual(await world.finishSignIn(response), OUTDATED);
  });

  it(', wrong ones too: nobody tries one challenge again and again', async () => {
    await world.register();
    const options = await world.beginSignIn();
    const wrong = world.authenticator.get(options, { rpId: 'evil.example' });
    assert.deepEqual(await world.finishSignIn(wrong), REJECTED);
    assert.deepEqual(await world.finishSignIn(world.authenticator.get(options)), OUTDATED);
  });

  it(' within five minutes', async () => {
    await world.register();
    const response = world.authenticator.get(await world.beginSignIn());
    world.clock.now = new Date(world.clock.now.getTime() + PASSKEY_CHALLENGE_SECONDS * 1000);
    assert.deepEqual(await world.finishSignIn(response), OUTDATED);
  });

  it(' where it was asked for', async () => {
    await world.register();
    const response = world.authenticator.get(await world.beginSignIn());
    assert.deepEqual(await world.finishSignIn(response, { binding: 'another' }), OUTDATED);
    assert.equal((await world.finishSignIn(response)).outcome, 'authenticated');
  });

  it(' for what it was asked for', async () => {
    await world.register();
    const weak = world.authenticator.get(await world.beginSignIn(secondFactor()), {
      userVerified: false,
    });
    for (const asked of [{ purpose: 'sign_in' } as const, confirmation()]) {
      assert.deepEqual(await world.finishSignIn(weak, { asked }), OUTDATED);
    }
  });

  it(' for whom it was asked for', async () => {
    await world.register();
    const bob = await world.addAccount('Bob');
    const response = world.authenticator.get(await world.beginSignIn(secondFactor()));
    const asked = { purpose: 'second_factor', accountId: bob.id } as const;
    assert.deepEqual(await world.finishSignIn(response, { asked }), OUTDATED);
  });
});

describe('another tenant', () => {
  it('of the same origin knows neither the passkey nor the challenge', async () => {
    const other = await createPasskeyWorld(database.db);
    await world.register();
    const theirs = world.authenticator.get(await other.beginSignIn());
    assert.deepEqual(await other.finishSignIn(theirs), REJECTED);
    assert.equal(other.events.at(-1)?.detail?.reason, 'unknown_passkey');

    const ours = world.authenticator.get(await world.beginSignIn());
    assert.deepEqual(await other.finishSignIn(ours), OUTDATED);
    assert.equal((await world.finishSignIn(ours)).outcome, 'authenticated');
  });

  it('gives the same person another handle, so that one passkey never replaces the other', async () => {
    const other = await createPasskeyWorld(database.db);
    const [here, there] = [await world.beginRegistration(), await other.beginRegistration()];
    assert.equal(here.rp.id, there.rp.id);
    assert.notEqual(here.user.id, there.user.id);
  });
});

it('nobody is signed in while a store is away', async () => {
  await world.register();
  const response = world.authenticator.get(await world.beginSignIn());
  const away = async () => {
    throw new StorageUnavailableError('postgres');
  };
  for (const method of ['useChallenge', 'find', 'recordUse'] as const) {
    const passkeys = { ...world.deps.passkeys, [method]: away };
    const input = {
      asked: { purpose: 'sign_in' },
      issuer: ISSUER,
      binding: 'interaction',
      response:
        method === 'useChallenge' ? response : world.authenticator.get(await world.beginSignIn()),
      address: '192.0.2.7',
      requestId: 'request-1',
    } as const;
    await assert.rejects(
      finishPasskeySignIn({ ...world.deps, passkeys }, world.tenant, input),
      StorageUnavailableError,
    );
  }
});
