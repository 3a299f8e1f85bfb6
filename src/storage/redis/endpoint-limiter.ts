import { RateLimiterRedis } from 'rate-limiter-flexible';
import { hmacSha256 } from '../../crypto/digest.ts';
import {
  ENDPOINT_WINDOW_SECONDS,
  type EndpointLimiter,
  type EndpointLimits,
} from '../../http/endpoint-limiter.ts';
import { createLocalCounters, type LocalCounter } from '../local-counters.ts';
import type { RedisClient } from './redis.ts';

/**
 * A process shares its count of a caller whenever this part of the limit has come together. So
 * callers far from their limits cost Redis nothing, and fifty replicas together let through at
 * most twice the limit.
 */
const SHARES_PER_LIMIT = 50;

/**
 * Limits requests by what all replicas have counted, without making a request wait: each counts by
 * itself and tells the others through Redis, in the background.
 *
 * While Redis is away each replica limits by its own count; nothing fails for it.
 *
 * @param options.keyPrefix - leads every key, so that deployments may share a Redis
 * @param options.digestKey - keys the digests under which callers are counted; the same on every
 *   replica
 */
export function createRedisEndpointLimiter(
  redis: RedisClient,
  options: {
    readonly keyPrefix: string;
    readonly digestKey: string | Buffer;
    readonly limits: EndpointLimits;
    readonly now: () => Date;
  },
): EndpointLimiter {
  const { limits, now } = options;
  const counters = createLocalCounters({ windowSeconds: ENDPOINT_WINDOW_SECONDS, now });
  const shared = new RateLimiterRedis({
    storeClient: redis,
    keyPrefix: `${options.keyPrefix}endpoints`,
    duration: ENDPOINT_WINDOW_SECONDS,
    // Never asked: each process knows the limits.
    points: Number.MAX_SAFE_INTEGER,
  });

  async function share(key: string, counter: LocalCounter): Promise<void> {
    const points = counter.unshared;
    counter.unshared = 0;
    counter.sharing = true;
    try {
      const all = await shared.penalty(hmacSha256(options.digestKey, key), points);
      counter.count = all.consumedPoints + counter.unshared;
      counter.endsAt = now().getTime() + all.msBeforeNext;
    } catch {
      // Told again with the next ones; until then this process goes by its own count.
      counter.unshared += points;
    } finally {
      counter.sharing = false;
    }
  }

  return {
    take(endpointClass, callers) {
      for (const { kind, id } of callers) {
        const limit = limits[endpointClass][kind];
        if (limit === 0) continue;
        const key = `${endpointClass} ${kind} ${id}`;
        const verdict = counters.take(key, limit);
        if (!verdict.allowed) return verdict;
        const counter = counters.get(key);
        const isDue = counter !== undefined && counter.unshared >= limit / SHARES_PER_LIMIT;
        if (isDue && !counter.sharing) void share(key, counter);
      }
      return { allowed: true };
    },
  };
}
