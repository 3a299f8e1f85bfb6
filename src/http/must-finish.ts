import type { ServerResponse } from 'node:http';
import { GatehouseError } from '../errors.ts';
import type { RequestState } from './request-state.ts';

/** A request came to where it would use something up, and nobody waited for its answer any more. */
export class TooLateError extends GatehouseError {
  constructor() {
    super('too_late', 'nobody waits for the answer any more', { status: 503, expose: false });
  }
}

/**
 * Comes before whatever a request uses up that nobody can present again, or puts another in the place
 * of, which only the answer tells: a code, a link, a session's identifier. From here on the answer is
 * waited for, however long it takes; `answerInTime` puts it off no more.
 *
 * What somebody finds done when they come back as they were told, and can go on from, needs none of it.
 *
 * @throws TooLateError when the answer is out, or its caller has gone, as who reloads a page that takes
 *   long: all is as it was, and has to stay so for whoever asks again
 */
export function mustFinish(ctx: {
  readonly res: Pick<ServerResponse, 'writableEnded' | 'destroyed'>;
  readonly state: Pick<RequestState, 'mustFinish'>;
}): void {
  if (ctx.res.writableEnded || ctx.res.destroyed) throw new TooLateError();
  ctx.state.mustFinish = true;
}
