import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { growthOver, idleRules, unnamedKeys } from './flatness.ts';
import { type Day, type Simulation, startSimulation } from './simulate.ts';
import { VISITS } from './visits.ts';

/** Beyond the longest that anything is kept here: mail, 30 days. */
const WARM_UP_DAYS = 33;
const WEEK_DAYS = 7;
/** Each day another part of the kinds of visits; `npm run test:week` has all of them each day. */
const VISITS_A_DAY = 2;

describe('a week of traffic, when all that is kept for a month has filled up', () => {
  const kinds = Object.keys(VISITS);
  const days: Day[] = [];
  let simulation: Simulation;
  before(async () => {
    simulation = await startSimulation();
    for (let day = 0; day <= WARM_UP_DAYS + WEEK_DAYS; day += 1) {
      const first = (day * VISITS_A_DAY) % kinds.length;
      await simulation.live(day, [...kinds, ...kinds].slice(first, first + VISITS_A_DAY));
      if (day >= WARM_UP_DAYS) days.push(await simulation.look(day));
    }
  });
  after(() => simulation.stop());

  it('ends with as many rows, bytes and keys as it began with', () => {
    assert.equal(days.length, WEEK_DAYS + 1);
    assert.deepEqual(growthOver(days), []);
  });

  it('leaves nothing past its time, and every rule had something to remove', () => {
    assert.ok(days.every(({ backlog }) => backlog === 0));
    assert.deepEqual(idleRules(simulation.removed), []);
  });

  it('has no key in Redis that would be there for ever, or that nobody named', async () => {
    assert.ok((days.at(-1)?.redisKeys ?? 0) > 0);
    assert.deepEqual([...simulation.endless], []);
    assert.ok(simulation.redisKinds.size > 10);
    assert.deepEqual(unnamedKeys(simulation.redisKinds), []);
  });
});

describe('growth', () => {
  const plateau = { bytes: { mail: 1_000_000 }, redisKeys: 500, redisBytes: 0, backlog: 0 };
  const day = (rows: number, more: Partial<Day> = {}): Day => ({
    ...plateau,
    day: 0,
    rows: { mail: rows },
    ...more,
  });

  it('is found in rows, bytes, keys and what is past its time, and chance is not', () => {
    assert.deepEqual(growthOver([day(1000), day(2000), day(1049)]), []);
    assert.deepEqual(growthOver([day(1000), day(1100)]), ['rows of mail: 1000 → 1100']);
    const larger = { bytes: { mail: 2_000_000 }, redisKeys: 600, backlog: 100 };
    assert.equal(growthOver([day(1000), day(1000, larger)]).length, 3);
    assert.deepEqual(growthOver([]), ['no days']);
  });
});
