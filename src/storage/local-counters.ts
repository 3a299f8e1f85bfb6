import { LRUCache } from 'lru-cache';
import type { EndpointVerdict } from '../http/endpoint-limiter.ts';

/** Callers remembered; the longest unseen is forgotten first. About 10 MB when full. */
const MAX_COUNTERS = 50_000;

/** What was counted for one caller in one window. */
export interface LocalCounter {
  /** Requests in this window, as far as this process knows. */
  count: number;
  /** Of them, those that no other process knows of. */
  unshared: number;
  /** End of the window, in milliseconds since 1970. */
  endsAt: number;
  /** Whether they are being shared now. */
  sharing: boolean;
}

/** Counters of this process in fixed windows, bounded in number, without a timer. */
export interface LocalCounters {
  /** Counts one, unless the limit is reached. */
  take(key: string, limit: number): EndpointVerdict;
  /** The counter of a key that was just taken. */
  get(key: string): LocalCounter | undefined;
}

export function createLocalCounters(options: {
  windowSeconds: number;
  now: () => Date;
}): LocalCounters {
  const counters = new LRUCache<string, LocalCounter>({ max: MAX_COUNTERS });

  return {
    take(key, limit) {
      const now = options.now().getTime();
      let counter = counters.get(key);
      if (counter === undefined || counter.endsAt <= now) {
        const endsAt = now + options.windowSeconds * 1000;
        counter = { count: 0, unshared: 0, endsAt, sharing: false };
        counters.set(key, counter);
      }
      if (counter.count >= limit) {
        const retryAfterSeconds = Math.max(1, Math.ceil((counter.endsAt - now) / 1000));
        return { allowed: false, retryAfterSeconds };
      }
      counter.count += 1;
      counter.unshared += 1;
      return { allowed: true };
    },
    get: (key) => counters.get(key),
  };
}
