import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createTerminus } from '@godaddy/terminus';
import type { Logger } from '../telemetry/logger.ts';
import { HEALTH_HEADERS, HEALTH_ROUTES, type Health } from './health.ts';

/** What ends the process in order. */
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** The part of the time that is kept for releasing what requests needed. */
const RELEASE_SHARE = 0.2;

/** A server under the care of `arrangeShutdown`. */
export interface ShutdownArrangement {
  /** The same order as on a signal, for tests; does not end the process. */
  stop(): Promise<void>;
}

/** `stoppable`, inside terminus, gives the server its `stop`. */
type StoppableServer = Server & { stop(done: (error?: Error) => void): void };

/**
 * Puts the health routes in front of a server and arranges its end, with terminus.
 *
 * On SIGTERM or SIGINT, each with one log line:
 * 1. `/health/ready` says 503; every answer says `Connection: close`; `delaySeconds` pass in which
 *    everything is still served, so that load balancers look elsewhere;
 * 2. no connection is accepted any more, idle ones close, requests in flight finish;
 * 3. `release` closes what requests needed (the admin server, pools, the embedded database);
 * 4. the process exits with 0; with 1 if anything failed or `timeoutSeconds` were over.
 *
 * @param deps.release - called once, after the last request
 */
export function arrangeShutdown(
  server: Server,
  deps: {
    health: Health;
    logger: Pick<Logger, 'info' | 'warn' | 'error'>;
    release: () => Promise<void>;
    timeoutSeconds: number;
    delaySeconds: number;
  },
): ShutdownArrangement {
  const { health, logger, release, timeoutSeconds, delaySeconds } = deps;
  const timeoutMs = timeoutSeconds * 1000;
  const drainMs = (timeoutMs - delaySeconds * 1000) * (1 - RELEASE_SHARE);
  const closing = announceClose();
  let stopped: Promise<void> | undefined;

  async function beforeShutdown(): Promise<void> {
    logger.info('stopping: not ready any more', { delay_seconds: delaySeconds });
    health.beginStopping();
    closing.begin();
    await delay(delaySeconds * 1000);
    logger.info('stopping: no new connections, finishing requests', { open: closing.open() });
  }
  async function onSignal(): Promise<void> {
    logger.info('stopping: requests finished, releasing resources');
    await release();
  }
  async function onShutdown(): Promise<void> {
    logger.info('stopped');
  }

  const before = new Map(SIGNALS.map((signal) => [signal, process.listeners(signal)]));
  createTerminus(server, {
    signals: [...SIGNALS],
    useExit0: true,
    timeout: drainMs,
    healthChecks: { ...healthChecks(health), verbatim: true },
    // Readiness says no by itself; a process that stops is still alive.
    sendFailuresDuringShutdown: false,
    headers: HEALTH_HEADERS,
    beforeShutdown() {
      // Whatever hangs must not keep the process from ending in time.
      setTimeout(() => {
        logger.error('stopping: out of time', { timeout_seconds: timeoutSeconds });
        process.exit(1);
      }, timeoutMs).unref();
      // From here on the process ends by itself; who waits for `stop` waits for that.
      stopped ??= new Promise(() => undefined);
      return beforeShutdown();
    },
    onSignal,
    onShutdown,
    logger: (message, error) => {
      if (error instanceof NotReady) return;
      logger.error(message, { error });
    },
  });
  const ours = SIGNALS.flatMap((signal) =>
    process
      .listeners(signal)
      .filter((listener) => !before.get(signal)?.includes(listener))
      .map((listener) => ({ signal, listener })),
  );
  // Behind terminus, which wraps the listeners that it finds.
  server.prependListener('request', closing.onRequest);

  async function stop(): Promise<void> {
    for (const { signal, listener } of ours) process.off(signal, listener);
    await beforeShutdown();
    if (server.listening) {
      await promisify<void>((done) => (server as StoppableServer).stop(done))();
    }
    await onSignal();
    await onShutdown();
  }

  return {
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** How terminus learns the status and body of a failed check. */
class NotReady extends Error {
  readonly statusCode = 503;
  readonly statusResponse: object;

  constructor(body: object) {
    super('not ready');
    this.statusResponse = body;
  }
}

function healthChecks(health: Health) {
  return Object.fromEntries(
    Object.entries(HEALTH_ROUTES).map(([path, kind]) => [
      path,
      async () => {
        const { status, body } = await health[kind]();
        if (status === 503) throw new NotReady(body);
        // Terminus merges what it gets into one shared object; without checks it needs nothing.
        return body.checks === undefined ? undefined : body;
      },
    ]),
  );
}

/**
 * Makes answers say `Connection: close` from a moment on, those in flight included: otherwise a
 * client sends its next request on a connection that we are about to end.
 */
function announceClose() {
  const open = new Set<ServerResponse>();
  let begun = false;

  function say(res: ServerResponse): void {
    if (!res.headersSent) res.setHeader('Connection', 'close');
  }
  return {
    onRequest(_req: IncomingMessage, res: ServerResponse): void {
      open.add(res);
      res.once('close', () => open.delete(res));
      if (begun) say(res);
    },
    begin(): void {
      begun = true;
      for (const res of open) say(res);
    },
    open: () => open.size,
  };
}
