import type { ServerResponse } from 'node:http';
import { createHttpServer, listen } from '../http/create-http-server.ts';
import { createHealth } from '../http/health.ts';
import { arrangeShutdown } from '../http/orderly-shutdown.ts';
import { createLogger } from '../telemetry/create-logger.ts';

/** How the process behaves; JSON in its first argument. */
export interface StoppingProcessOptions {
  timeoutSeconds: number;
  delaySeconds: number;
  release: 'works' | 'fails' | 'hangs';
}

/**
 * A process of its own for tests of shutdown: it serves, says `{ port }` to its parent, answers
 * `/slow` only when the parent says so, and logs to stdout.
 */
async function main(options: StoppingProcessOptions): Promise<void> {
  const logger = createLogger({ level: 'info', production: true });
  const slow = new Set<ServerResponse>();
  const server = createHttpServer((req, res) => {
    if (req.url !== '/slow') res.end('served');
    else {
      slow.add(res);
      process.send?.({ waiting: slow.size });
    }
  });
  process.on('message', () => {
    for (const res of slow) res.end('finished');
  });
  arrangeShutdown(server, {
    health: createHealth({ checks: {}, logger }),
    logger,
    timeoutSeconds: options.timeoutSeconds,
    delaySeconds: options.delaySeconds,
    async release() {
      if (options.release === 'fails') throw new Error('the pool would not close');
      if (options.release === 'hangs') await new Promise(() => undefined);
    },
  });
  const { port } = await listen(server, { what: 'test', host: '127.0.0.1', port: 0 });
  process.send?.({ port });
}

if (import.meta.main) await main(JSON.parse(process.argv[2] ?? ''));
