import { ServerResponse } from 'node:http';
import type Koa from 'koa';
import { describeStatus } from './describe-error.ts';
import { type AnswerErrorDeps, createErrorAnswer, PREPARED_HEADERS } from './error-boundary.ts';
import { letRead } from './readable-answers.ts';
import type { RequestState } from './request-state.ts';

/** By when a request is answered. */
export interface Deadline {
  /** After the request came here. */
  readonly limitMs: number;
  /** A program reads the answer, perhaps in a page of another origin: JSON, whatever it accepts. */
  readonly ofMachine: boolean;
}

/**
 * Answers by a given time, whatever the work behind it is waiting for: 503 with `Retry-After`. A load
 * balancer would give up soon after, and hold a replica for dead that is only slow, and with it, before
 * long, all of them.
 *
 * Nothing stops the work; what it has prepared of another answer is dropped. So either the 503 comes
 * first, and the work uses nothing up any more that cannot be presented again, or it has begun to, and
 * its answer is waited for: `mustFinish` decides, there and then.
 *
 * @param deps.deadlineOf - undefined: as long as it takes
 * @see RFC 6749, section 4.1.2.1 (`temporarily_unavailable`)
 */
export function answerInTime<State extends RequestState = RequestState>(
  deps: AnswerErrorDeps & {
    readonly deadlineOf: (ctx: Koa.ParameterizedContext<State>) => Deadline | undefined;
  },
): Koa.Middleware<State> {
  const answer = createErrorAnswer(deps);
  return async (ctx, next) => {
    const deadline = deps.deadlineOf(ctx);
    if (deadline === undefined) return next();
    const putOff = () =>
      sayLater(ctx, deadline, answer).catch((error: unknown) => ctx.app.emit('error', error, ctx));
    const timer = setTimeout(putOff, deadline.limitMs);
    try {
      await next();
    } finally {
      clearTimeout(timer);
    }
  };
}

async function sayLater(
  ctx: Koa.ParameterizedContext<RequestState>,
  { ofMachine }: Deadline,
  answer: ReturnType<typeof createErrorAnswer>,
): Promise<void> {
  const { app, req, res, state } = ctx;
  // The work goes on with this context, so that the answer is made in another, of the same request.
  const aside = app.createContext<RequestState>(req, new ServerResponse(req));
  aside.state = ofMachine ? { ...state, errorForm: 'json' } : { ...state };
  await answer(aside, describeStatus(503));

  // From here in one go: nobody else can write to this answer in between, and nobody can afterwards.
  if (res.headersSent || res.destroyed || state.mustFinish === true) return;
  ctx.respond = false;
  for (const name of [...PREPARED_HEADERS, 'Set-Cookie']) res.removeHeader(name);
  for (const [name, value = ''] of Object.entries(aside.res.getHeaders())) {
    res.setHeader(name, value);
  }
  if (ofMachine) letRead(ctx);
  const body = typeof aside.body === 'string' ? aside.body : JSON.stringify(aside.body);
  res.writeHead(aside.status, { 'Content-Length': Buffer.byteLength(body) });
  res.end(body);
  // Node tells whoever reads a body nothing more once its answer is out: they would wait for ever.
  if (!req.complete) req.socket.once('close', () => req.destroy());
}
