const SECOND_MS = 1000;
const HOUR_MS = 60 * 60 * SECOND_MS;

/** Wait after the first attempt; each one after it waits twice as long. */
const FIRST_WAIT_MS = 15 * SECOND_MS;
/** Longest wait between two attempts. */
const LONGEST_WAIT_MS = HOUR_MS;
/** Share of a wait by which it is shorter or longer, so that replicas do not knock together. */
const JITTER = 0.2;

/**
 * When a message is to be tried again: after 15 s, 30 s, 1 min, 2 min and so on up to an hour, each
 * a fifth shorter or longer by chance.
 *
 * @param mail.attempt - the one that failed; 1 is the first
 * @param random - from 0 to 1
 * @returns undefined when it would be of no use by then: it is given up
 */
export function nextAttemptAt(
  mail: { readonly attempt: number; readonly giveUpAt: Date },
  now: Date,
  random: number,
): Date | undefined {
  const wait = Math.min(FIRST_WAIT_MS * 2 ** (mail.attempt - 1), LONGEST_WAIT_MS);
  const at = new Date(now.getTime() + wait * (1 - JITTER + 2 * JITTER * random));
  return at < mail.giveUpAt ? at : undefined;
}
