import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EndpointCaller, EndpointLimits } from '../../http/endpoint-limiter.ts';
import { createMemoryEndpointLimiter } from './endpoint-limiter.ts';

const LIMITS: EndpointLimits = {
  page: { address: 2, client: 0 },
  token: { address: 3, client: 2 },
  authenticated: { address: 0, client: 0 },
  lookup: { address: 0, client: 0 },
};
const ADDRESS: EndpointCaller = { kind: 'address', id: '192.0.2.1' };
const CLIENT: EndpointCaller = { kind: 'client', id: 'tenant jobs' };

describe('the endpoint limiter in memory', () => {
  it('allows as many requests as the limit in one window, and again in the next', () => {
    const { limiter, clock } = create();
    for (let window = 0; window < 3; window += 1) {
      assert.deepEqual(limiter.take('page', [ADDRESS]), { allowed: true });
      clock.advance(20_500);
      assert.deepEqual(limiter.take('page', [ADDRESS]), { allowed: true });
      const refused = { allowed: false, retryAfterSeconds: 40 };
      assert.deepEqual(limiter.take('page', [ADDRESS]), refused);
      clock.advance(39_499);
      assert.deepEqual(limiter.take('page', [ADDRESS]), { allowed: false, retryAfterSeconds: 1 });
      clock.advance(1);
    }
  });

  it('counts classes and callers apart', () => {
    const { limiter } = create();
    limiter.take('page', [ADDRESS]);
    limiter.take('page', [ADDRESS]);
    assert.equal(limiter.take('page', [ADDRESS]).allowed, false);
    assert.equal(limiter.take('token', [ADDRESS]).allowed, true);
    assert.equal(limiter.take('page', [{ ...ADDRESS, id: '192.0.2.2' }]).allowed, true);
  });

  it('does not count on the client what is refused for its address', () => {
    const { limiter } = create();
    for (let time = 0; time < 3; time += 1) limiter.take('token', [ADDRESS]);
    for (let time = 0; time < 9; time += 1) {
      assert.equal(limiter.take('token', [ADDRESS, CLIENT]).allowed, false);
    }
    assert.equal(limiter.take('token', [CLIENT]).allowed, true);
    assert.equal(limiter.take('token', [CLIENT]).allowed, true);
    assert.equal(limiter.take('token', [CLIENT]).allowed, false);
  });

  it('has no limit where it is 0', () => {
    const { limiter } = create();
    for (let time = 0; time < 1000; time += 1) {
      assert.equal(limiter.take('authenticated', [ADDRESS, CLIENT]).allowed, true);
    }
  });
});

function create() {
  let milliseconds = Date.UTC(2026, 10, 22);
  const limiter = createMemoryEndpointLimiter({
    limits: LIMITS,
    now: () => new Date(milliseconds),
  });
  const advance = (by: number) => {
    milliseconds += by;
  };
  return { limiter, clock: { advance } };
}
