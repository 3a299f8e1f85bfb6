import { OverloadedError } from '../errors.ts';
import type { EndpointLimiter } from './endpoint-limiter.ts';
import { TooManyRequestsError } from './endpoint-throttle.ts';
import type { RequestContext } from './request-state.ts';

/**
 * Makes the function that a request asks for leave before it has its tenant looked up by a name that
 * nobody here knows to be one. Such requests end before `endpointThrottle` and `shedLoad`, whose limits
 * go by what a tenant's path is for: without limits of their own, names that nobody has would take the
 * connections that everybody else is then refused for.
 *
 * @param deps.callerOf - what an address is counted as
 * @param deps.longestWaitMs, deps.limitMs - as for `shedLoad`
 * @returns throws TooManyRequestsError, OverloadedError
 */
export function createLookUpAdmission(deps: {
  readonly limiter: EndpointLimiter;
  readonly callerOf: (address: string) => string;
  readonly longestWaitMs: () => number;
  readonly limitMs: number;
}): (ctx: Pick<RequestContext, 'state'>) => void {
  const { limiter, callerOf, longestWaitMs, limitMs } = deps;
  return ({ state }) => {
    const verdict = limiter.take('lookup', [{ kind: 'address', id: callerOf(state.address) }]);
    if (!verdict.allowed) throw new TooManyRequestsError(verdict.retryAfterSeconds);
    if (longestWaitMs() > limitMs) throw new OverloadedError('the database');
  };
}
