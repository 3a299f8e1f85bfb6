import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GatehouseError } from '../errors.ts';

/** For how long a connection and a request are waited for, in milliseconds. */
export const TIME_LIMITS = {
  /**
   * An idle connection stays open for longer than load balancers keep theirs (60 s is common): the
   * side that closes first must be theirs, or a request that is already on its way meets a reset.
   */
  keepAliveTimeout: 75_000,
  /** From the first byte of a request to the end of its headers. */
  headersTimeout: 15_000,
  /** From the first byte of a request to the end of its body; our bodies are small. */
  requestTimeout: 30_000,
  /** How often the two above are enforced. */
  connectionsCheckingInterval: 5000,
  /**
   * How long nothing moves on a connection that an answer is awaited on, or not read from: longer than
   * any of ours takes.
   */
  timeout: 120_000,
};

/** Request line and headers together; those of a browser with all of our cookies are some 4 KiB. */
const MAX_HEADER_BYTES = 16 * 1024;

/**
 * A server of Node with limits that suit one behind a load balancer. Who sends slowly gets 408, and
 * who sends headers that are too large 431, before anything of ours runs; bodies have the limits of
 * who reads them. Who reads no answer loses the connection.
 */
export function createHttpServer(listener: RequestListener, limits = TIME_LIMITS): Server {
  const { timeout, ...whileReading } = limits;
  const server = createServer({ ...whileReading, maxHeaderSize: MAX_HEADER_BYTES }, listener);
  server.timeout = timeout;
  return server;
}

/** The address cannot be listened on; nothing is wrong with the configuration as such. */
export class ListenError extends GatehouseError {
  constructor(what: string, port: number, host: string, cause: unknown) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    const why =
      code === 'EADDRINUSE'
        ? 'something else listens there already'
        : code === 'EACCES'
          ? 'this user may not'
          : String(code ?? cause);
    super('listen_failed', `${what}: cannot listen on port ${port} of ${host}: ${why}`, {
      expose: false,
      cause,
    });
  }
}

/**
 * Starts listening.
 *
 * @param at.what - names the server in an error: `PORT`, `ADMIN_PORT`
 * @param at.port - 0 takes a free one
 * @returns where it listens
 * @throws ListenError when the port is taken or may not be used
 */
export async function listen(
  server: Server,
  at: { what: string; host: string; port: number },
): Promise<AddressInfo> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(at.port, at.host, resolve);
  try {
    await promise;
  } catch (cause) {
    throw new ListenError(at.what, at.port, at.host, cause);
  } finally {
    server.off('error', reject);
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not a TCP server');
  return address;
}

/** Closes a server at once: idle and busy connections alike. Fine when it never listened. */
export async function closeServer(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeAllConnections();
  await promise;
}
