import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { acceptedLanguages } from './accept-language.ts';

describe('acceptedLanguages', () => {
  for (const [header, languages] of [
    ['', []],
    ['de', ['de']],
    ['de-CH, fr;q=0.8, en;q=0.9', ['de-CH', 'en', 'fr']],
    ['fr;q=0.5, de;q=0.5, en', ['en', 'fr', 'de']],
    ['en;q=0, ja', ['ja']],
    ['en;q=0.000,ja;q=0.001', ['ja']],
    ['de ; Q=0.5 ,\tja', ['ja', 'de']],
    ['*', ['*']],
    ['de;q=1.0, *;q=0.1', ['de', '*']],
    // Malformed: neither more nor less than the grammar has.
    ['de;q=2, ja;q=0.5', ['ja']],
    ['de;q=, ja;q=-1, fr;q=0.1234, es;level=1, pt;q=0.3', ['pt']],
    ['de;q=0.9;q=1, pt', ['pt']],
    [',,, de', ['de']],
  ] as const) {
    it(`reads “${header}” as ${languages.join(', ') || 'nothing'}`, () => {
      assert.deepEqual(acceptedLanguages(header), languages);
    });
  }

  it('reads no more of a long header than a person can mean', () => {
    assert.equal(acceptedLanguages('xx,'.repeat(5_000)).length, 20);
  });
});
