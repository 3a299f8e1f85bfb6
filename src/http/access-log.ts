import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { RequestMiddleware } from './request-state.ts';

/** The caller went away before it had the whole answer (a status that nginx made common). */
export const CLIENT_CLOSED = 499;

/**
 * One log line and one observation for each request, once its answer has left or its caller has.
 *
 * The line names the matched route (`ctx.state.route`), never the path or the query: codes and
 * tokens travel there. Later middleware adds to it through `ctx.state.logFields` (tenant, client).
 * Stands right behind `requestContext`, so that it sees every outcome.
 *
 * @param deps.elapsed - milliseconds of a clock that never goes back
 */
export function accessLog(deps: {
  logger: Pick<Logger, 'info'>;
  metrics: Pick<Metrics, 'observeRequest'>;
  elapsed?: () => number;
}): RequestMiddleware {
  const { logger, metrics, elapsed = () => performance.now() } = deps;
  return async (ctx, next) => {
    const start = elapsed();
    const { req, res, state } = ctx;
    res.once('close', () => {
      const milliseconds = elapsed() - start;
      const method = req.method ?? 'other';
      const status = res.writableFinished ? res.statusCode : CLIENT_CLOSED;
      metrics.observeRequest({ method, route: state.route, status, seconds: milliseconds / 1000 });
      logger.info('request', {
        ...state.logFields,
        request_id: state.requestId,
        method,
        route: state.route ?? 'other',
        status,
        duration_ms: Math.round(milliseconds * 10) / 10,
        address: state.address,
      });
    });
    await next();
  };
}
