import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hashingCapacity } from './compose-shared.ts';

describe('hashingCapacity', () => {
  it('is what the cores can do, and never more than libuv has threads', () => {
    assert.deepEqual(hashingCapacity(1), { concurrency: 1, queueLimit: 32 });
    assert.deepEqual(hashingCapacity(2), { concurrency: 2, queueLimit: 64 });
    assert.deepEqual(hashingCapacity(16), { concurrency: 4, queueLimit: 128 });
  });
});
