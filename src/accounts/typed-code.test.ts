import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { typedCode, typedDigits } from './typed-code.ts';

describe('digits as typed', () => {
  for (const typed of ['123456', ' 123 456 ', '123-456', '123–456', '12\u00a034\u200b56\n']) {
    it(`are read from ${JSON.stringify(typed)}`, () => {
      assert.equal(typedDigits(typed), '123456');
    });
  }

  for (const system of [
    'arab',
    'arabext',
    'deva',
    'beng',
    'fullwide',
    'thai',
    'mathsans',
    'nkoo',
  ]) {
    it(`are read in the numbering system ${system}`, () => {
      const format = new Intl.NumberFormat('en', { numberingSystem: system, useGrouping: false });
      const typed = format.format(9_876_543_210);
      assert.doesNotMatch(typed, /[0-9]/);
      assert.equal(typedDigits(typed), '9876543210');
    });
  }

  it('stay what they are not: other text remains in them', () => {
    assert.equal(typedDigits('12a456'), '12a456');
    assert.equal(typedDigits('½²'), '1⁄22');
  });

  it('are not looked for in a long text', () => {
    assert.equal(typedDigits('1'.repeat(65)), '');
    assert.equal(typedDigits(' '.repeat(1_000_000)), '');
    assert.equal(typedDigits('12\ud800'), '');
  });
});

describe('a code as typed', () => {
  it('is one text, however it is written', () => {
    for (const typed of ['abcde-fgh12', 'ABCDE FGH12', ' abcdefgh12', 'ＡＢＣＤＥ‐ＦＧＨ１２']) {
      assert.equal(typedCode(typed), 'abcdefgh12');
    }
  });
});
