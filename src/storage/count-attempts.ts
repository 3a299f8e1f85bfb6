import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';
import type { AttemptLimit, AttemptLimits } from '../accounts/attempt-limits.ts';
import type { AttemptStore, AttemptSubject, AttemptVerdict } from '../accounts/attempt-store.ts';
import { hmacSha256 } from '../crypto/digest.ts';
import type { TenantId } from '../tenants/tenant.ts';

/** What every attempt store is made with. */
export interface AttemptStoreOptions {
  readonly limits: AttemptLimits;
  /** Keys the digests under which subjects are counted; the same on every replica. */
  readonly digestKey: string | Buffer;
}

/** One kind of counter of a back end. */
export type CreateLimiter = (options: {
  keyPrefix: string;
  points: number;
  duration: number;
}) => RateLimiterAbstract;

type Kind = AttemptSubject['kind'];

/** What is counted together, in order: a refusal leaves the later ones uncounted. */
const ROUNDS: readonly (readonly Kind[])[] = [
  ['address', 'address_block', 'code_requests'],
  ['account', 'factor', 'mailed_code', 'code_pause'],
  ['code_quota'],
];
/** Whose attempt it was: a success clears them. */
const OWNERS: ReadonlySet<Kind> = new Set(['account', 'factor', 'mailed_code']);

interface Counter {
  readonly limit: AttemptLimit;
  /** Failures of the window; over the limit while the subject is locked. */
  readonly failures: RateLimiterAbstract;
  /** Locks so far; undefined where the limit has none. */
  readonly locks: RateLimiterAbstract | undefined;
}

/**
 * The attempt store over any of `rate-limiter-flexible`'s back ends: what is counted and when a
 * lock begins is the same on each.
 *
 * @param answer - awaits the back end; turns its outage into StorageUnavailableError
 */
export function countAttempts(
  options: AttemptStoreOptions,
  createLimiter: CreateLimiter,
  answer: <T>(result: Promise<T>) => Promise<T>,
): AttemptStore {
  const counter = (kind: Kind) => createCounter(kind, options.limits[kind], createLimiter);
  const counters: Record<Kind, Counter> = {
    account: counter('account'),
    address: counter('address'),
    address_block: counter('address_block'),
    factor: counter('factor'),
    mailed_code: counter('mailed_code'),
    code_requests: counter('code_requests'),
    code_pause: counter('code_pause'),
    code_quota: counter('code_quota'),
  };
  const keyOf = (tenantId: TenantId, subject: AttemptSubject) =>
    `${tenantId}:${hmacSha256(options.digestKey, `${tenantId}\0${subject.kind}\0${nameOf(subject)}`)}`;

  async function count(tenantId: TenantId, subject: AttemptSubject): Promise<AttemptVerdict> {
    const counter = counters[subject.kind];
    const key = keyOf(tenantId, subject);
    let consumed: RateLimiterRes;
    try {
      consumed = await answer(counter.failures.consume(key));
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      return { allowed: false, retryAfterSeconds: Math.max(1, toSeconds(refusal.msBeforeNext)) };
    }
    // Counting is atomic, so of any number at once exactly one is the last that is allowed.
    if (consumed.consumedPoints === counter.limit.failures) await answer(lock(counter, key));
    return { allowed: true };
  }

  async function countAll(
    tenantId: TenantId,
    subjects: readonly AttemptSubject[],
  ): Promise<AttemptVerdict> {
    const verdicts = await Promise.all(subjects.map((subject) => count(tenantId, subject)));
    const waits = verdicts.map((verdict) => (verdict.allowed ? 0 : verdict.retryAfterSeconds));
    const longest = Math.max(0, ...waits);
    return longest === 0 ? { allowed: true } : { allowed: false, retryAfterSeconds: longest };
  }

  function takeBack(tenantId: TenantId, subject: AttemptSubject): Promise<unknown> {
    return counters[subject.kind].failures.reward(keyOf(tenantId, subject));
  }

  function forget(tenantId: TenantId, subject: AttemptSubject): Promise<unknown> {
    const { failures, locks } = counters[subject.kind];
    const key = keyOf(tenantId, subject);
    return Promise.all([failures.delete(key), locks?.delete(key)]);
  }

  return {
    async begin(tenantId, subjects) {
      for (const kinds of ROUNDS) {
        const counted = subjects.filter(({ kind }) => kinds.includes(kind));
        const verdict = await countAll(tenantId, counted);
        if (!verdict.allowed) return verdict;
      }
      return { allowed: true };
    },
    async succeeded(tenantId, subjects) {
      const settle = (subject: AttemptSubject) =>
        OWNERS.has(subject.kind) ? forget(tenantId, subject) : takeBack(tenantId, subject);
      await answer(Promise.all(subjects.map(settle)));
    },
    async withdraw(tenantId, subjects) {
      await answer(Promise.all(subjects.map((subject) => takeBack(tenantId, subject))));
    },
  };
}

function createCounter(kind: Kind, limit: AttemptLimit, createLimiter: CreateLimiter): Counter {
  return {
    limit,
    failures: createLimiter({
      keyPrefix: kind,
      points: limit.failures,
      duration: limit.windowSeconds,
    }),
    locks:
      limit.lock &&
      createLimiter({ keyPrefix: `${kind}_locks`, points: 1, duration: limit.lock.memorySeconds }),
  };
}

/** Should this fail half-way, the subject is locked until its window ends: no longer than ever. */
async function lock({ limit, failures, locks }: Counter, key: string): Promise<void> {
  if (limit.lock === undefined || locks === undefined) return;
  const { consumedPoints } = await locks.penalty(key);
  const seconds = limit.lock.firstSeconds * 2 ** Math.max(0, consumedPoints - 1);
  await failures.block(key, Math.min(seconds, limit.lock.maxSeconds));
}

function nameOf(subject: AttemptSubject): string {
  switch (subject.kind) {
    case 'account':
      return subject.identifier;
    case 'address':
    case 'code_requests':
      return subject.address;
    case 'address_block':
      return subject.block;
    case 'factor':
      return subject.accountId;
    case 'mailed_code':
      return subject.subject;
    case 'code_pause':
    case 'code_quota':
      return subject.name;
  }
}

function toSeconds(milliseconds: number): number {
  return Math.ceil(milliseconds / 1000);
}
