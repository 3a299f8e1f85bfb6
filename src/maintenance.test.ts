import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it, mock } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { startMaintenance } from './maintenance.ts';
import { pollUntil } from './testing/poll.ts';

const NOW = new Date('2030-01-01T00:00:00Z');
const SOON = 0.001;

function setUp() {
  const turns: string[] = [];
  const begun: string[] = [];
  const warnings: string[] = [];
  const deps = {
    logger: { warn: (message: string) => void warnings.push(message) },
    metrics: {
      watchMaintenance: (task: string) => void begun.push(task),
      observeMaintenance: (turn: { task: string; outcome: string }) =>
        void turns.push(`${turn.task} ${turn.outcome}`),
    },
    now: () => NOW,
  };
  return { deps, turns, begun, warnings };
}

describe('maintenance', () => {
  it('repeats its tasks, one that fails too, and tells what came of each turn', async () => {
    const { deps, turns, begun, warnings } = setUp();
    const stop = startMaintenance(
      [
        { name: 'works', everySeconds: SOON, run: async () => 3 },
        { name: 'fails', everySeconds: SOON, run: () => Promise.reject(new Error('broken')) },
        { name: 'waits', everySeconds: SOON, run: async () => ({ outcome: 'skipped' }) },
      ],
      deps,
    );
    assert.deepEqual(begun, ['works', 'fails', 'waits']);
    const seen = ['works ran', 'fails failed', 'waits skipped'];
    await pollUntil(() => seen.every((turn) => turns.filter((one) => one === turn).length >= 3), {
      deadlineMs: 5000,
    });
    await stop();
    assert.deepEqual([...new Set(turns)].toSorted(), seen.toSorted());
    assert.ok(warnings.length >= 3);
  });

  it('goes on in a second where a task left something, however long it has otherwise', async () => {
    const { deps, turns } = setUp();
    const results = [
      { outcome: 'ran', more: true },
      { outcome: 'ran', more: false },
    ];
    const run = async () => results.shift();
    mock.timers.enable({ apis: ['setTimeout'] });
    const stop = startMaintenance([{ name: 'much', everySeconds: 60, run }], deps);
    const passed = async (seconds: number) => {
      mock.timers.tick(seconds * 1000);
      await setImmediate();
      return turns.length;
    };
    assert.equal(await passed(60), 1);
    assert.equal(await passed(1), 2);
    assert.equal(await passed(59), 2);
    assert.equal(await passed(1), 3);
    mock.timers.reset();
    await stop();
  });

  it('begins nothing once it is stopped, and waits for what is under way', async () => {
    const { deps, turns } = setUp();
    const entered = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    const run = async () => {
      entered.resolve();
      await held.promise;
    };
    const stop = startMaintenance([{ name: 'long', everySeconds: SOON, run }], deps);
    await entered.promise;
    const stopped = stop();
    assert.deepEqual(turns, []);
    held.resolve();
    await stopped;
    assert.deepEqual(turns, ['long ran']);
  });

  it('tells what is under way to end when it is stopped', async () => {
    const { deps, turns } = setUp();
    const entered = Promise.withResolvers<void>();
    const run = async (signal: AbortSignal) => {
      entered.resolve();
      await once(signal, 'abort');
    };
    const stop = startMaintenance([{ name: 'endless', everySeconds: SOON, run }], deps);
    await entered.promise;
    await stop();
    assert.deepEqual(turns, ['endless ran']);
  });
});
