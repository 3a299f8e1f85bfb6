import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { OverloadedError } from '../errors.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { createMailboxWorld, type MailboxWorld } from '../testing/mailbox-world.ts';
import {
  beginRegistration,
  finishRegistration,
  type PendingRegistration,
  type RegistrationForm,
  sendRegistrationCode,
} from './register-account.ts';

const FORM: RegistrationForm = {
  email: 'Carol@acme.example',
  name: ' Carol  Example ',
  password: 'violet umbrella at noon',
};
const VISIT = { binding: 'interaction-1', address: '192.0.2.7', requestId: 'request-1' };
const WHERE = {
  signInUrl: 'https://login.example/account',
  resetUrl: 'https://login.example/account',
  locale: 'de',
};

let database: TestDatabase;
let world: MailboxWorld;

before(async () => {
  database = await createTestDatabase();
});
beforeEach(async () => {
  world = await createMailboxWorld(database.db);
});
after(() => database.drop());

const begin = (form: Partial<RegistrationForm> = {}) =>
  beginRegistration(world.deps, world.tenant, { ...FORM, ...form }, VISIT, WHERE);

async function pendingFor(form: Partial<RegistrationForm> = {}): Promise<PendingRegistration> {
  const begun = await begin(form);
  assert.ok(begun.outcome === 'code_sent', begun.outcome);
  return begun.pending;
}

const finish = (pending: PendingRegistration, code: string, visit = VISIT) =>
  finishRegistration(world.deps, world.tenant, pending, code, visit);

const accountOf = async (identifier: string) =>
  (await world.deps.accounts.findByIdentifier(world.tenant.id, identifier))?.account;

describe('registering', () => {
  it('makes an account once its address has proved to be theirs, and not before', async () => {
    const pending = await pendingFor();
    assert.equal(await accountOf(FORM.email), undefined);
    assert.deepEqual(
      world.mails.map(({ kind, to, locale }) => ({ kind, to, locale })),
      [{ kind: 'verify_email_code', to: 'Carol@acme.example', locale: 'de' }],
    );
    const made = await finish(pending, world.lastCode());
    assert.ok(made.outcome === 'created');
    const account = await accountOf('carol@acme.example');
    assert.equal(account?.id, made.accountId);
    assert.equal(account?.username, 'Carol@acme.example');
    assert.equal(account?.emailVerified, true);
    assert.deepEqual(account?.claims, { name: 'Carol Example', locale: 'de' });
    assert.equal((await world.signIn(FORM.password, FORM.email)).outcome, 'authenticated');
    assert.ok(world.events.some(({ kind, actor }) => kind === 'account.registered' && actor.id));
    assert.equal(JSON.stringify(world.events).includes('arol'), false);
  });

  it('takes no code twice, none from another interaction, and no wrong one', async () => {
    const pending = await pendingFor();
    const code = world.lastCode();
    const wrong = code === '123456' ? '654321' : '123456';
    assert.equal((await finish(pending, wrong)).outcome, 'rejected');
    const elsewhere = await finish(pending, code, { ...VISIT, binding: 'interaction-2' });
    assert.equal(elsewhere.outcome, 'expired');
    const racers = await Promise.all(Array.from({ length: 4 }, () => finish(pending, code)));
    assert.equal(racers.filter(({ outcome }) => outcome === 'created').length, 1);
    assert.equal((await finish(pending, code)).outcome, 'expired');
  });

  it('proves the address that the code went to, and no other', async () => {
    const pending = await pendingFor();
    const code = world.lastCode();
    const stolen = { ...pending, email: 'victim@acme.example' };
    assert.equal((await finish(stolen, code)).outcome, 'expired');
    assert.equal(await accountOf('victim@acme.example'), undefined);
  });

  it('says the same where there is an account, and writes to its owner', async () => {
    const fresh = await begin();
    world.forgetLimits();
    const known = await begin({ email: 'ALICE@acme.example' });
    assert.equal(known.outcome, fresh.outcome);
    const mail = world.mails.at(-1);
    assert.ok(mail?.kind === 'address_in_use');
    // As it is stored, in its owner's language, whoever asks.
    assert.equal(mail.to, 'alice@acme.example');
    assert.equal(mail.accountId, world.accountId);
    // No code that anybody could guess makes a second account, or signs in to the first.
    assert.ok(known.outcome === 'code_sent');
    for (const code of ['000000', world.lastCode()]) {
      assert.equal((await finish(known.pending, code)).outcome, 'rejected');
    }
    assert.equal((await accountOf('alice@acme.example'))?.id, world.accountId);
  });

  it('goes to whoever is first, when two register one address at once', async () => {
    const first = await pendingFor();
    const firstCode = world.lastCode();
    world.forgetLimits();
    const rival = { ...VISIT, binding: 'interaction-2' };
    const second = await beginRegistration(world.deps, world.tenant, FORM, rival, WHERE);
    assert.ok(second.outcome === 'code_sent');
    const secondCode = world.lastCode();
    assert.equal((await finish(first, firstCode)).outcome, 'created');
    assert.equal((await finish(second.pending, secondCode, rival)).outcome, 'expired');
  });

  it('names everything that is wrong at once, and sends nothing', async () => {
    const bad = await begin({ email: 'аlice@acme.example', name: ' ', password: 'short' });
    assert.deepEqual(bad, {
      outcome: 'invalid',
      problems: { email: 'mixed_scripts', name: 'missing', password: 'too_short' },
    });
    const empty = await begin({ email: '', name: 'x'.repeat(5_000), password: '' });
    assert.deepEqual(empty.outcome === 'invalid' && empty.problems, {
      email: 'missing',
      name: 'too_long',
      password: 'missing',
    });
    const huge = await begin({ password: 'x'.repeat(1_000_000), name: 'Ev\u202ee' });
    assert.deepEqual(huge.outcome === 'invalid' && huge.problems, {
      name: 'unprintable',
      password: 'too_long',
    });
    const own = await begin({ password: 'carol@acme.example' });
    assert.equal(own.outcome, 'invalid');
    assert.deepEqual(world.mails, []);
  });

  it('hashes nothing for who asks too often', async () => {
    let hashed = 0;
    const { hasher } = world.deps;
    const counting = {
      ...hasher,
      hash: (password: string) => {
        hashed += 1;
        return hasher.hash(password);
      },
    };
    const deps = { ...world.deps, hasher: counting };
    for (let n = 0; n < 5; n += 1) await beginRegistration(deps, world.tenant, FORM, VISIT, WHERE);
    assert.equal(hashed, 1);
    for (let n = 0; n < 40; n += 1) {
      const form = { ...FORM, email: `carol-${n}@acme.example` };
      await beginRegistration(deps, world.tenant, form, VISIT, WHERE);
    }
    assert.ok(hashed <= 30, `${hashed}`);
  });

  it('counts nothing while hashing is too much', async () => {
    const deps = {
      ...world.deps,
      hasher: { hash: async () => Promise.reject(new OverloadedError('hashing', 1)) },
    };
    const again = () => beginRegistration(deps, world.tenant, FORM, VISIT, WHERE);
    await assert.rejects(again, OverloadedError);
    await assert.rejects(again, OverloadedError);
    assert.deepEqual(world.mails, []);
    await pendingFor();
  });

  it('sends another code when asked, not before a minute has passed', async () => {
    const pending = await pendingFor();
    const first = world.lastCode();
    const resend = () => sendRegistrationCode(world.deps, world.tenant, pending, VISIT, WHERE);
    assert.equal((await resend()).outcome, 'throttled');
    world.forgetLimits();
    assert.equal((await resend()).outcome, 'code_sent');
    assert.equal(world.mails.length, 2);
    const second = world.lastCode();
    if (second !== first) assert.equal((await finish(pending, first)).outcome, 'rejected');
    assert.equal((await finish(pending, second)).outcome, 'created');
  });
});
