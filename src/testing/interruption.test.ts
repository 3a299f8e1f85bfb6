import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { interrupt, interruptible } from './interruption.ts';
import { pollUntil } from './poll.ts';

const REASON = new Error('ended by SIGTERM');
const LONG = { deadlineMs: 60_000 };

describe('an interruption', () => {
  it('ends what is waited for, inside and out, and lets clean-ups wait', async () => {
    const seen: string[] = [];
    const trial = async () => {
      try {
        await pollUntil(() => pollUntil(() => false, LONG), LONG);
        seen.push('went on');
      } finally {
        seen.push(await pollUntil(() => 'cleaned up', LONG));
      }
    };
    const ended = assert.rejects(trial(), REASON);
    interrupt(REASON);
    await ended;
    assert.deepEqual(seen, ['cleaned up']);
  });

  it('fails what has ended well because of it', async () => {
    const wait = interruptible(
      (signal) => new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve())),
    );
    interrupt(REASON);
    await assert.rejects(wait, REASON);
  });

  it('that finds nobody waiting ends the next wait, and no other', async () => {
    interrupt(REASON);
    await assert.rejects(
      pollUntil(() => 'there', LONG),
      REASON,
    );
    assert.equal(await pollUntil(() => 'there', LONG), 'there');
  });
});
