import type { Logger } from './telemetry/logger.ts';

/** Work that any replica does from time to time; each task takes its own lock where it needs one. */
export interface MaintenanceTask {
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
  logger: Pick<Logger, 'warn'>,
): () => Promise<void> {
  let stopped = false;
  const timers = new Map<string, NodeJS.Timeout>();
  const running = new Map<string, Promise<void>>();

  const schedule = (task: MaintenanceTask) => {
    if (stopped) return;
    const timer = setTimeout(() => running.set(task.name, runOnce(task)), task.everySeconds * 1000);
    timers.set(task.name, timer.unref());
  };
  const runOnce = async (task: MaintenanceTask) => {
    try {
      await task.run();
    } catch (error) {
      logger.warn('maintenance failed, trying again later', { task: task.name, error });
    }
    schedule(task);
  };

  for (const task of tasks) schedule(task);
  return async () => {
    stopped = true;
    for (const timer of timers.values()) clearTimeout(timer);
    await Promise.all(running.values());
  };
}
