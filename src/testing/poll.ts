import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { interruptible } from './interruption.ts';

/**
 * Asks again and again until the answer is neither `undefined` nor `false`, and returns it.
 *
 * For outcomes whose time is not ours to set: a process that ends, a row that expires in Redis.
 *
 * @param check - may throw; that counts as "not yet"
 * @param options.deadlineMs - then it fails with the last thing that `check` threw, if any
 */
export function pollUntil<T>(
  check: () => T | undefined | false | Promise<T | undefined | false>,
  options: { deadlineMs: number; everyMs?: number },
): Promise<T> {
  return interruptible((signal) => poll(check, { ...options, signal }));
}

async function poll<T>(
  check: () => T | undefined | false | Promise<T | undefined | false>,
  options: { deadlineMs: number; everyMs?: number; signal: AbortSignal },
): Promise<T> {
  const end = performance.now() + options.deadlineMs;
  let last: unknown;
  do {
    try {
      const answer = await check();
      if (answer !== undefined && answer !== false) return answer;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await delay(options.everyMs ?? 20);
  } while (performance.now() < end && !options.signal.aborted);
  throw new Error(`not so within ${options.deadlineMs} ms`, { cause: last });
}
