/**
 * One replica's view of the signing keys, for tests: real stores, a clock that the test sets, and
 * what was audited and logged kept in lists.
 */
import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import type { AuditEvent } from '../audit/audit-event.ts';
import { createSealer, type SealingKey, sealingKey } from '../crypto/sealing.ts';
import type { KeyDeps } from '../keys/change-key-set.ts';
import type { KeyPolicy } from '../keys/key-policy.ts';
import type { KeyStore } from '../keys/key-store.ts';
import { createPostgresKeyStore } from '../storage/postgres/key-store.ts';
import { createPostgresTenantStore } from '../storage/postgres/tenant-store.ts';
import { createRedisKeyCache } from '../storage/redis/key-cache.ts';
import type { RedisClient } from '../storage/redis/redis.ts';
import type { Tenant, TenantId } from '../tenants/tenant.ts';

/** The prefix under which these tests keep their copies in Redis. */
export const KEY_PREFIX = 'gatehouse:';

/** Stages that a test can walk through by setting its clock. */
export const SHORT_POLICY: KeyPolicy = { publishSeconds: 600, retireSeconds: 6000 };

/** Seconds that a key of these tests has signed when its successor is published. */
export const SHORT_SUCCESSOR_SECONDS = 3000;

export interface KeyReplica {
  readonly deps: KeyDeps & { readonly keys: KeyStore };
  readonly events: AuditEvent[];
  readonly warnings: string[];
  /** How often this replica read a set from PostgreSQL. */
  loads(): number;
  /** The tenant as it is stored now. */
  tenant(id: TenantId): Promise<Tenant>;
}

/** Time that replicas of one test share. */
interface TestClock {
  now(): Date;
  advance(seconds: number): void;
}

export function createTestClock(start = new Date('2030-01-01T00:00:00Z')): TestClock {
  let time = start.getTime();
  return {
    now: () => new Date(time),
    advance: (seconds) => {
      time += seconds * 1000;
    },
  };
}

/** A sealing key that no other test has. */
export function randomSealingKey(): SealingKey {
  return sealingKey(randomBytes(32));
}

/** A list of `kid`s or algorithms in an event's detail, sorted. */
export function detailList(event: AuditEvent | undefined, name: string): string[] {
  const value = event?.detail?.[name];
  return typeof value === 'object' ? [...value].sort() : [];
}

/**
 * @param services.redis - undefined: a deployment without Redis
 */
export function createKeyReplica(services: {
  db: Knex;
  redis: RedisClient | undefined;
  clock: TestClock;
  sealingKeys: readonly SealingKey[];
}): KeyReplica {
  const store = createPostgresKeyStore(services.db);
  const tenants = createPostgresTenantStore(services.db);
  const events: AuditEvent[] = [];
  const warnings: string[] = [];
  let loads = 0;
  const logger = { warn: (message: string) => void warnings.push(message) };
  return {
    deps: {
      keys: {
        ...store,
        load(tenantId) {
          loads += 1;
          return store.load(tenantId);
        },
      },
      cache:
        services.redis && createRedisKeyCache(services.redis, { keyPrefix: KEY_PREFIX, logger }),
      notifications: undefined,
      sealer: createSealer(services.sealingKeys),
      audit: { record: async (event) => void events.push(event) },
      logger,
      policyOf: () => SHORT_POLICY,
      successorSeconds: SHORT_SUCCESSOR_SECONDS,
      now: services.clock.now,
    },
    events,
    warnings,
    loads: () => loads,
    async tenant(id) {
      const tenant = await tenants.findById(id);
      if (tenant === undefined) throw new Error(`no tenant ${id}`);
      return tenant;
    },
  };
}

/**
 * Makes replicas race for certain: each of their first `rounds` reads from PostgreSQL ends only
 * when all of them have read, so that all plan their change on the same set.
 */
export function readTogether(replicas: readonly KeyReplica[], rounds: number): KeyReplica[] {
  const barriers = Array.from({ length: rounds }, () => ({
    waiting: replicas.length,
    open: Promise.withResolvers<void>(),
  }));
  return replicas.map((replica) => {
    const { keys } = replica.deps;
    let round = 0;
    const load: KeyStore['load'] = async (tenantId) => {
      const set = await keys.load(tenantId);
      const barrier = barriers[round++];
      if (barrier === undefined) return set;
      barrier.waiting -= 1;
      if (barrier.waiting === 0) barrier.open.resolve();
      await barrier.open.promise;
      return set;
    };
    return { ...replica, deps: { ...replica.deps, keys: { ...keys, load } } };
  });
}
