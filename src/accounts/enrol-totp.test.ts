import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { Secret, TOTP } from 'otpauth';
import { NotFoundError } from '../errors.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { createFactorWorld, type FactorWorld } from '../testing/factor-world.ts';
import { copyEverything, searchCopy } from '../testing/search-at-rest.ts';
import {
  beginTotpEnrolment,
  confirmTotpEnrolment,
  TOTP_ENROLMENT_SECONDS,
  type TotpEnrolment,
} from './enrol-totp.ts';
import { factorsOfAccount, hasSecondFactor } from './second-factors.ts';

let database: TestDatabase;
let world: FactorWorld;

before(async () => {
  database = await createTestDatabase();
});

beforeEach(async () => {
  world = await createFactorWorld(database.db);
});

after(() => database.drop());

function begin(binding = 'here'): Promise<TotpEnrolment> {
  const { deps, tenant, accountId } = world;
  return beginTotpEnrolment(deps, tenant, { accountId, label: 'Alice', binding });
}

function confirm(code: string, binding = 'here', name?: string) {
  const { deps, tenant, accountId, by } = world;
  const input = { accountId, binding, code, by };
  return confirmTotpEnrolment(deps, tenant, name === undefined ? input : { ...input, name });
}

function codeOf({ seed }: TotpEnrolment): string {
  const timestamp = world.clock.now.getTime();
  return TOTP.generate({ secret: Secret.fromBase32(seed), timestamp });
}

const factors = () => factorsOfAccount(world.deps, world.tenant, world.accountId);

describe('setting up an authenticator app', () => {
  it('takes a code that the app shows, and only then is there a second factor', async () => {
    const enrolment = await begin();
    assert.match(enrolment.uri, /^otpauth:\/\/totp\/Test:Alice\?issuer=Test&secret=[A-Z2-7]{32}&/);
    assert.ok(enrolment.uri.includes(enrolment.seed));
    assert.equal(hasSecondFactor(await factors()), false);

    assert.deepEqual(await confirm('000000'), { outcome: 'wrong_code' });
    assert.deepEqual(await confirm('nonsense'), { outcome: 'wrong_code' });
    assert.equal(hasSecondFactor(await factors()), false);

    const name = `  My\u202e\tphone${'!'.repeat(100)}`;
    assert.deepEqual(await confirm(codeOf(enrolment), 'here', name), { outcome: 'confirmed' });
    const { totp } = await factors();
    assert.equal(totp?.name, `My phone${'!'.repeat(52)}`);
    assert.deepEqual(totp.createdAt, world.clock.now);
    assert.deepEqual(totp.lastUsedAt, world.clock.now);
    assert.deepEqual(world.events, [
      {
        kind: 'second_factor.added',
        tenantId: world.tenant.id,
        outcome: 'success',
        actor: { type: 'account', id: world.accountId },
        subject: { type: 'account', id: world.accountId },
        detail: { factor: 'totp' },
      },
    ]);
  });

  it('shows the same seed again on the same page, and another one elsewhere', async () => {
    const first = await begin('here');
    assert.deepEqual(await begin('here'), first);
    const elsewhere = await begin('there');
    assert.notEqual(elsewhere.seed, first.seed);
    assert.deepEqual(await confirm(codeOf(first), 'here'), { outcome: 'expired' });
    assert.deepEqual(await confirm(codeOf(elsewhere), 'there'), { outcome: 'confirmed' });
  });

  it('is done once: the seed is not shown again and cannot be confirmed again', async () => {
    const enrolment = await begin();
    const code = codeOf(enrolment);
    assert.deepEqual(await confirm(code), { outcome: 'confirmed' });
    assert.deepEqual(await confirm(code), { outcome: 'expired' });
    assert.notEqual((await begin()).seed, enrolment.seed);
  });

  it('is over after fifteen minutes', async () => {
    const enrolment = await begin();
    world.pass(TOTP_ENROLMENT_SECONDS);
    assert.deepEqual(await confirm(codeOf(enrolment)), { outcome: 'expired' });
    assert.notEqual((await begin()).seed, enrolment.seed);
  });

  it('leaves the app of now alone until the new one is confirmed', async () => {
    const first = await begin();
    await confirm(codeOf(first));
    const { totp: before } = await factors();
    await begin();
    assert.deepEqual((await factors()).totp, before);
  });

  it('is refused for an account that is not there', async () => {
    const { deps, tenant } = world;
    const nobody = { accountId: 'nobody', label: 'Nobody', binding: 'here' };
    await assert.rejects(beginTotpEnrolment(deps, tenant, nobody), NotFoundError);
  });

  it('leaves nothing at rest that would make codes', async () => {
    const enrolment = await begin('a binding that is a secret, too');
    const search = async () =>
      searchCopy(
        await copyEverything(database.db, undefined),
        new Map([
          ['seed', enrolment.seed],
          ['seed in hexadecimal', Secret.fromBase32(enrolment.seed).hex],
          ['binding', 'a binding that is a secret, too'],
        ]),
      );
    assert.deepEqual(await search(), []);
    await confirm(codeOf(enrolment), 'a binding that is a secret, too');
    assert.deepEqual(await search(), []);
  });

  it('seals the seed to its tenant and its record', async () => {
    const enrolment = await begin();
    await confirm(codeOf(enrolment));
    const row = await database.db('totp_factors').where({ account_id: world.accountId }).first();
    const open = (tenant: string, record: string) =>
      world.deps.sealer.open(row.sealed_seed, { tenant, purpose: 'totp_seed', record, version: 1 });
    assert.equal(open(world.tenant.id, row.id), enrolment.seed);
    assert.throws(() => open('another tenant', row.id));
    assert.throws(() => open(world.tenant.id, 'another record'));
  });
});
