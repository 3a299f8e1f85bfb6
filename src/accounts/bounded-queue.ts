import { OverloadedError } from '../errors.ts';

/** How busy a queue is, for metrics. */
export interface QueueLoad {
  /** Running now. */
  running: number;
  /** Waiting for a turn. */
  waiting: number;
  /** Begun since the process started. */
  started: number;
  /** Refused since the process started. */
  refused: number;
}

export interface BoundedQueue {
  /**
   * Runs `work` when its turn comes, first come first served.
   *
   * @throws OverloadedError at once when the queue is full, or after the longest wait; `work` was
   *   not begun
   */
  run<T>(work: () => Promise<T>): Promise<T>;
  load(): QueueLoad;
}

/**
 * Lets at most `concurrency` works run and at most `queueLimit` wait; refuses the rest at once, so
 * that whoever is served is served soon and whoever is not hears so while still listening.
 *
 * @param options.what - named in the OverloadedError
 * @param options.maxWaitMs - whoever has waited longer when their turn comes is refused, too: on a
 *   machine that is slower than it was meant to be, everybody would wait longer than anybody listens
 * @param options.elapsed - milliseconds of a clock that never goes back
 */
export function createBoundedQueue(options: {
  what: string;
  concurrency: number;
  queueLimit: number;
  maxWaitMs?: number;
  elapsed?: () => number;
}): BoundedQueue {
  const { maxWaitMs = Number.POSITIVE_INFINITY, elapsed = () => performance.now() } = options;
  const waiting: {
    readonly since: number;
    readonly begin: () => void;
    readonly refuse: () => void;
  }[] = [];
  let running = 0;
  let started = 0;
  let refused = 0;

  async function turn(): Promise<void> {
    if (running < options.concurrency) {
      running += 1;
      return;
    }
    if (waiting.length >= options.queueLimit) {
      refused += 1;
      throw new OverloadedError(options.what);
    }
    await new Promise<void>((begin, reject) => {
      const refuse = () => {
        refused += 1;
        reject(new OverloadedError(options.what));
      };
      waiting.push({ since: elapsed(), begin, refuse });
    });
  }

  // Whoever leaves hands the place over, so nobody who arrives in between can take it.
  function leave(): void {
    const oldest = elapsed() - maxWaitMs;
    let next = waiting.shift();
    while (next !== undefined && next.since < oldest) {
      next.refuse();
      next = waiting.shift();
    }
    if (next === undefined) running -= 1;
    else next.begin();
  }

  return {
    async run(work) {
      await turn();
      started += 1;
      try {
        return await work();
      } finally {
        leave();
      }
    },
    load: () => ({ running, waiting: waiting.length, started, refused }),
  };
}
