import { LRUCache } from 'lru-cache';

/**
 * Keeps up to so many values, those last asked for, and takes no room for more than it holds.
 *
 * A Provider has several and there are a thousand Providers: told a number of entries, LRUCache
 * would lay out the room for all of them at once, 46 KiB for 2,000, however few ever come.
 */
export function createBoundedCache<Value extends object>(max: number): LRUCache<string, Value> {
  return new LRUCache<string, Value>({ maxSize: max, sizeCalculation: () => 1 });
}
