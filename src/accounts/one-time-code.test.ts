import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { StorageUnavailableError } from '../errors.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { createFactorWorld, type FactorWorld } from '../testing/factor-world.ts';
import { copyEverything, searchCopy } from '../testing/search-at-rest.ts';
import { DEFAULT_ATTEMPT_LIMITS } from './attempt-limits.ts';
import {
  ONE_TIME_CODE_SECONDS,
  ONE_TIME_CODE_TRIES,
  type OneTimeCodeUse,
  requestOneTimeCode,
  useOneTimeCode,
} from './one-time-code.ts';

const USE: OneTimeCodeUse = {
  purpose: 'sign_in',
  subject: 'alice@acme.example',
  binding: 'interaction-1',
  address: '192.0.2.7',
  requestId: 'request-1',
};

let database: TestDatabase;
let world: FactorWorld;

before(async () => {
  database = await createTestDatabase();
});

beforeEach(async () => {
  world = await createFactorWorld(database.db);
});

after(() => database.drop());

type Request = Partial<OneTimeCodeUse> & { recipient?: string; decoy?: boolean };

/** A deployment whose attempt counters have just been emptied: what follows is not throttled. */
async function unthrottle(): Promise<void> {
  const { attempts } = (await createFactorWorld(database.db)).deps;
  world.deps.attempts = attempts;
}

function request(changes: Request = {}) {
  const input = { ...USE, recipient: 'Alice@acme.example', decoy: false, ...changes };
  return requestOneTimeCode(world.deps, world.tenant, input);
}

async function codeFor(changes: Request = {}): Promise<string> {
  const made = await request(changes);
  assert.ok(made.outcome === 'made', made.outcome);
  return made.code;
}

const use = (code: string, changes: Partial<OneTimeCodeUse> = {}) =>
  useOneTimeCode(world.deps, world.tenant, { ...USE, ...changes, code });

const otherThan = (code: string) => (code === '123456' ? '654321' : '123456');

describe('a code sent by e-mail', () => {
  it('has six digits and works once', async () => {
    const code = await codeFor();
    assert.match(code, /^\d{6}$/);
    assert.deepEqual(await use(` ${code.slice(0, 3)} ${code.slice(3)}`), { outcome: 'verified' });
    assert.deepEqual(await use(code), { outcome: 'expired' });
    assert.deepEqual(
      world.events.map(({ kind, detail }) => [kind, detail]),
      [
        ['email_code.requested', { purpose: 'sign_in' }],
        ['email_code.used', { purpose: 'sign_in' }],
      ],
    );
  });

  it('wins once of many uses at once', async () => {
    const code = await codeFor();
    const verdicts = await Promise.all(Array.from({ length: 5 }, () => use(code)));
    assert.equal(verdicts.filter(({ outcome }) => outcome === 'verified').length, 1);
  });

  for (const [what, changes] of Object.entries({
    'in another interaction': { binding: 'interaction-2' },
    'for another address': { subject: 'bob@acme.example' },
    'for another purpose': { purpose: 'register' },
    'where the parts are shifted': { subject: 'alice@acme.exampl', binding: 'einteraction-1' },
  } as const satisfies Record<string, Partial<OneTimeCodeUse>>)) {
    it(`does not work ${what}, and still works where it was asked for`, async () => {
      const code = await codeFor();
      assert.deepEqual(await use(code, changes), { outcome: 'expired' });
      assert.deepEqual(await use(code), { outcome: 'verified' });
    });
  }

  it('does not work in another tenant', async () => {
    const code = await codeFor();
    const stranger = await createFactorWorld(database.db);
    const verdict = await useOneTimeCode(world.deps, stranger.tenant, { ...USE, code });
    assert.deepEqual(verdict, { outcome: 'expired' });
  });

  it('is over after ten minutes', async () => {
    const code = await codeFor();
    world.pass(ONE_TIME_CODE_SECONDS);
    assert.deepEqual(await use(code), { outcome: 'expired' });
  });

  it('takes the place of the one before it', async () => {
    const older = await codeFor();
    await unthrottle();
    let newer = await codeFor();
    while (newer === older) {
      await unthrottle();
      newer = await codeFor();
    }
    assert.equal((await use(older)).outcome, 'rejected');
    assert.deepEqual(await use(newer), { outcome: 'verified' });
  });

  it('ends with the fifth wrong one, whether they come one by one or at once', async () => {
    for (const atOnce of [false, true]) {
      await unthrottle();
      const code = await codeFor();
      const guess = () => use(otherThan(code));
      const verdicts = [];
      if (atOnce) {
        verdicts.push(...(await Promise.all(Array.from({ length: 8 }, guess))));
      } else {
        for (let tries = 0; tries < 8; tries += 1) verdicts.push(await guess());
      }
      const rejected = verdicts.filter(({ outcome }) => outcome === 'rejected');
      assert.equal(rejected.length, ONE_TIME_CODE_TRIES);
      assert.deepEqual(await use(code), { outcome: 'expired' });
    }
  });

  it('says how many tries are left', async () => {
    const code = await codeFor();
    assert.deepEqual(await use(otherThan(code)), { outcome: 'rejected', triesLeft: 4 });
    assert.deepEqual(await use('12345'), { outcome: 'rejected', triesLeft: undefined });
    assert.deepEqual(await use('x'.repeat(1_000_000)), {
      outcome: 'rejected',
      triesLeft: undefined,
    });
    assert.deepEqual(await use(otherThan(code)), { outcome: 'rejected', triesLeft: 3 });
  });

  it('is nowhere at rest, nor is whom it is for', async () => {
    const purposes = ['sign_in', 'register', 'verify_email', 'change_email'] as const;
    const values = new Map([
      ['subject', USE.subject],
      ['binding', USE.binding],
    ]);
    for (const purpose of purposes) {
      await unthrottle();
      const code = await codeFor({ purpose });
      values.set(purpose, `"${code}"`);
    }
    const { records } = await copyEverything(database.db, undefined);
    const codes = records.filter(({ where }) => where === 'public.one_time_codes');
    assert.ok(codes.length >= purposes.length);
    assert.deepEqual(searchCopy({ records: codes }, values), []);
  });
});

describe('asking for codes', () => {
  it('works once a minute for a mailbox, and what was sent before still works', async () => {
    const code = await codeFor();
    const again = await request();
    assert.ok(again.outcome === 'throttled');
    assert.ok(again.retryAfterSeconds >= 55 && again.retryAfterSeconds <= 60);
    assert.deepEqual(await use(code), { outcome: 'verified' });
    assert.equal(world.kinds().includes('email_code.throttled'), true);
  });

  it('is counted for whoever it is about, whatever it is for and wherever it goes', async () => {
    await codeFor();
    for (const changes of [
      { purpose: 'register', binding: 'interaction-2', recipient: 'other@acme.example' },
      { address: '198.51.100.1' },
    ] as const) {
      assert.equal((await request(changes)).outcome, 'throttled', JSON.stringify(changes));
    }
    const bobs = await request({ subject: 'bob', recipient: 'bob@acme.example' });
    assert.ok(bobs.outcome === 'made' && !bobs.mailboxFull);
  });

  it('fills no mailbox, and tells nobody that two names have the same one', async () => {
    const code = await codeFor();
    const other = { subject: 'somebody else', recipient: ' ALICE@ACME.EXAMPLE' };
    const full = await request(other);
    assert.ok(full.outcome === 'made' && full.mailboxFull);
    assert.equal((await use(full.code, other)).outcome, 'rejected', 'it never works');
    assert.deepEqual(await use(code), { outcome: 'verified' });
  });

  it('ends for a caller who asks for everybody', async () => {
    const { failures } = DEFAULT_ATTEMPT_LIMITS.code_requests;
    const ask = (n: number, address: string) =>
      request({ subject: `s${n}`, recipient: `r${n}@acme.example`, address });
    for (let n = 0; n < failures; n += 1) {
      assert.equal((await ask(n, `2001:db8::${n}`)).outcome, 'made');
    }
    assert.equal((await ask(100, '2001:db8::ffff')).outcome, 'throttled', 'the same /64');
    assert.equal((await ask(101, '2001:db8:1::1')).outcome, 'made');
  });

  it('counts nothing when the database is away', async () => {
    const { codes } = world.deps;
    world.deps.codes = {
      ...codes,
      save: () => Promise.reject(new StorageUnavailableError('postgres')),
    };
    await assert.rejects(request(), StorageUnavailableError);
    world.deps.codes = codes;
    assert.equal((await request()).outcome, 'made');
  });
});

describe('where there is no account', () => {
  it('everything looks the same, and no code ever works', async () => {
    const real = await request();
    const decoy = await request({
      subject: 'nobody@acme.example',
      recipient: 'nobody@acme.example',
      binding: 'interaction-2',
      decoy: true,
    });
    assert.ok(real.outcome === 'made' && decoy.outcome === 'made');
    assert.equal(decoy.code.length, real.code.length);
    assert.deepEqual(decoy.expiresAt, real.expiresAt);
    const nobody = { subject: 'nobody@acme.example', binding: 'interaction-2' };
    const codes = await database.db('one_time_codes').where({ tenant_id: world.tenant.id });
    assert.equal(codes.length, 2);
    assert.equal(new Set(codes.map(({ digest }) => digest.length)).size, 1);

    assert.deepEqual(
      await use(decoy.code, nobody),
      await use(otherThan(real.code)),
      'even what would be right is wrong',
    );
    const [requested, requestedToo, failed, failedToo] = world.events;
    assert.deepEqual(requestedToo, requested);
    assert.deepEqual(failedToo, failed);
  });
});

describe('guessing codes', () => {
  it('ends for a subject at the limit, however many codes are asked for', async () => {
    const { failures } = DEFAULT_ATTEMPT_LIMITS.mailed_code;
    const outcomes: string[] = [];
    for (let n = 0; outcomes.length <= failures; n += 1) {
      const { attempts } = world.deps;
      // The limits of asking are another test.
      await unthrottle();
      const binding = `interaction-${n}`;
      const code = await codeFor({ binding });
      world.deps.attempts = attempts;
      for (let tries = 0; tries < ONE_TIME_CODE_TRIES; tries += 1) {
        outcomes.push((await use(otherThan(code), { binding })).outcome);
      }
    }
    assert.equal(outcomes.filter((outcome) => outcome === 'rejected').length, failures);
    assert.equal(outcomes.at(-1), 'locked');
  });

  it('where nothing was sent locks nobody out', async () => {
    for (let n = 0; n < 40; n += 1) {
      assert.deepEqual(await use('123456', { binding: 'a stranger' }), { outcome: 'expired' });
    }
    assert.deepEqual(await use(await codeFor()), { outcome: 'verified' });
  });
});
