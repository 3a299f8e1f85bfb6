import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chosenTrials } from './chosen-trials.ts';

const TRIALS = ['image', 'image layers', 'backup image', 'engine image', 'alert rules'].map(
  (artefact) => ({ artefact }),
);

function named(...words: string[]): string[] {
  return chosenTrials(TRIALS, words).map(({ artefact }) => artefact);
}

describe('the trials that words ask for', () => {
  it('are those whose names begin with one, not those that have it further on', () => {
    assert.deepEqual(named('image'), ['image', 'image layers']);
    assert.deepEqual(named('engine image'), ['engine image']);
  });

  it('are those that have it somewhere in their name, when none begins with it', () => {
    assert.deepEqual(named('rules'), ['alert rules']);
  });

  it('are each tried once, in the order of all, and all of them without a word', () => {
    assert.deepEqual(named('alert', 'image layers', 'image'), [
      'image',
      'image layers',
      'alert rules',
    ]);
    assert.equal(named().length, TRIALS.length);
  });

  it('are not tried without the one that a word has wrong', () => {
    assert.throws(() => named('image', 'imgae'), /nothing is called imgae/);
  });
});
