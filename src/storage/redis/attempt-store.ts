import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { AttemptStore } from '../../accounts/attempt-store.ts';
import { type AttemptStoreOptions, countAttempts } from '../count-attempts.ts';
import { answerRedis, type RedisClient } from './redis.ts';

/**
 * Counts sign-in attempts in Redis, for all replicas together.
 *
 * There is no second counter to fall back on: while Redis is away every method throws
 * StorageUnavailableError, since per-process counters would give a guesser the limit once for
 * each replica. An emptied Redis forgets the counts.
 *
 * @param options.keyPrefix - leads every key, so that deployments may share a Redis
 */
export function createRedisAttemptStore(
  redis: RedisClient,
  options: AttemptStoreOptions & { readonly keyPrefix: string },
): AttemptStore {
  return countAttempts(
    options,
    (limiter) =>
      new RateLimiterRedis({
        ...limiter,
        keyPrefix: `${options.keyPrefix}attempts:${limiter.keyPrefix}`,
        storeClient: redis,
      }),
    answerRedis,
  );
}
