/** What became of a batch, and for how long nothing may be sent after it. */
export interface Delivery {
  /** `refused`: asking again would not help; `later`: the same may be sent again. */
  readonly outcome: 'taken' | 'refused' | 'later';
  /** How long the receiver wants to be left alone. Milliseconds. */
  readonly quietMs?: number;
  /** Why it was not taken, for the log. */
  readonly reason?: string;
}

/** Takes things to send on to whom they are for, without anybody waiting for it. */
export interface Sender<T> {
  /** Puts it into the queue, or drops it where that is full. Never throws, never waits. */
  add(item: T): void;
  /** How many were dropped so far. */
  dropped(): number;
  /**
   * Sends what waits, and gives up what is left when the time is over. What is added later is
   * dropped.
   */
  close(withinMs: number): Promise<void>;
}

export interface SenderOptions<T> {
  /** As many wait at most. */
  readonly limit: number;
  /** As many go at once. */
  readonly batch: number;
  /** How long one waits for others to go with. Milliseconds. */
  readonly everyMs: number;
  /** How long one batch may take. Milliseconds. */
  readonly timeoutMs: number;
  /** The pause after the first batch that was not taken; each later one is twice as long. */
  readonly firstRetryMs?: number;
  /** A rejection counts as `later`. */
  send(batch: readonly T[], signal: AbortSignal): Promise<Delivery>;
  /** Told once when things begin to go wrong, and not again before something was taken. */
  onTrouble?(reason: string): void;
  /** Told when they go right again, and how many were dropped meanwhile. */
  onRecovery?(dropped: number): void;
}

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 30_000;
/** A receiver that asks for more silence than this is asked again all the same. */
const LONGEST_QUIET_MS = 3_600_000;

/**
 * Sends things to a receiver that may be slow, away or busy, in batches, one batch at a time.
 *
 * Whoever adds never waits, memory is bounded, and what does not fit is dropped and counted: the
 * latest first, since the beginning of a trouble says most about it. Timers keep no process alive.
 */
export function createBoundedSender<T>(options: SenderOptions<T>): Sender<T> {
  const { limit, batch, everyMs, timeoutMs, firstRetryMs = FIRST_RETRY_MS } = options;
  let queue: T[] = [];
  let dropped = 0;
  let droppedInTrouble = 0;
  /** Batches in a row that were not taken. */
  let failures = 0;
  /** Said so by the receiver; closing does not change it. On the clock of `performance`. */
  let quietUntil = 0;
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> | undefined;
  let closing = false;
  const end = new AbortController();

  function drop(count: number): void {
    dropped += count;
    if (failures > 0) droppedInTrouble += count;
  }

  function schedule(inMs: number): void {
    if (timer !== undefined || sending !== undefined || closing) return;
    timer = setTimeout(() => {
      timer = undefined;
      sending = sendBatch().finally(() => {
        sending = undefined;
        if (queue.length > 0) schedule(pauseMs());
      });
    }, inMs).unref();
  }

  /** How long to wait before the next batch. */
  function pauseMs(): number {
    const retryMs = Math.min(firstRetryMs * 2 ** Math.min(failures - 1, 10), LONGEST_RETRY_MS);
    const quietMs = quietUntil - performance.now();
    const ownMs = failures > 0 ? retryMs : queue.length >= batch ? 0 : everyMs;
    return Math.max(ownMs, quietMs);
  }

  async function sendBatch(): Promise<void> {
    const items = queue.slice(0, batch);
    const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), end.signal]);
    const delivery = await deliver(items, signal);
    quietUntil = performance.now() + Math.min(delivery.quietMs ?? 0, LONGEST_QUIET_MS);
    if (delivery.outcome !== 'later') queue = queue.slice(items.length);
    if (delivery.outcome === 'taken') {
      if (failures > 0) options.onRecovery?.(droppedInTrouble);
      failures = 0;
      droppedInTrouble = 0;
      return;
    }
    failures += 1;
    if (failures === 1) options.onTrouble?.(delivery.reason ?? 'no reason given');
    if (delivery.outcome === 'refused') drop(items.length);
  }

  async function deliver(items: readonly T[], signal: AbortSignal): Promise<Delivery> {
    try {
      return await options.send(items, signal);
    } catch (error) {
      return { outcome: 'later', reason: reasonOf(error) };
    }
  }

  return {
    add(item) {
      if (closing || queue.length >= limit) return drop(1);
      queue.push(item);
      if (queue.length === batch && failures === 0 && timer !== undefined) {
        clearTimeout(timer);
        timer = undefined;
      }
      schedule(pauseMs());
    },
    dropped: () => dropped,
    async close(withinMs) {
      if (closing) return;
      closing = true;
      const limitTimer = setTimeout(() => end.abort(), withinMs);
      clearTimeout(timer);
      try {
        const over = new Promise<void>((resolve) => {
          end.signal.addEventListener('abort', () => resolve(), { once: true });
        });
        await Promise.race([over, drain()]);
      } finally {
        clearTimeout(limitTimer);
        end.abort();
        drop(queue.length);
        queue = [];
      }
    },
  };

  /** Sends batches until nothing is left, or one is not taken. */
  async function drain(): Promise<void> {
    await sending;
    while (queue.length > 0 && !end.signal.aborted && performance.now() >= quietUntil) {
      const before = failures;
      await sendBatch();
      if (failures > before) return;
    }
  }
}

/** What went wrong, in few words: `fetch` hides it in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error && 'code' in cause) return String(cause.code);
  return error.name === 'TimeoutError' ? 'no answer in time' : error.message;
}
