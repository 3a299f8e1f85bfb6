import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { randomId } from './random-id.ts';

describe('randomId', () => {
  test('has 256 bits as 43 characters that are safe in URLs and cookies', () => {
    const id = randomId();
    assert.match(id, /^[\w-]{43}$/);
    assert.equal(Buffer.from(id, 'base64url').length, 32);
  });

  test('has as many bytes as asked for', () => {
    assert.equal(Buffer.from(randomId(16), 'base64url').length, 16);
  });

  test('does not repeat itself', () => {
    const ids = new Set(Array.from({ length: 1000 }, () => randomId()));
    assert.equal(ids.size, 1000);
  });
});
