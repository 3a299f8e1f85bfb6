import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { createFactorWorld, type FactorWorld } from '../testing/factor-world.ts';
import { copyEverything, searchCopy } from '../testing/search-at-rest.ts';
import { DEFAULT_ATTEMPT_LIMITS } from './attempt-limits.ts';
import {
  areRecoveryCodesCurrent,
  createRecoveryCodes,
  RECOVERY_CODES,
  useRecoveryCode,
} from './recovery-codes.ts';
import { factorsOfAccount, hasSecondFactor } from './second-factors.ts';

let database: TestDatabase;
let world: FactorWorld;
let codes: string[];

before(async () => {
  database = await createTestDatabase();
});

beforeEach(async () => {
  world = await createFactorWorld(database.db);
  codes = await create();
});

after(() => database.drop());

function create(): Promise<string[]> {
  const { deps, tenant, accountId, by } = world;
  return createRecoveryCodes(deps, tenant, { accountId, by });
}

const use = (code: string) => useRecoveryCode(world.deps, world.tenant, { ...world.attempt, code });

describe('recovery codes', () => {
  it('are ten, of fifty bits each, without letters that read like digits', async () => {
    assert.equal(new Set(codes).size, RECOVERY_CODES);
    for (const code of codes) assert.match(code, /^[0-9a-hjkmnp-tv-z]{5}-[0-9a-hjkmnp-tv-z]{5}$/);
    const factors = await factorsOfAccount(world.deps, world.tenant, world.accountId);
    assert.equal(factors.recoveryCodesLeft, RECOVERY_CODES);
    assert.equal(hasSecondFactor(factors), false, 'they stand in for a factor, they are none');
  });

  it('are current until others are made', async () => {
    const { deps, tenant, accountId } = world;
    const areCurrent = () => areRecoveryCodesCurrent(deps, tenant, { accountId, codes });
    assert.equal(await areCurrent(), true);
    await use(codes[0] ?? '');
    assert.equal(await areCurrent(), true);
    await create();
    assert.equal(await areCurrent(), false);
  });

  it('each prove a second factor once, and say how many are left', async () => {
    const [first = '', second = ''] = codes;
    assert.deepEqual(await use(first), { outcome: 'verified', method: 'recovery', left: 9 });
    assert.deepEqual(await use(first), { outcome: 'rejected', reason: 'wrong' });
    assert.deepEqual(await use(second), { outcome: 'verified', method: 'recovery', left: 8 });
    assert.deepEqual(
      world.events.map(({ kind, detail }) => [kind, detail]),
      [
        ['recovery_codes.created', undefined],
        ['recovery_codes.used', { left: 9 }],
        ['second_factor.failed', { factor: 'recovery_code', reason: 'wrong' }],
        ['recovery_codes.used', { left: 8 }],
      ],
    );
  });

  it('win once of many uses at once', async () => {
    const [code = ''] = codes;
    const verdicts = await Promise.all(Array.from({ length: 9 }, () => use(code)));
    assert.equal(verdicts.filter(({ outcome }) => outcome === 'verified').length, 1);
  });

  it('may be typed in capitals, with spaces, and with letters for the digits they look like', async () => {
    const typed = [
      (code: string) => code.toUpperCase(),
      (code: string) => ` ${code.replace('-', ' ')} `,
      (code: string) => code.replace('-', ''),
      (code: string) => code.replaceAll('0', 'O').replaceAll('1', 'l'),
      (code: string) => code.replaceAll('1', 'I').replace('-', '–'),
    ];
    for (const [index, write] of typed.entries()) {
      const { outcome } = await use(write(codes[index] ?? ''));
      assert.equal(outcome, 'verified', write(codes[index] ?? ''));
    }
  });

  it('stop working when new ones are made', async () => {
    const [old = ''] = codes;
    const [fresh = ''] = await create();
    assert.equal((await use(old)).outcome, 'rejected');
    assert.equal((await use(fresh)).outcome, 'verified');
  });

  it('of one account are none of another, nor of another tenant', async () => {
    const stranger = await createFactorWorld(database.db);
    const [code = ''] = codes;
    const { deps, tenant } = world;
    const asStranger = { ...stranger.attempt, code };
    assert.equal((await useRecoveryCode(deps, tenant, asStranger)).outcome, 'rejected');
    const elsewhere = { ...world.attempt, code };
    assert.equal((await useRecoveryCode(deps, stranger.tenant, elsewhere)).outcome, 'rejected');
    assert.equal((await use(code)).outcome, 'verified');
  });

  it('are guessed under the limits of the account', async () => {
    const { failures } = DEFAULT_ATTEMPT_LIMITS.factor;
    for (let typo = 0; typo < 3 * failures; typo += 1) await use('no recovery code');
    for (let guess = 0; guess < failures; guess += 1) {
      assert.equal((await use(`00000-0000${guess}`)).outcome, 'rejected');
    }
    assert.equal((await use(codes[0] ?? '')).outcome, 'locked');
  });

  it('are nowhere at rest, nor is what a copy of the database could find them by', async () => {
    const values = new Map(codes.map((code) => [code, code] as const));
    for (const code of codes) values.set(`${code} bare`, code.replace('-', ''));
    assert.deepEqual(searchCopy(await copyEverything(database.db, undefined), values), []);
    // The same code of the same account has another digest under another key.
    const [code = ''] = codes;
    const deps = { ...world.deps, lookupKey: 'another key' };
    const attempt = { ...world.attempt, code };
    assert.equal((await useRecoveryCode(deps, world.tenant, attempt)).outcome, 'rejected');
  });
});
