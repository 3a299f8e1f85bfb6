import { createTestCli } from './cli.ts';
import { createTestDatabase } from './database.ts';
import { freePort } from './free-port.ts';
import { DEMO_SEED } from './gatehouse.ts';
import { startDatabaseDoor } from './outage-proxy.ts';
import { startTestRedis } from './redis.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';

/** What can be away. */
type Outage = 'PostgreSQL stopped' | 'PostgreSQL silent' | 'Redis stopped';

/** `main.ts` in production mode, seeded, over a PostgreSQL and a Redis that can go away. */
export interface Production {
  readonly publicUrl: string;
  readonly server: ServerProcess;
  /** Each may be begun and ended again and again. */
  readonly outages: Readonly<Record<Outage, { begin(): Promise<void>; end(): Promise<void> }>>;
  stop(): Promise<void>;
}

/** Starts a server process; call `stop` in `after`. */
export async function startProduction(store: 'postgres' | 'redis'): Promise<Production> {
  const database = await createTestDatabase();
  const { door, url: databaseUrl } = await startDatabaseDoor(database.url);
  const redisPort = await freePort();
  let redis = store === 'redis' ? await startTestRedis({ port: redisPort }) : undefined;
  const port = await freePort();
  const publicUrl = `http://localhost:${port}`;
  const cli = createTestCli({
    databaseUrl,
    ...(redis === undefined ? {} : { redisUrl: redis.url }),
    environment: {
      NODE_ENV: 'production',
      ...(redis === undefined ? { ARTIFACT_STORE: 'postgres' } : {}),
      PUBLIC_URL: publicUrl,
      PORT: String(port),
      SHUTDOWN_DELAY_SECONDS: '0',
      TENANT_POLL_SECONDS: '1',
      // How long it takes to give up a server that says nothing.
      DATABASE_ACQUIRE_TIMEOUT_MS: '1000',
      DATABASE_STATEMENT_TIMEOUT_MS: '1000',
    },
  });
  // Keys are made before the server runs, so that nothing changes, and is read anew, once it does.
  for (const command of [
    ['seed', 'apply', DEMO_SEED],
    ['keys', 'rotate'],
  ]) {
    const { code, stderr } = await cli.run(...command);
    if (code !== 0) throw new Error(stderr);
  }
  const server = await startServerProcess({ env: { ...cli.environment } });
  await server.untilReady();

  return {
    publicUrl,
    server,
    outages: {
      'PostgreSQL stopped': { begin: () => door.refuse(), end: () => door.restore() },
      'PostgreSQL silent': { begin: async () => door.silence(), end: () => door.restore() },
      'Redis stopped': {
        async begin() {
          await redis?.stop();
          redis = undefined;
        },
        async end() {
          redis ??= await startTestRedis({ port: redisPort });
        },
      },
    },
    async stop() {
      server.child.kill('SIGKILL');
      await server.ended();
      await redis?.stop();
      await door.stop();
      await database.drop();
    },
  };
}
