import type { AuditLog } from '../audit/audit-log.ts';
import type { Sealer } from '../crypto/sealing.ts';
import { ConflictError } from '../errors.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { SigningAlgorithm, Tenant, TenantLifetimes } from '../tenants/tenant.ts';
import type { TenantNotifications } from '../tenants/tenant-change-feed.ts';
import { type GeneratedSigningKey, generateSigningKey } from './generate-signing-key.ts';
import type { KeyPolicy } from './key-policy.ts';
import type { KeyCache, KeyStore, SealedKeySet } from './key-store.ts';
import { sealSigningKey } from './seal-signing-key.ts';
import type { KeyStage, SealedSigningKey } from './signing-key.ts';

/** How often a change is tried again because another replica was first. */
const ATTEMPTS = 10;

/** What it takes to read and change a tenant's keys. */
export interface KeyDeps {
  readonly keys: Pick<KeyStore, 'load' | 'replace'>;
  /** Undefined where there is no Redis. */
  readonly cache: KeyCache | undefined;
  /** Undefined where there is no Redis: replicas then find the change at their next look. */
  readonly notifications: Pick<TenantNotifications, 'announce'> | undefined;
  readonly sealer: Sealer;
  readonly audit: Pick<AuditLog, 'record'>;
  readonly logger: Pick<Logger, 'warn'>;
  /** `keyPolicyOf`, unless stages are to be shorter. */
  readonly policyOf: (lifetimes: TenantLifetimes) => KeyPolicy;
  /**
   * Seconds that a key has signed when its successor is published by itself; undefined: never. See
   * `successorSecondsOf`.
   */
  readonly successorSeconds: number | undefined;
  readonly now: () => Date;
}

/** Makes a new key; asked again for the same algorithm in one change, it gives the same key. */
export type MintKey = (
  algorithm: SigningAlgorithm,
  stage: KeyStage,
  since: (now: Date) => Date,
) => Promise<SealedSigningKey>;

/** What should become of a set, or undefined when there is nothing to do. */
export type PlanChange<Outcome> = (
  current: SealedKeySet,
  mint: MintKey,
) => Promise<{ keys: readonly SealedSigningKey[]; outcome: Outcome } | undefined>;

/**
 * Changes a tenant's key set in PostgreSQL, then lets the other replicas know.
 *
 * Of changes that race one is stored; the others are planned again on its result, with the keys
 * that they have already made. So replicas that do the same thing at once end with one set.
 *
 * @param plan - called once or more; must not have effects of its own
 * @returns the set as stored now, and the plan's outcome if it changed something
 * @throws StorageUnavailableError when PostgreSQL does not answer
 * @throws ConflictError when others were first ten times in a row
 */
export async function changeKeySet<Outcome>(
  deps: KeyDeps,
  tenant: Tenant,
  plan: PlanChange<Outcome>,
): Promise<{ set: SealedKeySet; outcome: Outcome | undefined }> {
  const mint = keyMint(deps, tenant);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const current = await deps.keys.load(tenant.id);
    const planned = await plan(current, mint);
    if (planned === undefined) return { set: current, outcome: undefined };

    const keys = [...planned.keys];
    if (await deps.keys.replace(tenant.id, current.version, keys)) {
      const set = { tenantId: tenant.id, version: current.version + 1, keys };
      // `tenant` was read before the set was, so its version is a safe claim for the copy.
      await deps.cache?.put({ ...set, tenantVersion: tenant.version });
      await deps.notifications?.announce(tenant.id);
      return { set, outcome: planned.outcome };
    }
  }
  throw new ConflictError('the signing keys were changed by others at the same time; try again');
}

function keyMint(deps: Pick<KeyDeps, 'sealer' | 'now'>, tenant: Tenant): MintKey {
  const generated = new Map<SigningAlgorithm, Promise<GeneratedSigningKey>>();
  return async (algorithm, stage, since) => {
    const making = generated.get(algorithm) ?? generateSigningKey(algorithm);
    generated.set(algorithm, making);
    const key = await making;
    // The clock is read after the work: a stage must not begin before its key exists.
    const now = deps.now();
    return {
      ...sealSigningKey(deps.sealer, tenant.id, key),
      stage,
      createdAt: now,
      stageSince: since(now),
      goneAt: undefined,
    };
  };
}
