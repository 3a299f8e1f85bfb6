/**
 * `npm run bench`: Gatehouse beside bare `oidc-provider` with its in-memory adapter, in one run.
 *
 * Every server is one process pinned to the first core; the load, PostgreSQL and Redis have the
 * other. Flows and servers take turns in short slices, so that a machine whose speed drifts slows
 * all of them; figures are medians over the slices, and only the ratios mean anything elsewhere.
 * Everything is on loopback, bounded in time, and stops by itself.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { FLOWS } from './flows.ts';
import { countRoundTrips } from './round-trips.ts';
import { TARGETS, type Target } from './serve-target.ts';
import { CONCURRENCY, median, type Operation, pin, type Slice, slice } from './slices.ts';

const SERVE = fileURLToPath(new URL('./serve-target.ts', import.meta.url));
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const SLICE_MS = Number(process.env.BENCH_SLICE_MS ?? 1_500);
const WARM_UP_MS = 1_000;

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
  await pin(child.pid, 0);
  return { issuer: issuer ?? '', child };
}

async function measure(): Promise<Map<string, Map<Target, Slice[]>>> {
  await pin(process.pid, 1);
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
