import { DEFAULT_ATTEMPT_LIMITS } from './accounts/attempt-limits.ts';
import type { AttemptStore } from './accounts/attempt-store.ts';
import { callerOf } from './accounts/attempt-subjects.ts';
import type { AppDeps } from './app.ts';
import type { Backends } from './compose-backends.ts';
import type { Config } from './config/config.ts';
import { DEFAULT_ENDPOINT_LIMITS, type EndpointLimits } from './http/endpoint-limiter.ts';
import { createPathClassifier } from './http/endpoint-throttle.ts';
import type { RequestState } from './http/request-state.ts';
import { ENDPOINT_PATHS } from './provider/endpoint-paths.ts';
import { createMemoryAttemptStore } from './storage/memory/attempt-store.ts';
import { createMemoryEndpointLimiter } from './storage/memory/endpoint-limiter.ts';
import { createRedisAttemptStore } from './storage/redis/attempt-store.ts';
import { createRedisEndpointLimiter } from './storage/redis/endpoint-limiter.ts';
import type { TenantState } from './tenants/tenant-state.ts';

/** Where counts are kept: in Redis where there is one, shared by all replicas, else in memory. */
interface Counting {
  readonly backends: Pick<Backends, 'redis'>;
  readonly config: Pick<Config, 'redis'>;
}

/**
 * Attempts to guess something, counted once for all pages: shared through Redis where there is one.
 *
 * @param digestKey - keys the digests that they are counted under
 */
export function attemptStore({ backends, config }: Counting, digestKey: string): AttemptStore {
  const { redis } = backends;
  const limits = { limits: DEFAULT_ATTEMPT_LIMITS, digestKey };
  return redis === undefined
    ? createMemoryAttemptStore(limits)
    : createRedisAttemptStore(redis, { ...limits, keyPrefix: config.redis.keyPrefix });
}

/**
 * What a request is counted as; undefined for small answers from memory: metadata, keys, and what
 * browsers ask before they let a page ask. If that were refused, the page would not even learn why.
 */
export function classifier(): AppDeps['throttle']['classify'] {
  const classOf = createPathClassifier(ENDPOINT_PATHS);
  return (ctx) => {
    if (ctx.method === 'OPTIONS') return undefined;
    const { tenant, tenantPath } = ctx.state as RequestState & TenantState;
    const endpointClass = classOf(tenantPath);
    return endpointClass && { endpointClass, clientScope: tenant.id };
  };
}

/** Limits per endpoint class, shared through Redis where there is one. */
export function throttle(
  options: Counting & { readonly now: () => Date; readonly endpointLimits?: EndpointLimits },
  digestKey: string,
): Omit<AppDeps['throttle'], 'classify'> {
  const { backends, config, now, endpointLimits: limits = DEFAULT_ENDPOINT_LIMITS } = options;
  return {
    limiter:
      backends.redis === undefined
        ? createMemoryEndpointLimiter({ limits, now })
        : createRedisEndpointLimiter(backends.redis, {
            keyPrefix: config.redis.keyPrefix,
            digestKey,
            limits,
            now,
          }),
    callerOf,
  };
}
