import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { normalizeIdentifier } from './normalize-identifier.ts';

describe('a normalised identifier', () => {
  const alike: ReadonlyArray<readonly [why: string, typed: string, key: string]> = [
    ['capital letters', 'Alice@Acme.Example', 'alice@acme.example'],
    ['space around it', ' \u3000alice\n', 'alice'],
    ['full-width letters', '\uff21\uff2c\uff29\uff23\uff25', 'alice'],
    ['a ligature', 'al\ufb01', 'alfi'],
    ['a composed accent', 'caf\u00e9', 'caf\u00e9'],
    ['a combining accent', 'cafe\u0301', 'caf\u00e9'],
    ['a soft hyphen', 'ali\u00adce', 'alice'],
    ['a zero-width joiner', 'ali\u200dce', 'alice'],
    ['a direction mark', '\u202ealice', 'alice'],
    ['the Kelvin sign', '\u212aate', 'kate'],
  ];
  for (const [why, typed, key] of alike) {
    it(`does not depend on ${why}`, () => assert.equal(normalizeIdentifier(typed), key));
  }

  it('keeps apart what another script or letter makes different', () => {
    assert.notEqual(normalizeIdentifier('\u0430lice'), 'alice');
    assert.notEqual(normalizeIdentifier('al\u0131ce'), 'alice');
    assert.notEqual(normalizeIdentifier('stra\u00dfe'), normalizeIdentifier('strasse'));
  });

  it('is empty for what cannot be an identifier', () => {
    const impossible = ['', ' \t ', 'a\0b', 'a\u0007b', '\ud800', 'x'.repeat(321), '\u200d'];
    for (const text of impossible) assert.equal(normalizeIdentifier(text), '');
    assert.equal(normalizeIdentifier('\ufdfa'.repeat(320)), '', 'expands to 5,760 characters');
    assert.equal(normalizeIdentifier('x'.repeat(1024 * 1024)), '');
  });

  it('may have 320 characters', () => {
    assert.equal(normalizeIdentifier('x'.repeat(320)).length, 320);
  });

  it('is its own normal form, whatever the letter', () => {
    for (let code = 0; code <= 0x10_ffff; code += 1) {
      const key = normalizeIdentifier(`A${String.fromCodePoint(code)}\u0301`);
      if (normalizeIdentifier(key) !== key) assert.fail(`U+${code.toString(16)} is not stable`);
    }
  });
});
