import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ACR_SINGLE_FACTOR } from '../accounts/acr.ts';
import { displayValue, shorten } from './display-value.ts';
import { describeTime, explainClaims } from './explain-claims.ts';

const NOW = new Date('2026-11-22T10:00:00Z');
const SECONDS = NOW.getTime() / 1000;

describe('explained claims', () => {
  it('come in the order in which they are told, with what is unknown behind them', () => {
    const names = explainClaims('id_token', { zebra: 1, exp: 2, sub: 's', iss: 'i' }, NOW).map(
      ({ name }) => name,
    );
    assert.deepEqual(names, ['iss', 'sub', 'exp', 'zebra']);
  });

  it('say when, beside the number', () => {
    const [exp] = explainClaims('id_token', { exp: SECONDS + 600 }, NOW);
    assert.deepEqual(exp && [exp.value, exp.note], [
      String(SECONDS + 600),
      '2026-11-22 10:10:00 UTC, in 10 minutes',
    ]);
    assert.equal(describeTime(SECONDS - 86_400 * 3, NOW), '2026-11-19 10:00:00 UTC, 3 days ago');
    assert.equal(describeTime(SECONDS - 60, NOW), '2026-11-22 09:59:00 UTC, 60 seconds ago');
    assert.equal(describeTime(SECONDS, NOW), '2026-11-22 10:00:00 UTC, now');
    assert.equal(describeTime(SECONDS + 7200, NOW), '2026-11-22 12:00:00 UTC, in 2 hours');
    for (const nonsense of ['soon', Number.NaN, 1e300, undefined]) {
      assert.equal(describeTime(nonsense, NOW), undefined);
    }
  });

  it('mean another thing in another token', () => {
    const [forApp] = explainClaims('id_token', { aud: 'x' }, NOW);
    const [forApi] = explainClaims('access_token', { aud: 'x' }, NOW);
    assert.match(forApp?.meaning ?? '', /your app/);
    assert.match(forApi?.meaning ?? '', /the API/);
  });

  it('show every kind of value as one line of text', () => {
    assert.equal(displayValue('text'), 'text');
    assert.equal(displayValue(['a', 'b']), '[ "a", "b" ]');
    assert.equal(displayValue({ a: { b: null } }), '{ "a": { "b": null } }');
    assert.equal(displayValue(undefined), '');
    assert.equal(displayValue(ACR_SINGLE_FACTOR), ACR_SINGLE_FACTOR);
    assert.equal(displayValue('a\u202eb\u0000\nc\u200b'), 'a\\u202eb\\u0000\\u000ac\\u200b');
    assert.equal(displayValue('x'.repeat(5000)).length, 2001);
  });

  it('show of what works once only the beginning', () => {
    assert.equal(shorten('0123456789abcdef'), '0123456789…');
    assert.equal(shorten('short'), 'short');
  });
});
