import type { ServerResponse } from 'node:http';
import { GatehouseError } from '../errors.ts';
import type { RequestState } from './request-state.ts';

/** A request came to where it would use something up, and had been answered by then. */
export class TooLateError extends GatehouseError {
  constructor() {
    super('too_late', 'the request was answered before', { status: 503, expose: false });
  }
}

/**
 * Comes before whatever a request uses up that nobody can present again, or puts another in the place
 * of, which only the answer tells: a code, a link, a session's identifier. From here on the answer is
 * waited for, however long it takes; `answerInTime` puts it off no more.
 *
 * What somebody finds done when they come back as they were told, and can go on from, needs none of it.
 *
 * @throws TooLateError when the answer is out: all is as it was, and has to stay so
 */
export function mustFinish(ctx: {
  readonly res: Pick<ServerResponse, 'writableEnded'>;
  readonly state: Pick<RequestState, 'mustFinish'>;
}): void {
  if (ctx.res.writableEnded) throw new TooLateError();
  ctx.state.mustFinish = true;
}
