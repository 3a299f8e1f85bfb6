import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { createHttpServer } from './create-http-server.ts';
import { HEALTH_HEADERS, HEALTH_ROUTES, type Health } from './health.ts';

/**
 * The server of ADMIN_PORT: `/metrics` for Prometheus and the health routes, nothing else. Never
 * route the public to it. It goes on answering while the public server stops.
 */
export function createAdminServer(deps: {
  metrics: Pick<Metrics, 'render' | 'contentType'>;
  health: Pick<Health, 'live' | 'ready'>;
  logger: Pick<Logger, 'error'>;
}): Server {
  const { metrics, health, logger } = deps;

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const path = (req.url ?? '').split('?', 1)[0] ?? '';
    const route = Object.entries(HEALTH_ROUTES).find(([name]) => name === path);
    if (route === undefined && path !== '/metrics') {
      send(res, 404, {
        error: 'not_found',
        error_description: 'There is nothing at this address.',
      });
    } else if (req.method !== 'GET' && req.method !== 'HEAD') {
      res.setHeader('Allow', 'GET, HEAD');
      send(res, 405, { error: 'method_not_allowed', error_description: 'Only GET and HEAD.' });
    } else if (route !== undefined) {
      const { status, body } = await health[route[1]]();
      send(res, status, body);
    } else {
      const page = await metrics.render();
      res.writeHead(200, { ...HEALTH_HEADERS, 'Content-Type': metrics.contentType }).end(page);
    }
  }

  return createHttpServer((req, res) => {
    answer(req, res).catch((error: unknown) => {
      logger.error('admin request failed', { error });
      if (res.headersSent) res.destroy();
      else send(res, 500, { error: 'server_error', error_description: 'Something went wrong.' });
    });
  });
}

function send(res: ServerResponse, status: number, body: object): void {
  const type = { 'Content-Type': 'application/json; charset=utf-8' };
  res.writeHead(status, { ...HEALTH_HEADERS, ...type }).end(JSON.stringify(body));
}
