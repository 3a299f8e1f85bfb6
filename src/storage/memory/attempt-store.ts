import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { AttemptStore } from '../../accounts/attempt-store.ts';
import { type AttemptStoreOptions, countAttempts } from '../count-attempts.ts';

/**
 * Counts sign-in attempts in this process alone: for the embedded default, which has one. A
 * restart forgets them.
 */
export function createMemoryAttemptStore(options: AttemptStoreOptions): AttemptStore {
  return countAttempts(
    options,
    (limiter) => new RateLimiterMemory(limiter),
    (result) => result,
  );
}
