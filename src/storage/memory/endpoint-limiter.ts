import {
  ENDPOINT_WINDOW_SECONDS,
  type EndpointLimiter,
  type EndpointLimits,
} from '../../http/endpoint-limiter.ts';
import { createLocalCounters } from '../local-counters.ts';

/** Limits requests by what this process alone has counted. */
export function createMemoryEndpointLimiter(options: {
  limits: EndpointLimits;
  now: () => Date;
}): EndpointLimiter {
  const { limits, now } = options;
  const counters = createLocalCounters({ windowSeconds: ENDPOINT_WINDOW_SECONDS, now });
  return {
    take(endpointClass, callers) {
      for (const { kind, id } of callers) {
        const limit = limits[endpointClass][kind];
        if (limit === 0) continue;
        const verdict = counters.take(`${endpointClass} ${kind} ${id}`, limit);
        if (!verdict.allowed) return verdict;
      }
      return { allowed: true };
    },
  };
}
