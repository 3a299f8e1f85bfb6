import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createPostgresEmailChangeStore } from '../storage/postgres/email-change-store.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { insertAccount } from '../testing/fixtures.ts';
import { createMailboxWorld } from '../testing/mailbox-world.ts';
import type { Account } from './account.ts';
import {
  approveEmailChange,
  beginEmailChange,
  cancelEmailChange,
  findEmailChange,
  proveNewEmail,
  refuseEmailChange,
  resendEmailChangeCode,
} from './change-email.ts';
import { requestOneTimeCode } from './one-time-code.ts';

const OLD = 'alice@acme.example';
const NEW = 'alice@new.example';

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

async function setUp(owner: { verified?: boolean } = {}) {
  const world = await createMailboxWorld(database.db);
  const { tenant, accountId } = world;
  const deps = Object.assign(world.deps, {
    changes: createPostgresEmailChangeStore(database.db, { now: world.deps.now }),
  });
  const account = async (): Promise<Account> => {
    const found = await deps.accounts.findById(tenant.id, accountId);
    assert.ok(found);
    return found;
  };
  if (owner.verified ?? true) await deps.accounts.confirmEmail(tenant.id, accountId, OLD);
  const where = { address: '192.0.2.7', requestId: 'request-1' };
  const visit = async (binding = 'a session') => ({ account: await account(), binding, ...where });
  const mail = {
    approvalUrl: (token: string) => `https://login.example/approve?token=${token}`,
    accountUrl: 'https://login.example/account',
    browser: 'Firefox',
    locale: 'de',
  };
  return {
    ...world,
    account,
    begin: async (typed = NEW) => beginEmailChange(deps, tenant, await visit(), typed, mail),
    resend: async () => resendEmailChangeCode(deps, tenant, await visit(), mail),
    prove: async (code: string, binding?: string) =>
      proveNewEmail(deps, tenant, await visit(binding), code),
    cancel: async () => cancelEmailChange(deps, tenant, await visit()),
    find: (token: string) => findEmailChange(deps, tenant, token),
    approve: (token: string) => approveEmailChange(deps, tenant, { ...where, token }),
    refuse: (token: string) => refuseEmailChange(deps, tenant, { ...where, token }),
    /** The token in the last link that was sent. */
    lastToken(): string {
      const links = world.mails.flatMap(({ data }) => ('link' in data ? [data.link] : []));
      return new URL(links.at(-1) ?? 'x:').searchParams.get('token') ?? '';
    },
    kinds: () => world.events.map(({ kind }) => kind).filter((kind) => /^account/.test(kind)),
    addressed: () => world.mails.map(({ kind, to }) => `${kind} ${to}`),
  };
}

describe('changing an e-mail address', () => {
  it('sends nothing to a mailbox that has had enough, and says nothing of it', async () => {
    const world = await setUp();
    const elsewhere = { binding: 'b', address: '198.51.100.7', requestId: 'request-2' };
    await requestOneTimeCode(world.deps, world.tenant, {
      ...elsewhere,
      purpose: 'register',
      subject: NEW,
      recipient: NEW,
      decoy: false,
    });
    assert.deepEqual(await world.begin(), { outcome: 'begun' });
    const [confirm] = world.mails;
    assert.deepEqual([confirm?.kind, confirm?.decoy], ['change_email_confirm', true]);
    assert.equal((await world.prove(world.lastCode())).outcome, 'rejected');
  });

  it('takes the code from the new mailbox and the link from the old one', async () => {
    const world = await setUp();
    assert.deepEqual(await world.begin(), { outcome: 'begun' });
    assert.deepEqual(world.addressed(), [
      `change_email_confirm ${NEW}`,
      `change_email_notice ${OLD}`,
    ]);
    const [, notice] = world.mails;
    assert.ok(notice?.kind === 'change_email_notice');
    assert.equal(notice.data.newAddress, NEW);
    assert.equal(notice.data.browser, 'Firefox');
    assert.ok(world.mails.every(({ locale }) => locale === 'de'));

    assert.deepEqual(await world.prove(world.lastCode()), { outcome: 'waiting' });
    assert.equal((await world.account()).email, OLD);
    // Looking uses nothing up.
    for (let times = 0; times < 3; times += 1) {
      assert.equal((await world.find(world.lastToken()))?.email, NEW);
    }
    const done = await world.approve(world.lastToken());
    assert.equal(done.outcome, 'changed');
    const account = await world.account();
    assert.deepEqual([account.email, account.emailVerified], [NEW, true]);
    assert.deepEqual(world.kinds(), ['account.email_change_requested', 'account.email_changed']);
    assert.deepEqual(world.events.at(-1)?.actor, { type: 'anonymous' });
    assert.deepEqual(world.events.at(-1)?.subject, { type: 'account', id: account.id });
  });

  it('needs nobody’s approval where the old address was never confirmed, but tells it', async () => {
    const world = await setUp({ verified: false });
    await world.begin();
    const [, notice] = world.mails;
    assert.ok(notice?.kind === 'change_email_notice' && notice.data.link === undefined);
    assert.equal((await world.prove(world.lastCode())).outcome, 'changed');
    assert.deepEqual(world.events.at(-1)?.actor, { type: 'account', id: world.accountId });
  });

  it('takes no code from another session, and no wrong one', async () => {
    const world = await setUp({ verified: false });
    await world.begin();
    const code = world.lastCode();
    assert.equal((await world.prove(code, 'another session')).outcome, 'expired');
    const wrong = code === '000000' ? '000001' : '000000';
    for (let tries = 0; tries < 5; tries += 1) {
      assert.equal((await world.prove(wrong)).outcome, 'rejected');
    }
    assert.equal((await world.prove(code)).outcome, 'expired');
    assert.equal((await world.account()).email, OLD);
  });

  it('takes no code that was sent for an address typed before', async () => {
    const world = await setUp({ verified: false });
    await world.begin('first@new.example');
    const first = world.lastCode();
    await world.begin('second@new.example');
    assert.notEqual((await world.prove(first)).outcome, 'changed');
    assert.equal((await world.prove(world.lastCode())).outcome, 'changed');
    assert.equal((await world.account()).email, 'second@new.example');
  });

  it('tells nobody but its owner that an address is somebody’s', async () => {
    const world = await setUp({ verified: false });
    const claims = { locale: 'pt' };
    await insertAccount(database.db, world.tenant.id, { email: 'bob@acme.example', claims });
    assert.deepEqual(await world.begin('Bob@acme.example'), { outcome: 'begun' });
    // As it is stored, in its owner's language.
    assert.equal(world.addressed()[0], 'address_in_use bob@acme.example');
    assert.equal(world.mails[0]?.locale, 'pt');
    // There is a change that waits, like any other, and no code that works.
    for (let guess = 0; guess < 5; guess += 1) {
      assert.equal((await world.prove(`00000${guess}`)).outcome, 'rejected');
    }
    assert.equal((await world.prove('000009')).outcome, 'expired');
    world.forgetLimits();
    assert.deepEqual(await world.resend(), { outcome: 'sent' });
    assert.match(world.addressed().at(-1) ?? '', /^address_in_use/);
  });

  it('says what is wrong with an address, and sends nothing', async () => {
    const world = await setUp();
    for (const [typed, problem] of [
      ['', 'missing'],
      ['alice', 'malformed'],
      ['аlice@new.example', 'mixed_scripts'],
      ['ALICE@acme.example ', 'same'],
      ['x'.repeat(1_000_000), 'malformed'],
    ] as const) {
      assert.deepEqual(await world.begin(typed), { outcome: 'invalid', problem });
    }
    assert.deepEqual(world.mails, []);
    assert.deepEqual(world.events, []);
  });

  it('sends a code again when it is asked to, not too soon, and only while it is of use', async () => {
    const world = await setUp();
    assert.deepEqual(await world.resend(), { outcome: 'gone' });
    await world.begin();
    assert.equal((await world.resend()).outcome, 'throttled');
    const first = world.lastCode();
    world.forgetLimits();
    assert.deepEqual(await world.resend(), { outcome: 'sent' });
    assert.notEqual((await world.prove(first)).outcome, 'waiting');
    assert.equal((await world.prove(world.lastCode())).outcome, 'waiting');
    assert.deepEqual(await world.resend(), { outcome: 'gone' });
  });

  it('writes to few strangers on behalf of one account', async () => {
    const world = await setUp();
    const outcomes: string[] = [];
    for (let n = 0; n < 7; n += 1) {
      outcomes.push((await world.begin(`victim-${n}@new.example`)).outcome);
    }
    assert.deepEqual(outcomes.slice(0, 5), Array(5).fill('begun'));
    assert.deepEqual(outcomes.slice(5), ['throttled', 'throttled']);
    assert.equal(world.mails.length, 10);
  });

  it('is stopped for good by whoever reads the old address', async () => {
    const world = await setUp();
    await world.begin();
    const [code, token] = [world.lastCode(), world.lastToken()];
    assert.equal(await world.refuse(token), true);
    assert.equal(await world.refuse(token), false);
    assert.equal((await world.prove(code)).outcome, 'gone');
    assert.equal((await world.approve(token)).outcome, 'gone');
    assert.equal((await world.account()).email, OLD);
    assert.deepEqual(world.kinds(), [
      'account.email_change_requested',
      'account.email_change_refused',
    ]);
  });

  it('can be taken back by whoever began it', async () => {
    const world = await setUp();
    await world.cancel();
    await world.begin();
    await world.cancel();
    assert.equal(await world.find(world.lastToken()), undefined);
    assert.equal((await world.prove(world.lastCode())).outcome, 'gone');
    assert.deepEqual(world.kinds(), [
      'account.email_change_requested',
      'account.email_change_cancelled',
    ]);
  });

  it('waits for a day and no longer', async () => {
    const world = await setUp();
    await world.begin();
    const token = world.lastToken();
    world.clock.now = new Date(world.clock.now.getTime() + 24 * 3600 * 1000);
    assert.equal(await world.find(token), undefined);
    assert.equal((await world.approve(token)).outcome, 'gone');
  });

  it('knows no token that somebody made up', async () => {
    const world = await setUp();
    await world.begin();
    for (const token of ['', 'x', '\0', world.lastToken().slice(1)]) {
      assert.equal(await world.find(token), undefined);
      assert.equal((await world.approve(token)).outcome, 'gone');
      assert.equal(await world.refuse(token), false);
    }
  });
});
