import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { constantTimeEqual, hmacSha256, sha256 } from './digest.ts';

describe('sha256', () => {
  test('is the SHA-256 of the text, base64url without padding', () => {
    // FIPS 180-2, appendix B.1: "abc".
    assert.equal(
      Buffer.from(sha256('abc'), 'base64url').toString('hex'),
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
    assert.match(sha256('abc'), /^[\w-]{43}$/);
  });
});

describe('hmacSha256', () => {
  test('is HMAC-SHA-256, base64url without padding', () => {
    // RFC 4231, test case 2.
    const digest = hmacSha256('Jefe', 'what do ya want for nothing?');
    assert.equal(
      Buffer.from(digest, 'base64url').toString('hex'),
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
    assert.match(digest, /^[\w-]{43}$/);
  });

  test('takes its secret as text or as bytes', () => {
    assert.equal(hmacSha256(Buffer.from('Jefe'), 'value'), hmacSha256('Jefe', 'value'));
  });

  test('differs with the secret', () => {
    assert.notEqual(hmacSha256('one', 'value'), hmacSha256('two', 'value'));
  });
});

describe('constantTimeEqual', () => {
  test('tells equal strings from different ones', () => {
    assert.equal(constantTimeEqual('secret', 'secret'), true);
    assert.equal(constantTimeEqual('secret', 'secreT'), false);
    assert.equal(constantTimeEqual('', ''), true);
  });

  test('answers false, and does not throw, when the lengths differ', () => {
    assert.equal(constantTimeEqual('secret', 'secret1'), false);
    assert.equal(constantTimeEqual('', 'x'), false);
    // As many UTF-16 units, not as many bytes.
    assert.equal(constantTimeEqual('é', 'e'), false);
  });
});
