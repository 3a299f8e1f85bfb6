/**
 * `npm run bench:tenants`: what ten thousand tenants cost, a thousand of them active.
 *
 * One real replica at a time, in production mode, over PostgreSQL and Redis, pinned to the first
 * core; the load has the other. Numbers of active tenants take turns in short slices, so that a
 * machine whose speed drifts slows all of them, and throughput is counted by the replica's own
 * processor time, which no neighbour takes. It stops by itself, some minutes after its start, and
 * fails when a bound of `tenant-report.ts` is broken.
 *
 * `--json FILE` keeps the numbers; `draw-scale.ts` makes the picture of `docs/scale.md` of them.
 */
import { writeFile } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { parseArgs } from 'node:util';
import type { Backends } from '../../compose-backends.ts';
import { slugOf } from './many-tenants.ts';
import type { MeasuredReplica } from './measured-replica.ts';
import { median, pin } from './slices.ts';
import { startTenantDeployment, type TenantDeployment } from './tenant-deployment.ts';
import {
  type CostedSlice,
  createTenantLoad,
  forEachOf,
  LOADS,
  type LoadName,
  type TenantLoad,
} from './tenant-load.ts';
import {
  brokenBounds,
  type CurvePoint,
  renderReport,
  type TenantResults,
} from './tenant-report.ts';

const TENANTS = Number(process.env.BENCH_TENANTS ?? 10_000);
const ACTIVE = [1, 10, 100, 1_000].filter((count) => count <= TENANTS);
const MOST_ACTIVE = ACTIVE.at(-1) ?? 1;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 7);
const SLICE_MS = Number(process.env.BENCH_SLICE_MS ?? 1_500);
const STARTS = 5;
const FEW = 100;
const LOOKS = 400;
const SMALL_POOL = 100;
const COLD_AT_ONCE = 200;
const WALKED_AT_ONCE = 8;
const LARGE_POOL = { PROVIDER_POOL_SIZE: String(2 * MOST_ACTIVE) };

const { values } = parseArgs({ options: { json: { type: 'string' } } });
const few = await startTenantDeployment();
const all = await startTenantDeployment();
try {
  await pin(process.pid, 1);
  const results = await measure();
  process.stdout.write(`${renderReport(results)}\n`);
  if (values.json !== undefined) {
    await writeFile(values.json, `${JSON.stringify(results, null, 2)}\n`);
  }
  const broken = brokenBounds(results);
  for (const sentence of broken) process.stdout.write(`failed: ${sentence}\n`);
  if (broken.length > 0) process.exitCode = 1;
} finally {
  await all.stop();
  await few.stop();
}

async function measure(): Promise<TenantResults> {
  await all.grow(TENANTS);
  note(`${TENANTS} tenants made`);
  const start = await compareStarts();
  await few.grow(FEW);
  const lookups = await compareLookups();
  note('start-up and look-ups measured');
  const cold = await withReplica(all, LARGE_POOL, meetAtOnce);
  const walk = await withReplica(all, { PROVIDER_POOL_SIZE: String(SMALL_POOL) }, walkThrough);
  note('memory of a small pool measured');
  return withReplica(all, LARGE_POOL, async (replica) => {
    const load = createTenantLoad(replica);
    const memory = await growMemory(replica, load);
    note('memory of a large pool measured');
    const curve = await measureCurve(load);
    const small = await compareSmallPool(load);
    return {
      tenants: TENANTS,
      rounds: ROUNDS,
      sliceMs: SLICE_MS,
      node: process.version,
      start,
      lookups,
      memory,
      walk,
      curve,
      small,
      cold,
    };
  });
}

/** Starts of a replica with one tenant in the database, and with all, in turns. */
async function compareStarts(): Promise<TenantResults['start']> {
  const taken: { one: number; all: number }[] = [];
  for (let round = 0; round < STARTS; round += 1) {
    const startMs = async ({ startMs: ms }: MeasuredReplica) => ms;
    taken.push({
      one: await withReplica(few, {}, startMs),
      all: await withReplica(all, {}, startMs),
    });
  }
  return {
    one: median(taken.map((pair) => pair.one)),
    all: median(taken.map((pair) => pair.all)),
    ratio: median(taken.map((pair) => pair.all / pair.one)),
  };
}

/** What reads tenants from PostgreSQL, among a hundred and among all, in turns. */
async function compareLookups(): Promise<TenantResults['lookups']> {
  type Look = (backends: Backends, tenants: number) => Promise<unknown>;
  const somewhere = (tenants: number) => slugOf(Math.floor(Math.random() * tenants));
  const looks: Record<string, Look> = {
    'finding a tenant by its path': ({ tenants }, count) => tenants.findBySlug(somewhere(count)),
    'finding a tenant by its host': ({ tenants }) => tenants.findByHost('nobody.example'),
    'a page of 50 tenants': ({ tenants }, count) =>
      tenants.list({ after: somewhere(count / 2), limit: 50 }),
    'asking for changed tenants': async ({ tenants }) => {
      const { cursor } = await tenants.changesSince(undefined);
      await tenants.changesSince(cursor);
    },
  };
  const compared: TenantResults['lookups'][number][] = [];
  for (const [what, look] of Object.entries(looks)) {
    const taken: { few: number; all: number }[] = [];
    for (let turn = -LOOKS / 10; turn < LOOKS; turn += 1) {
      const pair = {
        few: await timeOf(() => look(few.backends, FEW)),
        all: await timeOf(() => look(all.backends, TENANTS)),
      };
      if (turn >= 0) taken.push(pair);
    }
    const [ofFew, ofAll] = [
      median(taken.map((pair) => pair.few)),
      median(taken.map((pair) => pair.all)),
    ];
    compared.push({ what, few: ofFew, all: ofAll, ratio: ofAll / ofFew });
  }
  return compared;
}

/** A thousand tenants in the first seconds of a replica. */
async function meetAtOnce(replica: MeasuredReplica): Promise<TenantResults['cold']> {
  const load = createTenantLoad(replica);
  const taken: number[] = [];
  const seconds = await timeOf(() =>
    forEachOf(MOST_ACTIVE, COLD_AT_ONCE, async (n) => {
      taken.push(await timeOf(() => load.machineToken(n)));
    }),
  );
  const sorted = taken.toSorted((a, b) => a - b);
  return {
    tenants: MOST_ACTIVE,
    atOnce: COLD_AT_ONCE,
    seconds: seconds / 1000,
    p50: sorted[Math.floor(sorted.length * 0.5)] ?? 0,
    p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
    refused: load.refused(),
  };
}

/** One request of each tenant: the pool drops who was not asked for longest. */
async function walkThrough(replica: MeasuredReplica): Promise<TenantResults['walk']> {
  const load = createTenantLoad(replica);
  const walk: TenantResults['walk'][number][] = [];
  let met = 0;
  for (const stop of [...new Set([SMALL_POOL, ...ACTIVE, TENANTS])].sort((a, b) => a - b)) {
    const from = met;
    await forEachOf(stop - from, WALKED_AT_ONCE, (n) => load.machineToken(from + n));
    met = stop;
    if (stop >= SMALL_POOL) walk.push({ met, ...(await replica.memory()) });
  }
  return walk;
}

/** Tenants become active, each by a sign-in, a code, a refresh and a machine's token. */
async function growMemory(
  replica: MeasuredReplica,
  load: TenantLoad,
): Promise<TenantResults['memory']> {
  const memory = [{ active: 0, ...(await replica.memory()) }];
  for (const active of ACTIVE) {
    await load.activate(active);
    memory.push({ active, ...(await replica.memory()) });
  }
  return memory;
}

async function measureCurve(load: TenantLoad): Promise<TenantResults['curve']> {
  const curve: Record<LoadName, CurvePoint[]> = {
    'client credentials': [],
    'code and refresh': [],
  };
  for (const name of LOADS) {
    for (const active of ACTIVE) await load.measure(name, active, SLICE_MS);
    const rounds: CostedSlice[][] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const slices: CostedSlice[] = [];
      for (const active of ACTIVE) slices.push(await load.measure(name, active, SLICE_MS));
      rounds.push(slices);
    }
    curve[name] = ACTIVE.map((active, at) => {
      const middle = (read: (one: CostedSlice, yardstick: CostedSlice) => number) =>
        median(
          rounds.flatMap((slices) => {
            const [yardstick] = slices;
            const one = slices[at];
            return one === undefined || yardstick === undefined ? [] : [read(one, yardstick)];
          }),
        );
      return {
        active,
        perSecond: middle((one) => one.perSecond),
        perCpuSecond: middle((one) => one.perCpuSecond),
        ratio: middle((one, yardstick) => one.perCpuSecond / yardstick.perCpuSecond),
        p50: middle((one) => one.p50),
        p99: middle((one) => one.p99),
      };
    });
    note(`measured: ${name}`);
  }
  return curve;
}

/** The same load on a pool that holds a tenth of the active tenants, in turns with one that holds all. */
async function compareSmallPool(roomy: TenantLoad): Promise<TenantResults['small']> {
  return withReplica(all, { PROVIDER_POOL_SIZE: String(SMALL_POOL) }, async (replica) => {
    const cramped = createTenantLoad(replica);
    const flow = 'client credentials';
    await cramped.measure(flow, MOST_ACTIVE, SLICE_MS);
    const rounds: { small: CostedSlice; large: CostedSlice }[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      rounds.push({
        small: await cramped.measure(flow, MOST_ACTIVE, SLICE_MS),
        large: await roomy.measure(flow, MOST_ACTIVE, SLICE_MS),
      });
    }
    return {
      pool: SMALL_POOL,
      active: MOST_ACTIVE,
      ratio: median(rounds.map(({ small, large }) => small.perCpuSecond / large.perCpuSecond)),
      p50: median(rounds.map(({ small }) => small.p50)),
      p99: median(rounds.map(({ small }) => small.p99)),
    };
  });
}

async function withReplica<T>(
  deployment: TenantDeployment,
  env: Record<string, string>,
  work: (replica: MeasuredReplica) => Promise<T>,
): Promise<T> {
  const replica = await deployment.start(env);
  try {
    return await work(replica);
  } finally {
    await replica.stop();
  }
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function note(line: string): void {
  process.stderr.write(`${line}\n`);
}
