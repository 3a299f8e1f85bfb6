/**
 * How something long is told to end in order: what it waits for fails, once, and so its own clean-ups run,
 * which may wait as ever.
 */

/** Whatever waits now. */
const waits = new Set<AbortController>();
/** Of an interruption that found nobody waiting. */
let undelivered: Error | undefined;

/** Has everything that waits fail with `reason`; where nothing does, the next that would. */
export function interrupt(reason: Error): void {
  if (waits.size === 0) undelivered = reason;
  for (const wait of waits) wait.abort(reason);
}

/**
 * Waits, and fails when that was interrupted, whatever came of it.
 *
 * @param wait - ends soon once its signal says so
 */
export async function interruptible<T>(wait: (signal: AbortSignal) => Promise<T>): Promise<T> {
  if (undelivered !== undefined) {
    const reason = undelivered;
    undelivered = undefined;
    throw reason;
  }
  const controller = new AbortController();
  waits.add(controller);
  try {
    const answer = await wait(controller.signal);
    controller.signal.throwIfAborted();
    return answer;
  } catch (error) {
    controller.signal.throwIfAborted();
    throw error;
  } finally {
    waits.delete(controller);
  }
}
