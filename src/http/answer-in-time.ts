import type Koa from 'koa';
import { PREPARED_HEADERS } from './error-boundary.ts';
import { letRead } from './readable-answers.ts';
import type { RequestState } from './request-state.ts';

const RETRY_AFTER_SECONDS = 2;

/**
 * Answers machines by a given time, whatever the work behind it is waiting for: 503 with
 * `Retry-After`. A load balancer would give up soon after, and hold a replica for dead that is only
 * slow, and with it, before long, all of them.
 *
 * An answer that has used up what cannot be presented again is waited for (`ctx.state.mustFinish`).
 * Nothing stops the work. Whoever uses something up looks at `ctx.res.writableEnded` first; what it
 * has prepared of another answer is dropped.
 *
 * @param deps.applies - whether a request is a machine's, which reads JSON
 * @param deps.limitMs - after the request came here
 * @see RFC 6749, section 4.1.2.1 (`temporarily_unavailable`)
 */
export function answerInTime<State extends RequestState = RequestState>(deps: {
  readonly applies: (ctx: Koa.ParameterizedContext<State>) => boolean;
  readonly limitMs: number;
}): Koa.Middleware<State> {
  const { applies, limitMs } = deps;
  return async (ctx, next) => {
    if (!applies(ctx)) return next();
    const timer = setTimeout(() => sayLater(ctx), limitMs);
    try {
      await next();
    } finally {
      clearTimeout(timer);
    }
  };
}

/** In one go: nobody else can write to this answer in between, and nobody can afterwards. */
function sayLater(ctx: Koa.ParameterizedContext<RequestState>): void {
  const { res, state } = ctx;
  if (res.headersSent || res.destroyed || state.mustFinish === true) return;
  ctx.respond = false;
  for (const name of [...PREPARED_HEADERS, 'Set-Cookie']) res.removeHeader(name);
  res.setHeader('Retry-After', String(RETRY_AFTER_SECONDS));
  letRead(ctx);
  const body = JSON.stringify({
    error: 'temporarily_unavailable',
    error_description: 'the server cannot answer at the moment, try again',
    request_id: state.requestId,
  });
  res.writeHead(503, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
  });
  res.end(body);
}
