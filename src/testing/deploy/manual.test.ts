import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { blocksOfManual, commandBlocks, compareManual } from './manual.ts';
import { TRIALS } from './trials.ts';

describe('the commands of docs/deploy.md', () => {
  it('are its blocks of shell, each known by its first line', () => {
    const text = 'Do:\n\n```sh\nfirst\nsecond\n```\n\n```\nno command\n```\n\n```sh\nthird\n```\n';
    assert.deepEqual(commandBlocks(text), ['first\nsecond\n', 'third\n']);
  });

  it('are found out when nobody runs them, and when somebody says to and they are gone', () => {
    assert.deepEqual(compareManual(['one\ntwo\n', 'three\n'], ['one', 'four']), {
      unfollowed: ['three'],
      missing: ['four'],
    });
  });

  it('are each run by a trial, as they stand there', async () => {
    const follows = TRIALS.flatMap((trial) => trial.follows ?? []);
    assert.deepEqual(compareManual(await blocksOfManual(), follows), {
      unfollowed: [],
      missing: [],
    });
  });
});
