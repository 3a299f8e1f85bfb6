import type { Logger } from './telemetry/logger.ts';

/** Work that goes on after its request was answered. */
export interface BackgroundWork {
  /** Begins work; a failure is logged and nobody hears of it. */
  run(name: string, work: () => Promise<unknown>): void;
  /** Resolves when everything that was begun has ended. */
  settle(): Promise<void>;
}

/**
 * For what must not show in the time that an answer takes, such as whether there is an account.
 *
 * What runs here is lost when the process is killed, so it is only for what a person would ask for
 * again; and the server waits for it when it stops.
 */
export function createBackgroundWork(logger: Pick<Logger, 'error'>): BackgroundWork {
  const running = new Set<Promise<void>>();
  return {
    run(name, work) {
      const begun = Promise.resolve()
        .then(work)
        .then(
          () => undefined,
          (error: unknown) => logger.error('background work failed', { work: name, error }),
        )
        .finally(() => running.delete(begun));
      running.add(begun);
    },
    async settle() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
