import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { OverloadedError } from '../errors.ts';
import type { RequestMiddleware } from './request-state.ts';

interface InFlight {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  worked: boolean;
}

/**
 * Refuses requests while a replica is at work on as many as it may be: 503 with `Retry-After`, so that
 * a flood, or something behind it that hangs, fills no memory. Health does not come by here.
 *
 * A request counts until its answer is out and its work is done: that goes on when the caller has
 * hung up, and behind the 503 that a deadline gives (`answer-in-time.ts`). So whatever is awaited
 * behind here needs a limit of its own, as a connection of the pool, a statement, a command of Redis,
 * a password's turn, a body and what we fetch have: a place would else be lost for good.
 *
 * A body that is still on its way does not count, nor does an answer that is ready: they wait for the
 * caller, not for us, and whoever sends or reads slowly would otherwise take everybody's places. The
 * server ends those itself (`create-http-server.ts`). Nor does a connection count more than once: what
 * was sent on it before the answer to something else is worked on after that.
 *
 * @param deps.limit - requests at once
 * @param deps.watch - told how to ask for the requests that count by then
 * @throws OverloadedError into the error boundary
 */
export function limitInFlight(deps: {
  readonly limit: number;
  readonly watch: (count: () => number) => void;
}): RequestMiddleware {
  const inFlight = new Set<InFlight>();
  const answered = new WeakMap<Socket, Promise<void>>();

  function countOurs(): number {
    let ours = 0;
    for (const { req, res, worked } of inFlight) {
      // What was broken off comes no further.
      const arrived = req.complete || req.destroyed;
      if (arrived && !(worked && res.writableEnded)) ours += 1;
    }
    return ours;
  }
  const isFull = () => inFlight.size >= deps.limit && countOurs() >= deps.limit;
  deps.watch(countOurs);

  return async (ctx, next) => {
    const { req, res } = ctx;
    const closed = new Promise<void>((resolve) => res.once('close', resolve));
    const before = answered.get(req.socket);
    answered.set(req.socket, closed);
    await before;
    if (res.destroyed) {
      ctx.respond = false;
      return;
    }
    if (isFull()) throw new OverloadedError('this replica');
    const one: InFlight = { req, res, worked: false };
    inFlight.add(one);
    try {
      await next();
    } finally {
      one.worked = true;
      void closed.then(() => inFlight.delete(one));
    }
  };
}
