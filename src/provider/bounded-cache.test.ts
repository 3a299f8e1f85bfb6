import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createBoundedCache } from './bounded-cache.ts';

describe('a bounded cache', () => {
  it('keeps those last asked for, up to its limit', () => {
    const cache = createBoundedCache<object>(2);
    const [a, b, c] = [{}, {}, {}];
    cache.set('a', a).set('b', b);
    assert.equal(cache.get('a'), a);
    cache.set('c', c);
    assert.deepEqual([cache.get('a'), cache.get('b'), cache.get('c')], [a, undefined, c]);
    assert.equal(cache.size, 2);
  });

  it('takes little room while it holds little, however much it may hold', () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const used = () => {
      collectGarbage();
      const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
      return heap + external;
    };
    const caches: unknown[] = [];
    const before = used();
    for (let count = 0; count < 500; count += 1) {
      caches.push(createBoundedCache<object>(100_000).set('one', {}));
    }
    const each = (used() - before) / caches.length;
    assert.ok(each < 8 * 1024, `${Math.round(each)} bytes each`);
  });
});
