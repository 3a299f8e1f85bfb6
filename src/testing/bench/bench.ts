/**
 * `npm run bench`: Gatehouse beside bare `oidc-provider` with its in-memory adapter, in one run.
 *
 * Every server is one process pinned to the first core; the load, PostgreSQL and Redis have the
 * other. Flows and servers take turns in short slices, so that a machine whose speed drifts slows
 * all of them; figures are medians over the slices, and only the ratios mean anything elsewhere.
 * Everything is on loopback, bounded in time, and stops by itself.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { FLOWS, type Operation } from './flows.ts';
import { countRoundTrips } from './round-trips.ts';
import { TARGETS, type Target } from './serve-target.ts';

const SERVE = fileURLToPath(new URL('./serve-target.ts', import.meta.url));
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const SLICE_MS = Number(process.env.BENCH_SLICE_MS ?? 1_500);
const WARM_UP_MS = 1_000;
const CONCURRENCY = 8;

interface Slice {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

const servers = new Map<Target, { issuer: string; child: ChildProcess }>();
try {
  for (const target of TARGETS) servers.set(target, await startTarget(target));
  const results = await measure();
  print(results);
  await printRoundTrips();
} finally {
  for (const { child } of servers.values()) child.stdin?.end();
}

async function startTarget(target: Target): Promise<{ issuer: string; child: ChildProcess }> {
  const command = [process.execPath, SERVE, target];
  // The server's database and Redis are its children and are moved off its core below.
  const child = spawn(command[0] ?? '', command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const [issuer] = await Promise.race([
    new Promise<string[]>((resolve) => lines.once('line', (line) => resolve([line]))),
    new Promise<never>((_, reject) =>
      child.once('exit', (code) => reject(new Error(`${target} ended with ${code}`))),
    ),
  ]);
  if (availableParallelism() > 1) await pin(child.pid, 0);
  return { issuer: issuer ?? '', child };
}

/** Pins the threads of one process; its children keep what they have. */
async function pin(pid: number | undefined, core: number): Promise<void> {
  const tasks = spawn('taskset', ['-acp', String(core), String(pid)], { stdio: 'ignore' });
  await new Promise<void>((resolve) => {
    tasks.once('close', () => resolve());
    tasks.once('error', () => resolve());
  });
}

async function measure(): Promise<Map<string, Map<Target, Slice[]>>> {
  if (availableParallelism() > 1) await pin(process.pid, 1);
  const results = new Map<string, Map<Target, Slice[]>>();
  for (const flow of FLOWS) {
    const makers = new Map<Target, () => Promise<Operation>>();
    for (const [target, { issuer }] of servers) {
      const make = await flow.prepare(issuer, target === 'bare');
      makers.set(target, make);
      await slice(make, WARM_UP_MS);
    }
    const perTarget = new Map<Target, Slice[]>(TARGETS.map((target) => [target, []]));
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [target, make] of makers) {
        perTarget.get(target)?.push(await slice(make, SLICE_MS));
      }
    }
    results.set(flow.name, perTarget);
    process.stderr.write(`measured: ${flow.name}\n`);
  }
  return results;
}

async function slice(make: () => Promise<Operation>, milliseconds: number): Promise<Slice> {
  const operations = await Promise.all(Array.from({ length: CONCURRENCY }, make));
  const latencies: number[] = [];
  const start = performance.now();
  const end = start + milliseconds;
  await Promise.all(
    operations.map(async (operation) => {
      for (let at = performance.now(); at < end; ) {
        await operation();
        const now = performance.now();
        latencies.push(now - at);
        at = now;
      }
    }),
  );
  latencies.sort((a, b) => a - b);
  const seconds = (performance.now() - start) / 1000;
  return {
    perSecond: latencies.length / seconds,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
  };
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function median(values: readonly number[]): number {
  return quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
}

function print(results: Map<string, Map<Target, Slice[]>>): void {
  const lines = [
    `${ROUNDS} slices of ${SLICE_MS} ms each, ${CONCURRENCY} connections, Node ${process.version}`,
    '',
    '| flow | server | per second | of bare | p50 ms | p99 ms |',
    '|---|---|---:|---:|---:|---:|',
  ];
  for (const [flow, perTarget] of results) {
    const yardstick = perTarget.get('bare') ?? [];
    for (const [target, slices] of perTarget) {
      // Pair by pair: a slice is compared with the yardstick's of the same round.
      const ratios = slices.map((one, at) => one.perSecond / (yardstick[at]?.perSecond ?? 1));
      lines.push(
        `| ${flow} | ${target} | ${Math.round(median(slices.map((one) => one.perSecond)))} | ${Math.round(median(ratios) * 100)} % | ${median(slices.map((one) => one.p50)).toFixed(2)} | ${median(slices.map((one) => one.p99)).toFixed(2)} |`,
      );
    }
  }
  process.stdout.write(`${lines.join('\n')}\n\n`);
}

async function printRoundTrips(): Promise<void> {
  const lines = ['| flow | PostgreSQL statements | Redis commands |', '|---|---:|---:|'];
  for (const { flow, postgres, redis } of await countRoundTrips()) {
    lines.push(`| ${flow} | ${postgres} | ${redis} |`);
  }
  process.stdout.write(
    `Storage round trips of one operation, PostgreSQL + Redis:\n\n${lines.join('\n')}\n`,
  );
}
