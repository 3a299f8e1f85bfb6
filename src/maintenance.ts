import type { Logger } from './telemetry/logger.ts';
import type { Metrics } from './telemetry/metrics.ts';

/**
 * Work that any replica does from time to time; each task takes its own lock where it needs one, and
 * says so when another replica holds it.
 */
export interface MaintenanceTask {
  /** Also a label of metrics. */
  readonly name: string;
  readonly everySeconds: number;
  run(): Promise<unknown>;
}

/**
 * Repeats tasks until stopped.
 *
 * A task never overlaps itself: the next run is due `everySeconds` after the last one ended. A run
 * that fails is logged and the task goes on. The timers do not keep the process alive.
 *
 * @returns stop: no run begins after it was called; it resolves when those in progress have ended
 */
export function startMaintenance(
  tasks: readonly MaintenanceTask[],
  deps: {
    readonly logger: Pick<Logger, 'warn'>;
    readonly metrics: Pick<Metrics, 'watchMaintenance' | 'observeMaintenance'>;
    readonly now: () => Date;
  },
): () => Promise<void> {
  const { logger, metrics, now } = deps;
  let stopped = false;
  const timers = new Map<string, NodeJS.Timeout>();
  const running = new Map<string, Promise<void>>();

  const schedule = (task: MaintenanceTask) => {
    if (stopped) return;
    const timer = setTimeout(() => running.set(task.name, runOnce(task)), task.everySeconds * 1000);
    timers.set(task.name, timer.unref());
  };
  const runOnce = async (task: MaintenanceTask) => {
    const startedAt = performance.now();
    let outcome: 'ran' | 'skipped' | 'failed' = 'failed';
    try {
      outcome = wasSkipped(await task.run()) ? 'skipped' : 'ran';
    } catch (error) {
      logger.warn('maintenance failed, trying again later', { task: task.name, error });
    }
    const seconds = (performance.now() - startedAt) / 1000;
    metrics.observeMaintenance({ task: task.name, outcome, endedAt: now(), seconds });
    schedule(task);
  };

  for (const task of tasks) {
    metrics.watchMaintenance(task.name, now());
    schedule(task);
  }
  return async () => {
    stopped = true;
    for (const timer of timers.values()) clearTimeout(timer);
    await Promise.all(running.values());
  };
}

/** Whether a task left its turn to another replica. */
function wasSkipped(result: unknown): boolean {
  return (
    typeof result === 'object' &&
    result !== null &&
    'outcome' in result &&
    result.outcome === 'skipped'
  );
}
