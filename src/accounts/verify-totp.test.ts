import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { Secret, TOTP } from 'otpauth';
import { StorageUnavailableError } from '../errors.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { createFactorWorld, type FactorWorld } from '../testing/factor-world.ts';
import { DEFAULT_ATTEMPT_LIMITS } from './attempt-limits.ts';
import {
  beginTotpEnrolment,
  confirmTotpEnrolment,
  isUsedTotpCode,
  removeTotp,
} from './enrol-totp.ts';
import { verifyTotp } from './verify-totp.ts';

const STEP_SECONDS = 30;

let database: TestDatabase;
let world: FactorWorld;
let seed: string;

before(async () => {
  database = await createTestDatabase();
});

after(() => database.drop());

beforeEach(async () => {
  world = await createFactorWorld(database.db);
  ({ seed } = await begin());
  assert.deepEqual(await confirm(codeAt(0)), { outcome: 'confirmed' });
  world.pass(10 * STEP_SECONDS);
  world.events.length = 0;
});

function begin(binding = 'here') {
  const { deps, tenant, accountId } = world;
  return beginTotpEnrolment(deps, tenant, { accountId, label: 'Alice', binding });
}

function confirm(code: string, binding = 'here') {
  const { deps, tenant, accountId, by } = world;
  return confirmTotpEnrolment(deps, tenant, { accountId, binding, code, name: 'Phone', by });
}

/** What the app shows so many steps from now. */
function codeAt(steps: number, of = seed): string {
  const timestamp = world.clock.now.getTime() + steps * STEP_SECONDS * 1000;
  return TOTP.generate({ secret: Secret.fromBase32(of), timestamp });
}

/** Six digits that no step near now has. */
function wrongCode(): string {
  const near = [-2, -1, 0, 1, 2].map((steps) => codeAt(steps));
  return ['000000', '111111', '222222', '333333', '444444', '555555'].find(
    (code) => !near.includes(code),
  ) as string;
}

const verify = (code: string, deps = world.deps) =>
  verifyTotp(deps, world.tenant, { ...world.attempt, code });

describe('a code of the authenticator app', () => {
  it('proves a second factor, and is on record', async () => {
    assert.deepEqual(await verify(codeAt(0)), { outcome: 'verified', method: 'otp' });
    assert.deepEqual(world.events, [
      {
        kind: 'second_factor.used',
        tenantId: world.tenant.id,
        outcome: 'success',
        actor: { type: 'account', id: world.accountId },
        detail: { factor: 'totp' },
        address: '192.0.2.7',
        requestId: 'request-1',
      },
    ]);
  });

  it('is used up, in the same moment and later', async () => {
    const code = codeAt(0);
    assert.equal((await verify(code)).outcome, 'verified');
    assert.deepEqual(await verify(code), { outcome: 'rejected', reason: 'reused' });
    world.pass(STEP_SECONDS);
    assert.deepEqual(await verify(code), { outcome: 'rejected', reason: 'reused' });
    world.pass(STEP_SECONDS);
    assert.deepEqual(await verify(code), { outcome: 'rejected', reason: 'wrong' });
  });

  it('wins once of many uses at once', async () => {
    const code = codeAt(0);
    const verdicts = await Promise.all(Array.from({ length: 9 }, () => verify(code)));
    assert.equal(verdicts.filter(({ outcome }) => outcome === 'verified').length, 1);
  });

  it('uses up the one before it, which a shoulder surfer may have seen', async () => {
    const before = codeAt(-1);
    assert.equal((await verify(codeAt(0))).outcome, 'verified');
    assert.deepEqual(await verify(before), { outcome: 'rejected', reason: 'reused' });
  });

  for (const [steps, outcome] of [
    [-2, 'rejected'],
    [-1, 'verified'],
    [1, 'verified'],
    [2, 'rejected'],
  ] as const) {
    it(`is ${outcome} from a clock that is ${steps} steps off`, async () => {
      assert.equal((await verify(codeAt(steps))).outcome, outcome);
    });
  }

  it('that confirmed the app is used, too', async () => {
    const { seed: another } = await begin();
    const code = codeAt(0, another);
    assert.deepEqual(await confirm(code), { outcome: 'confirmed' });
    // As a form that was sent twice, which is no failure.
    assert.deepEqual(await confirm(code), { outcome: 'expired' });
    const { deps, tenant, accountId } = world;
    assert.equal(await isUsedTotpCode(deps, tenant, { accountId, code }), true);
    for (const other of [codeAt(1, another), codeAt(0), 'no code']) {
      assert.equal(await isUsedTotpCode(deps, tenant, { accountId, code: other }), false);
    }
    assert.deepEqual(await verify(code), { outcome: 'rejected', reason: 'reused' });
    assert.deepEqual(await verify(codeAt(1)), { outcome: 'rejected', reason: 'wrong' });
    assert.equal((await verify(codeAt(1, another))).outcome, 'verified');
  });

  it('proves nothing once the app was removed', async () => {
    const { deps, tenant, accountId, by } = world;
    const keepLast = false;
    assert.equal(await removeTotp(deps, tenant, { accountId, keepLast, by }), 'removed');
    assert.equal(await removeTotp(deps, tenant, { accountId, keepLast, by }), 'none');
    assert.deepEqual(await verify(codeAt(0)), { outcome: 'rejected', reason: 'wrong' });
    assert.deepEqual(world.kinds(), ['second_factor.removed', 'second_factor.failed']);
  });

  it('still proves something where the tenant lets nobody be without', async () => {
    const { deps, tenant, accountId, by } = world;
    assert.equal(await removeTotp(deps, tenant, { accountId, keepLast: true, by }), 'last');
    assert.deepEqual(world.kinds(), []);
    assert.equal((await verify(codeAt(0))).outcome, 'verified');
  });

  it('of one account is none of another, nor of another tenant', async () => {
    const stranger = await createFactorWorld(database.db);
    const { deps, tenant } = world;
    const attempt = { ...stranger.attempt, code: codeAt(0) };
    assert.equal((await verifyTotp(deps, tenant, attempt)).outcome, 'rejected');
    const elsewhere = { ...world.attempt, code: codeAt(0) };
    assert.equal((await verifyTotp(deps, stranger.tenant, elsewhere)).outcome, 'rejected');
    assert.equal((await verify(codeAt(0))).outcome, 'verified');
  });
});

describe('guessing codes', () => {
  const { failures } = DEFAULT_ATTEMPT_LIMITS.factor;

  it('ends at the limit, for the right code, too', async () => {
    for (let guess = 0; guess < failures; guess += 1) {
      assert.deepEqual(await verify(wrongCode()), { outcome: 'rejected', reason: 'wrong' });
    }
    assert.deepEqual(await verify(codeAt(0)), { outcome: 'locked', retryAfterSeconds: 15 * 60 });
    assert.deepEqual(world.kinds(), [
      ...Array.from({ length: failures }, () => 'second_factor.failed'),
      'second_factor.throttled',
    ]);
  });

  it('at once gets no further than one by one', async () => {
    const verdicts = await Promise.all(
      Array.from({ length: 40 }, (_, guess) => verify(String(guess).padStart(6, '7'))),
    );
    assert.equal(verdicts.filter(({ outcome }) => outcome !== 'locked').length, failures);
  });

  it('begins anew after a right code', async () => {
    for (let round = 0; round < 3; round += 1) {
      for (let guess = 1; guess < failures; guess += 1) await verify(wrongCode());
      assert.equal((await verify(codeAt(0))).outcome, 'verified');
      world.pass(STEP_SECONDS);
    }
  });

  it('leaves signing in with the password alone', async () => {
    for (let guess = 0; guess <= failures; guess += 1) await verify(wrongCode());
    const { attempts } = world.deps;
    const verdict = await attempts.begin(world.tenant.id, [
      { kind: 'account', identifier: 'alice' },
      { kind: 'address', address: '192.0.2.7' },
    ]);
    assert.deepEqual(verdict, { allowed: true });
  });

  it('is not what somebody does who types too few digits', async () => {
    for (let typo = 0; typo < 3 * failures; typo += 1) {
      assert.equal((await verify('12345')).outcome, 'rejected');
    }
    assert.equal((await verify(codeAt(0))).outcome, 'verified');
  });

  it('is held against nobody while the database is away', async () => {
    const away = async (): Promise<never> => {
      throw new StorageUnavailableError('postgres');
    };
    const deps = { ...world.deps, totp: { ...world.deps.totp, findActive: away } };
    for (let attempt = 0; attempt < 2 * failures; attempt += 1) {
      await assert.rejects(verify('123456', deps), StorageUnavailableError);
    }
    assert.equal((await verify(codeAt(0))).outcome, 'verified');
  });
});
