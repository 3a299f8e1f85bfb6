/**
 * `npm run bench:retention`: what clients notice while half a million expired rows are removed.
 *
 * A server in a process of its own, on a PostgreSQL that waits for its disk and vacuums itself.
 * Slices of refreshes with nothing to remove and slices in which retention works without a pause
 * take turns; in production it has one turn a minute. It fails when the 99th percentile of the
 * latter is more than BOUND times that of the former.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import type { Knex } from 'knex';
import { startEmbeddedPostgres } from '../../embedded/embedded-postgres.ts';
import { createPostgresArtifactStore } from '../../storage/postgres/artifact-store.ts';
import { createDatabase } from '../../storage/postgres/database.ts';
import { createRetention } from '../../storage/postgres/retention.ts';
import { createTestCli } from '../cli.ts';
import { startServerProcess } from '../server-process.ts';
import { silentLogger } from '../silent-logger.ts';
import { FLOWS } from './flows.ts';
import { median, type Slice, slice } from './slices.ts';

const SEED = fileURLToPath(new URL('./bench-seed.yaml', import.meta.url));
const SERVE = fileURLToPath(new URL('./serve-unlimited.ts', import.meta.url));
const EXPIRED_ROWS = 500_000;
const ROUNDS = 8;
const SLICE_MS = 3_000;
const WARM_UP_MS = 3_000;
/** Of the medians of the 99th percentiles. */
const BOUND = 2;

const dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-retention-'));
const postgres = await startEmbeddedPostgres({ dataDir, logger: silentLogger });
const db = createDatabase({
  url: postgres.url,
  // As on a replica: one connection holds the lock, the other removes.
  poolMax: 2,
  acquireTimeoutMs: 5_000,
  statementTimeoutMs: 120_000,
});
try {
  process.exitCode = (await measure()) ? 0 : 1;
} finally {
  await db.destroy();
  await postgres.stop();
  await rm(dataDir, { recursive: true, force: true });
}

async function measure(): Promise<boolean> {
  const cli = createTestCli({ databaseUrl: postgres.url });
  for (const command of [['migrate'], ['seed', 'apply', SEED]]) {
    const { code, stderr } = await cli.run(...command);
    if (code !== 0) throw new Error(stderr);
  }
  await leaveExpired(db);
  const server = await startServerProcess({ env: cli.environment, main: SERVE });
  try {
    await server.untilReady();
    const flow = FLOWS.find(({ name }) => name === 'refresh with rotation');
    if (flow === undefined) throw new Error('no refreshes to measure');
    const make = await flow.prepare(server.issuer, false);
    await slice(make, WARM_UP_MS);
    const quiet: Slice[] = [];
    const busy: Slice[] = [];
    let removed = 0;
    let busyMs = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      quiet.push(await slice(make, SLICE_MS));
      const startedAt = performance.now();
      const end = removeUntil(startedAt + SLICE_MS);
      busy.push(await slice(make, SLICE_MS));
      removed += await end;
      busyMs += performance.now() - startedAt;
    }
    return report({ quiet, busy, removed, perSecond: removed / (busyMs / 1000) });
  } finally {
    server.child.kill('SIGTERM');
    await server.ended();
  }
}

/** Turns of retention, one after the other. */
async function removeUntil(end: number): Promise<number> {
  const now = () => new Date();
  const retention = createRetention(db, {
    now,
    artifacts: createPostgresArtifactStore(db, { now }),
  });
  let removed = 0;
  while (performance.now() < end) {
    const turn = await retention.runOnce();
    if (turn.outcome === 'ran') removed += turn.removed.artifacts;
  }
  return removed;
}

/** Refresh tokens, as large as they are, whose time was over within the last day. */
async function leaveExpired(into: Knex): Promise<void> {
  await into.raw(
    `insert into artifacts (tenant_id, model, key, payload, expires_at, grant_key, account_id)
     select t.id, 'RefreshToken', 'expired-' || n,
            json_build_object('filler', repeat(md5(n::text), 20)),
            now() - make_interval(secs => n % 86400), 'grant-' || n % 50000, 'account-' || n % 5000
       from tenants t, generate_series(1, ?) n where t.slug = 'default'`,
    [EXPIRED_ROWS],
  );
  await into.raw('vacuum analyze artifacts');
}

function report(found: {
  quiet: readonly Slice[];
  busy: readonly Slice[];
  removed: number;
  perSecond: number;
}): boolean {
  const { quiet, busy, removed, perSecond } = found;
  const line = (name: string, slices: readonly Slice[]) => {
    const of = (part: 'perSecond' | 'p50' | 'p99') => median(slices.map((one) => one[part]));
    const cells = [name, of('perSecond').toFixed(0), of('p50').toFixed(1), of('p99').toFixed(1)];
    return `| ${cells.join(' | ')} |\n`;
  };
  const ratio =
    median(busy.map(({ p99 }) => p99)) / Math.max(median(quiet.map(({ p99 }) => p99)), 1);
  process.stdout.write('| refreshes | per second | p50 ms | p99 ms |\n| --- | --- | --- | --- |\n');
  process.stdout.write(line('nothing to remove', quiet));
  process.stdout.write(line('retention without a pause', busy));
  process.stdout.write(
    `${removed} of ${EXPIRED_ROWS} rows removed, ${perSecond.toFixed(0)} a second; p99 is ${ratio.toFixed(2)} times, at most ${BOUND} are allowed\n`,
  );
  return ratio <= BOUND && removed > 0;
}
