import type { AttemptSubject } from './attempt-store.ts';

/** How many failed attempts a subject has, and what happens then. */
export interface AttemptLimit {
  /** Failures allowed in one window; the next attempt is refused. */
  readonly failures: number;
  /** Seconds from the first failure until all are forgotten. */
  readonly windowSeconds: number;
  /** Without it, the subject waits for the end of its window. */
  readonly lock?: {
    /** Seconds of the first lock; each further one takes twice as long. */
    readonly firstSeconds: number;
    /** No lock takes longer. Not above `windowSeconds`, or waiting would be the way around it. */
    readonly maxSeconds: number;
    /** Seconds after the first lock until locks are forgotten and begin short again. */
    readonly memorySeconds: number;
  };
}

export type AttemptLimits = Readonly<Record<AttemptSubject['kind'], AttemptLimit>>;

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/**
 * What a deployment gets that says nothing.
 *
 * | subject | failures | then |
 * |---|---|---|
 * | account | 10 in an hour | locked 5 minutes, 10, 20, 40, then 60 each; a success forgets all |
 * | address | 50 in 15 minutes | waits for the end of the 15 minutes |
 * | block (/24, /64) | 200 in 15 minutes | waits for the end of the 15 minutes |
 *
 * A patient guesser of one account gets at most some 270 guesses a day, from however many
 * addresses; a person who mistypes waits five minutes. Blocks have room for an office behind one
 * address, where successes are not counted.
 *
 * @see NIST SP 800-63B-4, section 3.2.2 (rate limiting)
 */
export const DEFAULT_ATTEMPT_LIMITS: AttemptLimits = {
  account: {
    failures: 10,
    windowSeconds: HOUR,
    lock: { firstSeconds: 5 * MINUTE, maxSeconds: HOUR, memorySeconds: 24 * HOUR },
  },
  address: { failures: 50, windowSeconds: 15 * MINUTE },
  address_block: { failures: 200, windowSeconds: 15 * MINUTE },
};
