/** What benchmarks have in common: short slices of load, one server after the other. */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';

/** One operation of a flow, as a client sends it; rejects on any answer that it did not expect. */
export type Operation = () => Promise<void>;

export interface Slice {
  readonly operations: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** How many operations are under way at once. */
export const CONCURRENCY = 8;

/** Keeps every worker busy with operations of its own for so long. */
export async function slice(make: () => Promise<Operation>, milliseconds: number): Promise<Slice> {
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
    operations: latencies.length,
    perSecond: latencies.length / seconds,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
  };
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

export function median(values: readonly number[]): number {
  return quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
}

/**
 * Pins the threads of one process, where there is more than one core and a way to do it; its
 * children keep what they have.
 */
export async function pin(pid: number | undefined, core: number): Promise<void> {
  if (availableParallelism() === 1) return;
  const tasks = spawn('taskset', ['-acp', String(core), String(pid)], { stdio: 'ignore' });
  await new Promise<void>((resolve) => {
    tasks.once('close', () => resolve());
    tasks.once('error', () => resolve());
  });
}
