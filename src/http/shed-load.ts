import type Koa from 'koa';
import { OverloadedError } from '../errors.ts';
import type { RequestState } from './request-state.ts';

/**
 * Refuses requests at the door while what they need is not to be had: 503 with `Retry-After`.
 *
 * Whoever is let in then gets through, and in time. If everybody were let in, everybody would wait
 * for longer than they have patience, and all the work would be for nobody.
 *
 * @param deps.needs - whether a request needs it; the others (discovery, keys) go on being answered
 * @param deps.longestWaitMs - how long somebody who is in has been waiting by now
 * @param deps.limitMs - longer than that, and nobody else comes in
 * @throws OverloadedError into the error boundary
 */
export function shedLoad<State extends RequestState = RequestState>(deps: {
  readonly needs: (ctx: Koa.ParameterizedContext<State>) => boolean;
  readonly longestWaitMs: () => number;
  readonly limitMs: number;
}): Koa.Middleware<State> {
  const { needs, longestWaitMs, limitMs } = deps;
  return async (ctx, next) => {
    if (longestWaitMs() > limitMs && needs(ctx)) throw new OverloadedError('the database');
    await next();
  };
}
