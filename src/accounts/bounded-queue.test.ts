import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OverloadedError } from '../errors.ts';
import { createBoundedQueue } from './bounded-queue.ts';

describe('a bounded queue', () => {
  it('runs no more than its concurrency, first come first served', async () => {
    const queue = createBoundedQueue({ what: 'test', concurrency: 2, queueLimit: 10 });
    const begun: number[] = [];
    const gates = [0, 1, 2, 3].map(() => Promise.withResolvers<number>());
    const results = gates.map((gate, index) =>
      queue.run(() => {
        begun.push(index);
        return gate.promise;
      }),
    );
    await turn();
    assert.deepEqual(begun, [0, 1]);
    assert.deepEqual(queue.load(), { running: 2, waiting: 2, started: 2, refused: 0 });
    gates[1]?.resolve(1);
    await turn();
    assert.deepEqual(begun, [0, 1, 2]);
    for (const [index, gate] of gates.entries()) gate.resolve(index);
    assert.deepEqual(await Promise.all(results), [0, 1, 2, 3]);
    assert.deepEqual(queue.load(), { running: 0, waiting: 0, started: 4, refused: 0 });
  });

  it('refuses at once what finds the queue full, and serves again afterwards', async () => {
    const queue = createBoundedQueue({ what: 'test', concurrency: 1, queueLimit: 1 });
    const gate = Promise.withResolvers<void>();
    const first = queue.run(() => gate.promise);
    const second = queue.run(async () => 'second');
    await assert.rejects(
      queue.run(async () => assert.fail('was begun')),
      (error) =>
        error instanceof OverloadedError && error.status === 503 && error.retryAfterSeconds > 0,
    );
    assert.equal(queue.load().refused, 1);
    gate.resolve();
    await first;
    assert.equal(await second, 'second');
    assert.equal(await queue.run(async () => 'third'), 'third');
  });

  it('refuses what has waited too long when its turn comes, and begins what has not', async () => {
    let now = 0;
    const elapsed = () => now;
    const options = { what: 'test', concurrency: 1, queueLimit: 9, maxWaitMs: 100, elapsed };
    const queue = createBoundedQueue(options);
    const gate = Promise.withResolvers<void>();
    const first = queue.run(() => gate.promise);
    const impatient = queue.run(async () => assert.fail('was begun'));
    const refused = assert.rejects(impatient, OverloadedError);
    now = 50;
    const patient = queue.run(async () => 'in time');
    now = 120;
    gate.resolve();
    await first;
    await refused;
    assert.equal(await patient, 'in time');
    assert.deepEqual(queue.load(), { running: 0, waiting: 0, started: 2, refused: 1 });
  });

  it('gives the place of a failed work to the next', async () => {
    const queue = createBoundedQueue({ what: 'test', concurrency: 1, queueLimit: 1 });
    const failing = queue.run(async () => {
      throw new RangeError('no');
    });
    const next = queue.run(async () => 'next');
    await assert.rejects(failing, RangeError);
    assert.equal(await next, 'next');
    assert.equal(queue.load().running, 0);
  });
});

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
