/**
 * A door between a client and its server that a test can close: how an outage looks, for that
 * client alone.
 */
import { connect, createServer, type NetConnectOpts, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export interface OutageProxy {
  /** On 127.0.0.1; the same for as long as it lives. */
  readonly port: number;
  /** Ends all connections and takes no new ones: a server that was stopped. */
  refuse(): Promise<void>;
  /** Passes nothing on any more, and ends nothing: a server, or a network, that is dead. */
  silence(): void;
  /** Lets each answer come so many milliseconds later: a server that is busy. */
  slow(ms: number): void;
  /** Serves again; silenced connections stay as dead as they were. */
  restore(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * The door of a PostgreSQL.
 *
 * @param databaseUrl - of a server on a socket or on loopback
 * @returns the door, and the address of the same database through it
 */
export async function startDatabaseDoor(
  databaseUrl: string,
): Promise<{ door: OutageProxy; url: string }> {
  const address = new URL(databaseUrl);
  const directory = address.searchParams.get('host');
  const port = Number(address.port || 5432);
  const door = await startOutageProxy(
    directory === null
      ? { host: address.hostname, port }
      : { path: `${directory}/.s.PGSQL.${port}` },
  );
  const through = new URL(`postgres://127.0.0.1:${door.port}${address.pathname}`);
  through.username = address.username;
  through.password = address.password;
  return { door, url: through.href };
}

/** @param target - where the server listens: a port or the path of a socket */
export async function startOutageProxy(target: NetConnectOpts): Promise<OutageProxy> {
  const open = new Set<Socket>();
  let silent = false;
  let lateMs = 0;

  const server = createServer((client) => {
    const upstream = connect(target);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(from);
      let before = Promise.resolve();
      from.on('data', (data) => {
        if (silent) return;
        before = before.then(async () => {
          if (lateMs > 0 && from === upstream) await delay(lateMs);
          to.write(data);
        });
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        open.delete(from);
        to.destroy();
      });
    }
  });

  const listen = (port: number) =>
    new Promise<number>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        server.off('error', reject);
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  const refuse = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of open) socket.destroy();
    });

  const port = await listen(0);
  return {
    port,
    refuse,
    silence: () => {
      silent = true;
    },
    slow: (ms) => {
      lateMs = ms;
    },
    async restore() {
      lateMs = 0;
      if (silent) {
        silent = false;
        for (const socket of open) {
          socket.removeAllListeners('data');
          socket.resume();
        }
      }
      if (!server.listening) await listen(port);
    },
    stop: refuse,
  };
}
