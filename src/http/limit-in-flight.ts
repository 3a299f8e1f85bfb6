import type { IncomingMessage } from 'node:http';
import { OverloadedError } from '../errors.ts';
import type { RequestMiddleware } from './request-state.ts';

/**
 * Refuses requests while a replica is at work on as many as it may be: 503 with `Retry-After`, so that
 * a flood, or something behind it that hangs, fills no memory. Health does not come by here.
 *
 * A request counts until its answer is out and its work is done: that goes on when the caller has
 * hung up, and behind the 503 that a deadline gives (`answer-in-time.ts`). So whatever is awaited
 * behind here needs a limit of its own, as a connection of the pool, a statement, a command of Redis,
 * a password's turn, a body and what we fetch have: a place would else be lost for good.
 *
 * A body that is still on its way does not count: it waits for its sender, not for us, and whoever
 * sends slowly would otherwise take everybody's places. The server ends those itself
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

  function countOurs(): number {
    let ours = 0;
    // What was broken off comes no further.
    for (const { complete, destroyed } of inFlight) if (complete || destroyed) ours += 1;
    return ours;
  }
  const isFull = () => inFlight.size >= deps.limit && countOurs() >= deps.limit;
  deps.watch(countOurs);

  return async (ctx, next) => {
    const { req, res } = ctx;
    if (isFull()) throw new OverloadedError('this replica');
    inFlight.add(req);
    let awaited = 2;
    const done = () => {
      awaited -= 1;
      if (awaited === 0) inFlight.delete(req);
    };
    res.once('close', done);
    try {
      await next();
    } finally {
      done();
    }
  };
}
