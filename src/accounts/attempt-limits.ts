import type { AttemptSubject } from './attempt-store.ts';

/** How many attempts a subject has that do not succeed, and what happens then. */
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
const DAY = 24 * HOUR;

/**
 * What every deployment has; not a setting.
 *
 * | subject | failures | then |
 * |---|---|---|
 * | account | 10 in an hour | locked 5 minutes, 10, 20, 40, then 60 each; a success forgets all |
 * | address | 50 in 15 minutes | waits for the end of the 15 minutes |
 * | block (/24, /64) | 200 in 15 minutes | waits for the end of the 15 minutes |
 * | second factor | 10 in a day | locked 15 minutes, 30, … then a day each; a success forgets all |
 * | mailed code | 10 in an hour | as an account |
 * | codes to one mailbox | 1 in a minute, 5 in an hour | waits for the end of it |
 * | codes asked for by one address | 30 in an hour | waits for the end of the hour |
 *
 * A patient guesser of one account gets at most some 270 guesses a day, from however many
 * addresses; a person who mistypes waits five minutes. Blocks have room for an office behind one
 * address, where successes are not counted.
 *
 * Whoever guesses second factors has the password already, and three of a million codes are right
 * at any time: they get some twenty guesses on the first day and ten on each one after it. Nobody
 * without the password can lock the owner out there. A mailed code is another one every time, lives
 * ten minutes and dies with its fifth wrong try.
 *
 * @see NIST SP 800-63B-4, section 3.2.2 (rate limiting)
 */
export const DEFAULT_ATTEMPT_LIMITS: AttemptLimits = {
  account: {
    failures: 10,
    windowSeconds: HOUR,
    lock: { firstSeconds: 5 * MINUTE, maxSeconds: HOUR, memorySeconds: DAY },
  },
  address: { failures: 50, windowSeconds: 15 * MINUTE },
  address_block: { failures: 200, windowSeconds: 15 * MINUTE },
  factor: {
    failures: 10,
    windowSeconds: DAY,
    lock: { firstSeconds: 15 * MINUTE, maxSeconds: DAY, memorySeconds: 7 * DAY },
  },
  mailed_code: {
    failures: 10,
    windowSeconds: HOUR,
    lock: { firstSeconds: 5 * MINUTE, maxSeconds: HOUR, memorySeconds: DAY },
  },
  code_requests: { failures: 30, windowSeconds: HOUR },
  code_pause: { failures: 1, windowSeconds: MINUTE },
  code_quota: { failures: 5, windowSeconds: HOUR },
};
