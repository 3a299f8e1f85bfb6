import type { Logger } from '../telemetry/logger.ts';

/** Rejects, or does not answer in time, when what it checks is not usable. */
export type HealthCheck = () => Promise<unknown>;

/** An answer for a probe. */
export interface HealthAnswer {
  readonly status: 200 | 503;
  readonly body: {
    readonly status: 'ok' | 'error';
    /** `true` once the process has been told to stop. */
    readonly stopping?: true;
    /** What each check said; never why. */
    readonly checks?: Readonly<Record<string, 'ok' | 'unavailable'>>;
  };
}

/** What probes ask, on whichever port. */
export interface Health {
  /** The process runs. Stays 200 until it ends: a stopping process must not be restarted. */
  live(): Promise<HealthAnswer>;
  /** Requests are welcome: not stopping, and every check answers. */
  ready(): Promise<HealthAnswer>;
  /** From now on `ready` says no. */
  beginStopping(): void;
}

/**
 * The health routes, and what each asks. `/health` is for people and means readiness; the last three
 * are other names of it, for load balancers and monitors that were set up for a service like this.
 */
export const HEALTH_ROUTES = {
  '/health': 'ready',
  '/health/live': 'live',
  '/health/ready': 'ready',
  '/ready': 'ready',
  '/api/v1/health': 'ready',
  '/api/v1/ready': 'ready',
} as const satisfies Record<string, 'live' | 'ready'>;

/** Probes and their answers are for now only; they pass by the middleware that sets headers. */
export const HEALTH_HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
};

/** A check that takes longer has failed. */
const CHECK_TIMEOUT_MS = 1500;

/** Answers are kept so long: anybody may ask, and each question costs a round trip. */
const CACHE_MS = 1000;

/**
 * Makes the health of a process.
 *
 * Readiness runs every check at once, each for at most 1.5 s, at most once a second however many
 * ask; a change is logged once, not at every probe.
 *
 * @param deps.checks - by the name that probes see, such as `database`
 * @param deps.elapsed - milliseconds of a clock that never goes back
 */
export function createHealth(deps: {
  checks: Readonly<Record<string, HealthCheck>>;
  logger: Pick<Logger, 'info' | 'warn'>;
  checkTimeoutMs?: number;
  elapsed?: () => number;
}): Health {
  const { checks, logger, checkTimeoutMs = CHECK_TIMEOUT_MS } = deps;
  const elapsed = deps.elapsed ?? (() => performance.now());
  let stopping = false;
  let known: { at: number; answer: Promise<HealthAnswer> } | undefined;
  const failing = new Set<string>();

  async function runCheck(name: string, check: HealthCheck): Promise<'ok' | 'unavailable'> {
    try {
      await within(checkTimeoutMs, check());
      if (failing.delete(name)) logger.info('health check recovered', { check: name });
      return 'ok';
    } catch (error) {
      if (!failing.has(name)) logger.warn('health check failed', { check: name, error });
      failing.add(name);
      return 'unavailable';
    }
  }

  async function runChecks(): Promise<HealthAnswer> {
    const results = await Promise.all(
      Object.entries(checks).map(
        async ([name, check]) => [name, await runCheck(name, check)] as const,
      ),
    );
    const ok = results.every(([, result]) => result === 'ok');
    return {
      status: ok ? 200 : 503,
      body: { status: ok ? 'ok' : 'error', checks: Object.fromEntries(results) },
    };
  }

  return {
    live: async () => ({ status: 200, body: { status: 'ok' } }),
    async ready() {
      if (stopping) return { status: 503, body: { status: 'error', stopping: true } };
      if (known === undefined || elapsed() - known.at >= CACHE_MS) {
        known = { at: elapsed(), answer: runChecks() };
      }
      return known.answer;
    },
    beginStopping() {
      stopping = true;
    },
  };
}

async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('no answer in time')), milliseconds);
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
