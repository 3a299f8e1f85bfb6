import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createTestCli } from './cli.ts';
import type { TestDatabase } from './database.ts';
import { freePort } from './free-port.ts';
import { DEMO_SEED } from './gatehouse.ts';
import type { TestRedis } from './redis.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';

const KEY_ENCRYPTION_KEYS = randomBytes(32).toString('base64');

/** A server of its own over a seeded database and a Redis. */
export async function startReplica(
  database: TestDatabase,
  redis: TestRedis,
  env: Record<string, string>,
): Promise<ServerProcess> {
  const port = await freePort();
  const cli = createTestCli({
    databaseUrl: database.url,
    redisUrl: redis.url,
    environment: {
      NODE_ENV: 'production',
      KEY_ENCRYPTION_KEYS,
      PUBLIC_URL: `http://localhost:${port}`,
      PORT: String(port),
      SHUTDOWN_DELAY_SECONDS: '0',
      TRUSTED_PROXIES: '127.0.0.0/8,::1/128',
      ...env,
    },
  });
  const { code, stderr } = await cli.run('seed', 'apply', DEMO_SEED);
  assert.equal(code, 0, stderr);
  const server = await startServerProcess({ env: { ...cli.environment } });
  await server.untilReady();
  return server;
}

/** Ends it in order, and says how long that took. */
export async function stopReplica({ child, ended, output }: ServerProcess): Promise<number> {
  const since = performance.now();
  child.kill('SIGTERM');
  assert.equal(await ended(), 0, output());
  return performance.now() - since;
}

/** What it has logged. */
export function linesOf(server: ServerProcess): Record<string, unknown>[] {
  const lines = server.output().trim().split('\n');
  return lines.map((line) => JSON.parse(line));
}
