import { randomBytes, randomUUID } from 'node:crypto';
import { type RequestListener, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { composeGatehouse, type Gatehouse } from '../compose.ts';
import { type Backends, openBackends } from '../compose-backends.ts';
import { cliContext } from '../compose-cli.ts';
import type { Config } from '../config/config.ts';
import { parseConfig } from '../config/parse-config.ts';
import { readEnv } from '../config/read-env.ts';
import { closeServer, createHttpServer, listen } from '../http/create-http-server.ts';
import type { EndpointLimits } from '../http/endpoint-limiter.ts';
import { NO_ENDPOINT_LIMITS } from '../http/endpoint-limiter.ts';
import { applySeed } from '../seeds/apply-seed.ts';
import { loadSeedFiles } from '../seeds/load-seed-files.ts';
import type { Logger } from '../telemetry/logger.ts';
import { type Tracing, untraced } from '../telemetry/tracing.ts';
import { createTestDatabase } from './database.ts';
import { type End, endAll } from './end-all.ts';
import { startTestMailServer, type TestMailServer } from './mail.ts';
import { startTestRedis, type TestRedis } from './redis.ts';
import { silentLogger } from './silent-logger.ts';

/** The seed that `npm start` begins with. */
export const DEMO_SEED = fileURLToPath(new URL('../../seeds/demo.yaml', import.meta.url));

/** A person of the demo seed. */
export const ALICE = { identifier: 'alice', password: 'alice-demo-password' };
export const BOB = { identifier: 'bob', password: 'bob-demo-password' };

/** One replica, listening; replicas of one deployment share database, Redis and keys. */
export interface Replica {
  readonly url: string;
  readonly gatehouse: Gatehouse;
  readonly backends: Backends;
  stop(): Promise<void>;
}

/**
 * A deployment as the composition root makes it: seeded, with one replica or more. Several stand
 * behind a balancer that sends each request to the next, whatever connection it came on.
 */
export interface TestDeployment {
  /** Issuer of the default tenant. */
  readonly publicUrl: string;
  readonly config: Config;
  /** What each replica was started with. */
  readonly environment: Readonly<Record<string, string>>;
  readonly replicas: readonly Replica[];
  /** Of the first replica. */
  readonly backends: Backends;
  readonly redis: TestRedis | undefined;
  /** The server that takes its mail; only with `mail: true`. */
  readonly mail: TestMailServer;
  readonly databaseUrl: string;
  /** Applies a seed file as `gatehouse seed apply` does. */
  seed(path: string): Promise<void>;
  stop(): Promise<void>;
}

export interface TestDeploymentOptions {
  /** `redis`: sessions and limits in a Redis of its own; else everything in PostgreSQL. */
  store?: 'redis' | 'postgres';
  replicas?: number;
  /** Sends mail, to an SMTP server of its own whose messages can be read. */
  mail?: boolean;
  /** More environment variables; with a PUBLIC_URL of another host, see `fetch-through.ts`. */
  env?: Record<string, string>;
  logger?: Logger;
  tracing?: Tracing;
  now?: () => Date;
  endpointLimits?: EndpointLimits;
  /** Applied at the start; `DEMO_SEED` unless said. */
  seed?: string | undefined;
  /** Changes the backends of a replica, for instance to hold a write open. */
  withBackends?: (backends: Backends, index: number) => Backends;
}

/** On loopback, and nobody else's. */
const ANY_PORT = { host: '127.0.0.1', port: 0 };

/** How long a token request may take here before it uses anything up. */
export const TOKEN_DEADLINE_MS = 20_000;

/** Both places where artifacts can live, to run a flow on each. */
export const STORES = ['postgres', 'redis'] as const;

/**
 * Starts a deployment on loopback, on free ports, over a real PostgreSQL (and Redis), exactly as
 * the composition root puts it together. Call `stop` in `after`.
 */
export async function startDeployment(
  options: TestDeploymentOptions = {},
): Promise<TestDeployment> {
  const begun: End[] = [];
  try {
    return await begin(options, begun);
  } catch (error) {
    // A test file does not end while something of it runs; what matters is why it did not begin.
    await endAll(begun).catch(() => undefined);
    throw error;
  }
}

/** @param begun - gets an end for whatever has begun, so far */
async function begin(options: TestDeploymentOptions, begun: End[]): Promise<TestDeployment> {
  const { store = 'postgres', logger = silentLogger, now = () => new Date() } = options;
  const { tracing = untraced } = options;
  const database = await createTestDatabase();
  begun.push(() => database.drop());
  const redis = store === 'redis' ? await startTestRedis() : undefined;
  if (redis !== undefined) begun.push(() => redis.stop());
  const mail = options.mail === true ? await startTestMailServer() : undefined;
  if (mail !== undefined) begun.push(() => mail.stop());
  // Before those who answer there are begun, which have to know its address: nobody else gets the port.
  let answer: RequestListener = (_, res) => res.writeHead(503).end();
  const front = createHttpServer((req, res) => answer(req, res));
  const { port } = await listen(front, { what: 'PORT', ...ANY_PORT });
  begun.push(() => closeServer(front));
  const publicUrl = options.env?.PUBLIC_URL ?? `http://localhost:${port}`;
  const environment: Record<string, string> = {
    DATABASE_URL: database.url,
    ...(redis === undefined ? {} : { REDIS_URL: redis.url }),
    PUBLIC_URL: publicUrl,
    KEY_ENCRYPTION_KEYS: randomBytes(32).toString('base64'),
    TENANT_POLL_SECONDS: '1',
    // Tests run beside each other, on machines that are busy with something else, too.
    TOKEN_DEADLINE_MS: String(TOKEN_DEADLINE_MS),
    PAGE_DEADLINE_MS: '30000',
    OUTBOUND_ALLOW: '127.0.0.0/8,::1/128',
    ...mail?.env,
    ...options.env,
  };
  const { config, secrets } = parseConfig(readEnv(environment));

  const count = options.replicas ?? 1;
  const startReplica = async (index: number): Promise<Replica> => {
    const opened = await openBackends({
      config,
      secrets,
      logger,
      tracing,
      now,
      embedded: 'exclusive',
    });
    begun.push(() => opened.close());
    const backends = options.withBackends?.(opened, index) ?? opened;
    const gatehouse = await composeGatehouse({
      config,
      backends,
      logger,
      tracing,
      now,
      endpointLimits: options.endpointLimits ?? NO_ENDPOINT_LIMITS,
    });
    const server = count === 1 ? front : createHttpServer(gatehouse.listener);
    if (count === 1) answer = gatehouse.listener;
    const at = count === 1 ? { port } : await listen(server, { what: 'PORT', ...ANY_PORT });
    const stop = async () => {
      await closeServer(server);
      await gatehouse.stop();
      await opened.close();
    };
    begun.push(stop);
    return { url: `http://127.0.0.1:${at.port}`, gatehouse, backends, stop };
  };

  const seedWith = async (backends: Backends, path: string) => {
    const context = cliContext({ backends, ...config, logger, now });
    const { clientSecretPepper, passwords } = await context.secrets();
    const { validateClient } = context;
    const desired = await loadSeedFiles(
      { readEnv: () => undefined, clientSecretPepper, validateClient, passwords, publicUrl },
      [path],
    );
    const { seeds, audit, notifications, sealer } = backends;
    const deps = {
      seeds,
      audit,
      notifications,
      sealer,
      clientSecretPepper,
      passwords,
      newId: randomUUID,
    };
    await applySeed(deps, desired, { type: 'system' });
  };

  const first = await startReplica(0);
  const { seed = DEMO_SEED } = options;
  await seedWith(first.backends, seed);
  const others = Array.from({ length: count - 1 }, (_, at) => startReplica(at + 1));
  const replicas = [first, ...(await Promise.all(others))];
  if (count > 1) answer = balance(replicas);

  return {
    publicUrl,
    config,
    environment,
    replicas,
    backends: first.backends,
    redis,
    get mail() {
      if (mail === undefined) throw new Error('start the deployment with mail: true');
      return mail;
    },
    databaseUrl: database.url,
    seed: (path) => seedWith(first.backends, path),
    stop: () => endAll(begun),
  };
}

/** Sends every request to the next replica, as it came. */
function balance(replicas: readonly Replica[]): RequestListener {
  let turn = 0;
  return (req, res) => {
    const target = new URL(replicas[turn++ % replicas.length]?.url ?? '');
    const { method = 'GET', url: path, headers } = req;
    const onward = request(
      { host: target.hostname, port: target.port, method, path, headers },
      (answer) => {
        res.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
        answer.pipe(res);
      },
    );
    onward.once('error', () => (res.headersSent ? res.destroy() : res.writeHead(502).end()));
    req.pipe(onward);
  };
}
