import type { RequestContext, RequestMiddleware } from './request-state.ts';

/** What a script may read of an answer besides its body: when to ask again, and what to quote. */
const EXPOSED = ['Retry-After', 'WWW-Authenticate', 'X-Request-Id'];

/**
 * Lets applications in browsers read what went wrong, too: the refusals that come from in front of the
 * protocol (429, 503, 413, 421, …) at the endpoints that the protocol lets them ask.
 *
 * The protocol decides who may read its own answers, by the client that asks. A refusal of ours comes
 * before anybody knows the client, and holds nothing of anybody: every origin may read it. Nothing is
 * ever allowed with credentials (cookies).
 *
 * Stands outside of the error boundary, and adds its header to finished answers alone: the protocol
 * leaves its own check out where it finds one.
 *
 * @param deps.isAsked - whether pages of other origins ask at this path, as it came
 * @see Fetch Standard, section 3.3 (CORS protocol)
 */
export function readableAnswers(deps: {
  readonly isAsked: (path: string) => boolean;
}): RequestMiddleware {
  return async (ctx, next) => {
    await next();
    if (ctx.headerSent) return;
    const refused = ctx.status >= 400 && ctx._matchedRoute === undefined;
    if (refused && deps.isAsked(ctx.path)) letRead(ctx);
    else if (ctx.res.hasHeader('Access-Control-Allow-Origin')) expose(ctx);
  };
}

/** Lets every origin read this answer, unless somebody has decided that already. */
export function letRead(ctx: RequestContext): void {
  if (ctx.get('Origin') === '') return;
  if (!ctx.res.hasHeader('Access-Control-Allow-Origin'))
    ctx.set('Access-Control-Allow-Origin', '*');
  expose(ctx);
}

function expose(ctx: RequestContext): void {
  const exposed = EXPOSED.filter((name) => ctx.res.hasHeader(name));
  if (exposed.length > 0) ctx.set('Access-Control-Expose-Headers', exposed.join(', '));
}
