import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nextAttemptAt } from './delivery-schedule.ts';

const NOW = new Date('2026-11-26T10:00:00Z');
const TOMORROW = new Date('2026-11-27T10:00:00Z');

const waitSeconds = (attempt: number, random: number, giveUpAt = TOMORROW) => {
  const at = nextAttemptAt({ attempt, giveUpAt }, NOW, random);
  return at && (at.getTime() - NOW.getTime()) / 1000;
};

describe('the next attempt', () => {
  it('comes ever later, and an hour later at most', () => {
    const waits = [1, 2, 3, 8, 9, 10, 1000].map((attempt) => waitSeconds(attempt, 0.5));
    assert.deepEqual(waits, [15, 30, 60, 1920, 3600, 3600, 3600]);
  });

  it('is a fifth earlier or later by chance', () => {
    assert.deepEqual([waitSeconds(1, 0), waitSeconds(1, 1)], [12, 18]);
  });

  it('does not come when it would be too late', () => {
    const giveUpAt = new Date(NOW.getTime() + 15_000);
    assert.equal(waitSeconds(1, 0.5, giveUpAt), undefined);
    assert.equal(waitSeconds(1, 0.4, giveUpAt), 14.4);
  });
});
