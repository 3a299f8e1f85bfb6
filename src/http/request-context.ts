import { randomId } from '../crypto/random-id.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { ClientAddress } from './client-address.ts';
import type { RequestMiddleware } from './request-state.ts';

/** What a caller or a proxy may name a request. */
const REQUEST_ID = /^[A-Za-z0-9._-]{8,128}$/;

/** A `traceparent` of version 00: trace id, parent id, flags. */
const TRACEPARENT = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;

/**
 * The first middleware: fills `ctx.state` for everything behind it, and answers with the
 * request's id in `X-Request-Id`.
 *
 * The id is the caller's own when it is 8 to 128 letters, digits, dots, dashes and underscores,
 * else 128 random bits. A well-formed `traceparent` puts its trace id into the log line.
 *
 * A forwarded address from a peer that TRUSTED_PROXIES does not list is passed over, and said so
 * once: behind a balancer that is not listed, everybody would share one caller's limits.
 *
 * @see W3C Trace Context, section 3.2
 */
export function requestContext(deps: {
  clientAddress: ClientAddress;
  now: () => Date;
  logger?: Pick<Logger, 'warn'>;
  newRequestId?: () => string;
}): RequestMiddleware {
  const { clientAddress, now, logger, newRequestId = () => randomId(16) } = deps;
  let warned = false;
  const warnOnce = (peer: string) => {
    if (warned) return;
    warned = true;
    logger?.warn('X-Forwarded-For does not count from this peer; list it in TRUSTED_PROXIES', {
      peer,
    });
  };
  return async (ctx, next) => {
    const given = ctx.get('x-request-id');
    const traceId = TRACEPARENT.exec(ctx.get('traceparent'))?.[1];
    const state = ctx.state;
    state.requestId = REQUEST_ID.test(given) ? given : newRequestId();
    state.startedAt = now();
    state.address = clientAddress.addressOf(ctx);
    state.logFields = traceId === undefined ? {} : { trace_id: traceId };
    if (ctx.get('x-forwarded-for') !== '' && !clientAddress.trusts(ctx)) warnOnce(state.address);
    ctx.set('X-Request-Id', state.requestId);
    await next();
  };
}
