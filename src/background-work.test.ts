import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createBackgroundWork } from './background-work.ts';
import { createRecordingLogger } from './testing/recording-logger.ts';

describe('work in the background', () => {
  it('is waited for, and what it begins itself', async () => {
    const done: string[] = [];
    const work = createBackgroundWork(createRecordingLogger());
    const gate = Promise.withResolvers<void>();
    work.run('first', async () => {
      await gate.promise;
      done.push('first');
      work.run('second', async () => void done.push('second'));
    });
    const settled = work.settle();
    assert.deepEqual(done, []);
    gate.resolve();
    await settled;
    assert.deepEqual(done, ['first', 'second']);
  });

  it('that fails is logged, and keeps nothing else from ending', async () => {
    const logger = createRecordingLogger();
    const work = createBackgroundWork(logger);
    work.run('doomed', () => {
      throw new Error('at once');
    });
    work.run('doomed', () => Promise.reject(new Error('later')));
    await work.settle();
    assert.equal(logger.lines().filter((line) => line.work === 'doomed').length, 2);
  });
});
