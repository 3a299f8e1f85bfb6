import type { IncomingMessage } from 'node:http';
import { OverloadedError } from '../errors.ts';
import type { RequestMiddleware } from './request-state.ts';

/**
 * Refuses requests while a replica is at work on as many as it may be: 503 with `Retry-After`, so that
 * a flood, or something behind it that hangs, fills no memory. Health does not come by here.
 *
 * Only what has arrived whole counts: a body that is still on its way waits for its sender, not for
 * us, and whoever sends slowly would otherwise take everybody's places. The server ends those itself
 * (`create-http-server.ts`).
 *
 * @param deps.limit - requests at once
 * @param deps.watch - told how to ask for the requests that count by then
 * @throws OverloadedError into the error boundary
 */
export function limitInFlight(deps: {
  readonly limit: number;
  readonly watch: (count: () => number) => void;
}): RequestMiddleware {
  const inFlight = new Set<IncomingMessage>();

  function countWhole(): number {
    let whole = 0;
    for (const { complete } of inFlight) if (complete) whole += 1;
    return whole;
  }
  const isFull = () => inFlight.size >= deps.limit && countWhole() >= deps.limit;
  deps.watch(countWhole);

  return async (ctx, next) => {
    const { req, res } = ctx;
    if (isFull()) throw new OverloadedError('this replica');
    inFlight.add(req);
    res.once('close', () => inFlight.delete(req));
    await next();
  };
}
