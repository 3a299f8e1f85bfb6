import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CsrfError, csrfToken, requireCsrfToken, requireSameOrigin } from './csrf.ts';

const SECRET = 'a secret of the tests';
const ORIGIN = 'https://login.example';

describe('requireCsrfToken', () => {
  it('accepts the token of the same purpose and secret alone', () => {
    const token = csrfToken(SECRET, 'interaction t1 u1');
    assert.match(token, /^[\w-]{43}$/);
    requireCsrfToken(SECRET, 'interaction t1 u1', token);
    for (const [secret, purpose, sent] of [
      [SECRET, 'interaction t1 u2', token],
      [SECRET, 'interaction t2 u1', token],
      ['another', 'interaction t1 u1', token],
      [SECRET, 'interaction t1 u1', `${token}x`],
      [SECRET, 'interaction t1 u1', ''],
      [SECRET, 'interaction t1 u1', undefined],
    ] as const) {
      assert.throws(() => requireCsrfToken(secret, purpose, sent), {
        code: 'csrf_token_invalid',
        status: 403,
      });
    }
  });
});

describe('requireSameOrigin', () => {
  const accepted = [
    { origin: ORIGIN },
    { origin: ORIGIN, 'sec-fetch-site': 'same-origin' },
    {},
    { 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none' },
  ];
  const refused = [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: '' },
    { origin: 'http://login.example' },
    { origin: 'https://login.example:8443' },
    { origin: 'https://login.example.evil.example' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ];
  for (const headers of accepted) {
    it(`accepts ${JSON.stringify(headers)}`, () => requireSameOrigin(headers, ORIGIN));
  }
  for (const headers of refused) {
    it(`refuses ${JSON.stringify(headers)}`, () => {
      assert.throws(() => requireSameOrigin(headers, ORIGIN), CsrfError);
    });
  }
});
