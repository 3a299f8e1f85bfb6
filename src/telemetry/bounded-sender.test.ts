import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pollUntil } from '../testing/poll.ts';
import { createBoundedSender, type Delivery, type SenderOptions } from './bounded-sender.ts';

const SOON = { deadlineMs: 5000, everyMs: 2 };

/** A sender whose receiver answers with what stands in `answers`, and then takes everything. */
function setUp(options: Partial<SenderOptions<number>> = {}, answers: Delivery[] = []) {
  const batches: number[][] = [];
  const told: string[] = [];
  const sender = createBoundedSender<number>({
    limit: 10,
    batch: 4,
    everyMs: 1,
    timeoutMs: 1000,
    firstRetryMs: 1,
    async send(batch) {
      batches.push([...batch]);
      return answers.shift() ?? { outcome: 'taken' };
    },
    onTrouble: (reason) => told.push(reason),
    onRecovery: (dropped) => told.push(`recovered, ${dropped} lost`),
    ...options,
  });
  const add = (count: number) => {
    for (let n = 1; n <= count; n += 1) sender.add(n);
  };
  return { sender, batches, told, add };
}

describe('createBoundedSender', () => {
  it('sends everything in order, in batches that are not too large', async () => {
    const { sender, batches, add } = setUp();
    add(10);
    await pollUntil(() => batches.flat().length === 10, SOON);
    assert.deepEqual(batches, [
      [1, 2, 3, 4],
      [5, 6, 7, 8],
      [9, 10],
    ]);
    assert.equal(sender.dropped(), 0);
  });

  it('sends what was not taken again, and says once that it was not and once that it is', async () => {
    const later: Delivery = { outcome: 'later', reason: 'answered with 503' };
    const { sender, batches, told, add } = setUp({}, [later, later, later]);
    add(2);
    await pollUntil(() => told.length === 2, SOON);
    assert.deepEqual(batches, [
      [1, 2],
      [1, 2],
      [1, 2],
      [1, 2],
    ]);
    assert.deepEqual(told, ['answered with 503', 'recovered, 0 lost']);
    assert.equal(sender.dropped(), 0);
  });

  it('drops and counts what does not fit, the latest first', async () => {
    const { promise: open, resolve } = Promise.withResolvers<void>();
    const taken: number[] = [];
    const { sender, add } = setUp({
      async send(batch) {
        await open;
        taken.push(...batch);
        return { outcome: 'taken' };
      },
    });
    add(25);
    assert.equal(sender.dropped(), 15);
    resolve();
    await pollUntil(() => taken.length === 10, SOON);
    assert.deepEqual(taken, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('drops and counts what is refused', async () => {
    const refused: Delivery = { outcome: 'refused', reason: 'answered with 401' };
    const { sender, batches, told, add } = setUp({}, [refused]);
    add(5);
    await pollUntil(() => told.length === 2, SOON);
    assert.deepEqual(batches, [[1, 2, 3, 4], [5]]);
    assert.deepEqual(told, ['answered with 401', 'recovered, 4 lost']);
    assert.equal(sender.dropped(), 4);
  });

  it('leaves a receiver alone for as long as it wants, and at its own end too', async () => {
    const quiet: Delivery = { outcome: 'taken', quietMs: 60_000 };
    const { sender, batches, add } = setUp({}, [quiet]);
    add(1);
    await pollUntil(() => batches.length === 1, SOON);
    add(3);
    await sender.close(1000);
    assert.deepEqual(batches, [[1]]);
    assert.equal(sender.dropped(), 3);
  });

  it('hands over what waits when it is closed, and drops what comes later', async () => {
    const { sender, batches, add } = setUp({ everyMs: 60_000 });
    add(3);
    await sender.close(1000);
    add(2);
    assert.deepEqual(batches, [[1, 2, 3]]);
    assert.equal(sender.dropped(), 2);
  });

  it('is closed in time by a receiver that never answers', async () => {
    for (const begun of [true, false]) {
      let asked = 0;
      const { sender, add } = setUp({
        everyMs: begun ? 1 : 60_000,
        timeoutMs: 60_000,
        send: () => {
          asked += 1;
          return new Promise(() => undefined);
        },
      });
      add(3);
      if (begun) await pollUntil(() => asked === 1, SOON);
      const since = performance.now();
      await sender.close(50);
      assert.ok(performance.now() - since < 2000);
      assert.equal(sender.dropped(), 3);
    }
  });

  it('tries once at its end what did not work before, and no more than once', async () => {
    const { sender, batches, add } = setUp({ firstRetryMs: 60_000 }, [
      { outcome: 'later' },
      { outcome: 'later' },
    ]);
    add(2);
    await pollUntil(() => batches.length === 1, SOON);
    await sender.close(1000);
    assert.equal(batches.length, 2);
    assert.equal(sender.dropped(), 2);
  });
});
