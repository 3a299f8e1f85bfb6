import { randomId } from '../crypto/random-id.ts';
import type { Problem } from './problem.ts';
import type { SignInChoices } from './sign-in-choices.ts';
import type { PendingSignIn, SignedIn } from './signed-in.ts';

/** A session that nobody used for this long is gone. Milliseconds. */
const IDLE_MS = 2 * 60 * 60 * 1000;
/** A new session past these ends the one that was used least recently. */
const MAX_SESSIONS = 500;
/** Sign-ins that one browser may have under way, one for each tab. */
const MAX_PENDING = 8;

/** What the playground remembers of one browser, in memory and nowhere else. */
export interface PlaygroundSession {
  /** What the cookie holds. */
  readonly id: string;
  /** As last chosen, so that one thing can be changed and tried again. */
  choices: SignInChoices | undefined;
  /** By state; each answers once. */
  readonly pending: Map<string, PendingSignIn>;
  signedIn: SignedIn | undefined;
  /** What went wrong last. */
  problem: Problem | undefined;
  /** State of a sign-out that is under way at the issuer. */
  signingOut: string | undefined;
  /** Said once on the next page. */
  notice: 'signed_out' | undefined;
  /** The end of the last action; see `inTurn`. */
  turn: Promise<unknown>;
}

/** The sessions of all browsers. */
export interface PlaygroundSessions {
  /** The session of a cookie, as long as it lives; using it keeps it alive. */
  find(id: string | undefined): PlaygroundSession | undefined;
  create(): PlaygroundSession;
  /** Ends a session. */
  end(id: string): void;
  readonly size: number;
}

/**
 * Keeps sessions in memory: bounded, and gone when idle for two hours or when the process ends.
 *
 * A sign-in and a sign-out move to a new session, so that an id which somebody else put into this
 * browser never leads to anything (session fixation).
 */
export function createPlaygroundSessions(now: () => Date): PlaygroundSessions {
  // In the order of their last use: the first is the one to go.
  const sessions = new Map<string, { session: PlaygroundSession; until: number }>();

  const keep = (session: PlaygroundSession) => {
    sessions.delete(session.id);
    sessions.set(session.id, { session, until: now().getTime() + IDLE_MS });
  };
  const sweep = () => {
    for (const [id, { until }] of sessions) {
      if (until > now().getTime() && sessions.size <= MAX_SESSIONS) return;
      sessions.delete(id);
    }
  };

  return {
    find(id) {
      sweep();
      const session = id === undefined ? undefined : sessions.get(id)?.session;
      if (session !== undefined) keep(session);
      return session;
    },
    create() {
      const session: PlaygroundSession = {
        id: randomId(),
        choices: undefined,
        pending: new Map(),
        signedIn: undefined,
        problem: undefined,
        signingOut: undefined,
        notice: undefined,
        turn: Promise.resolve(),
      };
      keep(session);
      sweep();
      return session;
    },
    end: (id) => void sessions.delete(id),
    get size() {
      return sessions.size;
    },
  };
}

/** Remembers a sign-in that has been sent on its way; the oldest of too many is forgotten. */
export function addPending(session: PlaygroundSession, pending: PendingSignIn): void {
  session.pending.set(pending.state, pending);
  const [oldest] = session.pending.keys();
  if (session.pending.size > MAX_PENDING && oldest !== undefined) session.pending.delete(oldest);
}

/** Takes a sign-in that is under way: a state answers once, whatever comes of it. */
export function takePending(
  session: PlaygroundSession,
  state: string | undefined,
): PendingSignIn | undefined {
  if (state === undefined) return undefined;
  const pending = session.pending.get(state);
  session.pending.delete(state);
  return pending;
}

/**
 * Does one thing with a session's tokens after the other: a refresh token works once, and two
 * clicks are quickly made.
 */
export function inTurn<T>(session: PlaygroundSession, action: () => Promise<T>): Promise<T> {
  const done = session.turn.then(action);
  session.turn = done.catch(() => undefined);
  return done;
}
