import { randomId } from '../crypto/random-id.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { RequestOutcome, Tracing } from '../telemetry/tracing.ts';
import { CLIENT_CLOSED } from './access-log.ts';
import type { ClientAddress } from './client-address.ts';
import type { RequestContext, RequestMiddleware } from './request-state.ts';

/** What a caller or a proxy may name a request. */
const REQUEST_ID = /^[A-Za-z0-9._-]{8,128}$/;

/** For servers that nobody follows. */
const PART_OF_NOTHING: Pick<Tracing, 'follow'> = {
  follow: (_request, work) => work({ ids: undefined, end: undefined }),
};

/**
 * The first middleware: fills `ctx.state` for everything behind it, and answers with the
 * request's id in `X-Request-Id`.
 *
 * The id is the caller's own when it is 8 to 128 letters, digits, dots, dashes and underscores,
 * else 128 random bits. Everything behind is done as part of the request's trace, which goes on from
 * the `traceparent` of a trusted proxy, or is named as that has named the request: anybody else's word
 * could have everything traced, or under ids of their own.
 *
 * A forwarded address from a peer that TRUSTED_PROXIES does not list is passed over, and said so
 * once: behind a balancer that is not listed, everybody would share one caller's limits.
 *
 * @param deps.tracing - default: the request is part of no trace
 * @see W3C Trace Context, section 3.2
 */
export function requestContext(deps: {
  clientAddress: ClientAddress;
  tracing?: Pick<Tracing, 'follow'>;
  now: () => Date;
  logger?: Pick<Logger, 'warn'>;
  newRequestId?: () => string;
}): RequestMiddleware {
  const { clientAddress, tracing = PART_OF_NOTHING, now, logger } = deps;
  const { newRequestId = () => randomId(16) } = deps;
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
    const trusted = clientAddress.trusts(ctx);
    const state = ctx.state;
    state.requestId = REQUEST_ID.test(given) ? given : newRequestId();
    state.startedAt = now();
    state.address = clientAddress.addressOf(ctx);
    if (ctx.get('x-forwarded-for') !== '' && !trusted) warnOnce(state.address);
    ctx.set('X-Request-Id', state.requestId);
    const request = {
      method: ctx.method,
      traceparent: trusted ? ctx.get('traceparent') : '',
      tracestate: trusted ? ctx.get('tracestate') : '',
      name: trusted ? given : '',
    };
    await tracing.follow(request, async ({ ids, end }) => {
      state.logFields = { ...ids };
      if (end !== undefined) ctx.res.once('close', () => end(outcomeOf(ctx)));
      await next();
    });
  };
}

function outcomeOf({ res, state }: RequestContext): RequestOutcome {
  const { tenant, client_id: clientId } = state.logFields;
  return {
    route: state.route,
    status: res.writableFinished ? res.statusCode : CLIENT_CLOSED,
    requestId: state.requestId,
    address: state.address,
    tenant: tenant === undefined ? undefined : String(tenant),
    clientId: clientId === undefined ? undefined : String(clientId),
  };
}
