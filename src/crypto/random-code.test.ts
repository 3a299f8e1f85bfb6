import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { randomCharacters, randomDigits } from './random-code.ts';

describe('random digits', () => {
  test('are as many as asked for, leading zeros and all', () => {
    const codes = Array.from({ length: 500 }, () => randomDigits(6));
    for (const code of codes) assert.match(code, /^\d{6}$/);
    assert.ok(codes.some((code) => code.startsWith('0')));
  });

  test('hardly repeat themselves', () => {
    assert.ok(new Set(Array.from({ length: 500 }, () => randomDigits(6))).size > 490);
  });
});

test('random characters come from the whole alphabet and from nowhere else', () => {
  const text = randomCharacters('abc', 300);
  assert.deepEqual([...new Set(text)].sort(), ['a', 'b', 'c']);
  assert.equal(text.length, 300);
});
