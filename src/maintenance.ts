import type { Logger } from './telemetry/logger.ts';
import type { Metrics } from './telemetry/metrics.ts';

/** The pause before a turn of a task that left something for it. */
const MORE_SECONDS = 1;

/**
 * Work that any replica does from time to time; each task takes its own lock where it needs one, and
 * says `outcome: 'skipped'` when another replica holds it, or `more: true` when it left something.
 */
export interface MaintenanceTask {
  /** Also a label of metrics. */
  readonly name: string;
  readonly everySeconds: number;
  /** @param signal - aborts when the process is to stop: work of many parts ends after the one at hand */
  run(signal: AbortSignal): Promise<unknown>;
}

/**
 * Repeats tasks until stopped.
 *
 * A task never overlaps itself: the next run is due `everySeconds` after the last one ended, or in a
 * second if that left something. A run that fails is logged and the task goes on. The timers do not
 * keep the process alive.
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
  const stop = new AbortController();
  const timers = new Map<string, NodeJS.Timeout>();
  const running = new Map<string, Promise<void>>();

  const schedule = (task: MaintenanceTask, seconds: number) => {
    if (stop.signal.aborted) return;
    const timer = setTimeout(() => running.set(task.name, runOnce(task)), seconds * 1000);
    timers.set(task.name, timer.unref());
  };
  const runOnce = async (task: MaintenanceTask) => {
    const startedAt = performance.now();
    let outcome: 'ran' | 'skipped' | 'failed' = 'failed';
    let pause = task.everySeconds;
    try {
      const result = await task.run(stop.signal);
      outcome = says(result, 'outcome', 'skipped') ? 'skipped' : 'ran';
      if (says(result, 'more', true)) pause = Math.min(MORE_SECONDS, pause);
    } catch (error) {
      logger.warn('maintenance failed, trying again later', { task: task.name, error });
    }
    const seconds = (performance.now() - startedAt) / 1000;
    metrics.observeMaintenance({ task: task.name, outcome, endedAt: now(), seconds });
    schedule(task, pause);
  };

  for (const task of tasks) {
    metrics.watchMaintenance(task.name, now());
    schedule(task, task.everySeconds);
  }
  return async () => {
    stop.abort();
    for (const timer of timers.values()) clearTimeout(timer);
    await Promise.all(running.values());
  };
}

/** Whether the result of a task has this member, of this value. */
function says(result: unknown, name: string, value: unknown): boolean {
  return typeof result === 'object' && result !== null && Reflect.get(result, name) === value;
}
