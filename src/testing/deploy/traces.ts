import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createTestCli } from '../cli.ts';
import { createTestDatabase } from '../database.ts';
import { demoParty, visitor } from '../demo-clients.ts';
import { freePort } from '../free-port.ts';
import { ALICE, DEMO_SEED } from '../gatehouse.ts';
import { type ReceivedSpan, startOtlpReceiver } from '../otlp-receiver.ts';
import { startTestRedis } from '../redis.ts';
import { signIn } from '../relying-party.ts';
import { startNginx } from '../replicas/nginx.ts';
import { startServerProcess } from '../server-process.ts';
import type { TelemetryReceiver } from '../telemetry-receiver.ts';
import { ROOT, runProgram, type Trial } from './trial.ts';

/** Traces that lead from the balancer to the databases. */
export const TRACES: readonly Trial[] = [
  {
    artefact: 'traces',
    how: 'a sign-in through nginx to a replica, from its sources and built, with a collector that is strict',
    covers: [],
    async run() {
      // Below the root, where its packages are found.
      const cache = join(ROOT, '.cache');
      await mkdir(cache, { recursive: true });
      const built = await mkdtemp(join(cache, 'traces-'));
      try {
        await runProgram('npx', ['tsc', '-p', 'tsconfig.build.json', '--outDir', built]);
        for (const beside of ['views', 'seeds']) {
          await cp(join(ROOT, beside), join(built, beside), { recursive: true });
        }
        const [asItIs, asBuilt] = [await trySignIn(), await trySignIn(join(built, 'src/main.js'))];
        return `nginx’s request_id is the id of each trace; a token request has ${asItIs}; built: ${asBuilt}`;
      } finally {
        await rm(built, { recursive: true });
      }
    },
  },
];

/**
 * @param main - what is started; default: the sources
 * @returns what the trace of a token request is made of
 */
async function trySignIn(main?: string): Promise<string> {
  const database = await createTestDatabase();
  const redis = await startTestRedis();
  const collector = await startOtlpReceiver();
  const port = await freePort();
  const nginx = await startNginx([port]);
  const publicUrl = `http://localhost:${nginx.port}`;
  const { environment, run } = createTestCli({
    databaseUrl: database.url,
    redisUrl: redis.url,
    environment: {
      NODE_ENV: 'production',
      PUBLIC_URL: publicUrl,
      PORT: String(port),
      SHUTDOWN_DELAY_SECONDS: '0',
      TRUSTED_PROXIES: '127.0.0.1',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      KEY_ENCRYPTION_KEYS: randomBytes(32).toString('base64'),
    },
  });
  const { code, stderr } = await run('seed', 'apply', DEMO_SEED);
  if (code !== 0) throw new Error(stderr);
  const server = await startServerProcess({
    env: { ...environment },
    ...(main === undefined ? {} : { main }),
  });
  try {
    await server.untilReady();
    await signIn(visitor({ publicUrl }), await demoParty({ publicUrl }, 'notes-web'), ALICE);
    server.child.kill('SIGTERM');
    const ended = await server.ended();
    if (ended !== 0) throw new Error(`ended with ${ended}: ${server.output()}`);
    return joined(collector, await nginx.accessLog(), server.output());
  } finally {
    server.child.kill('SIGKILL');
    await nginx.stop();
    await collector.stop();
    await redis.stop();
    await database.drop();
  }
}

/** Finds each request at the collector, in nginx's log and in the server's, under one id. */
function joined(
  { items, problems }: TelemetryReceiver<ReceivedSpan>,
  accessLog: readonly string[],
  output: string,
): string {
  if (problems.length > 0) throw new Error(`the collector refused: ${problems.join('; ')}`);
  const requests = items.filter(({ kind }) => kind === 2);
  for (const { name, traceId } of requests) {
    for (const [where, log] of [
      ['nginx', accessLog.join('\n')],
      ['the server', output],
    ] as const) {
      if (!log.includes(`"${traceId}"`)) throw new Error(`${name}: ${where} logged another id`);
    }
  }
  const token = requests.find(({ name }) => name === 'POST /token');
  if (token === undefined) throw new Error(`no token request: ${requests.map(({ name }) => name)}`);
  const below = items.filter(({ parentSpanId }) => parentSpanId === token.spanId);
  const counts = ['postgresql', 'redis'].map((system) => {
    const spans = below.filter(({ attributes }) => attributes['db.system.name'] === system);
    if (spans.length === 0) throw new Error(`nothing of ${system} is in the trace`);
    return `${spans.length} of ${system}`;
  });
  return `spans: ${counts.join(' and ')}`;
}
