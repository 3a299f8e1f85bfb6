import type { SigningAlgorithm, Tenant, TenantId } from '../tenants/tenant.ts';
import type { TenantStore } from '../tenants/tenant-store.ts';
import { changeKeySet, type KeyDeps } from './change-key-set.ts';
import { advanceStages, type StageChange, withoutSuccessor } from './key-stages.ts';
import type { KeyStore } from './key-store.ts';
import type { SealedSigningKey } from './signing-key.ts';

/** Tenants taken in one go of each kind of due; whoever changed so many has more to do. */
export const TENANTS_AT_ONCE = 100;

/** What advancing did; each list holds `kid`s. */
export interface AdvanceResult extends Omit<StageChange, 'keys'> {
  /** Successors that wait to sign from now on. */
  readonly published: readonly string[];
}

const NOTHING: AdvanceResult = { published: [], activated: [], retired: [], dropped: [] };

/**
 * Moves a tenant's keys whose time has come: `next` keys sign, those that they replace retire,
 * retiring keys past their end are gone, and a key that has signed for long enough gets a successor
 * that is published now.
 *
 * Any replica may call it at any time: of replicas that do so at once one changes the set and the
 * others find nothing to do. A key never signs in the set that first publishes it.
 *
 * @throws StorageUnavailableError, ConflictError
 */
export async function advanceKeyStages(deps: KeyDeps, tenant: Tenant): Promise<AdvanceResult> {
  const policy = deps.policyOf(tenant.settings.lifetimes);
  const { outcome = NOTHING } = await changeKeySet(deps, tenant, async (current, mint) => {
    const now = deps.now();
    const { keys, ...moved } = advanceStages(current.keys, now, policy);
    const successors = await Promise.all(
      algorithmsToSucceed(deps, keys, now).map((algorithm) =>
        mint(algorithm, 'next', (made) => secondsLater(made, policy.publishSeconds)),
      ),
    );
    const published = successors.map((key) => key.kid);
    const outcome = { ...moved, published };
    return hasMoved(outcome) ? { keys: [...keys, ...successors], outcome } : undefined;
  });
  await recordMoves(deps, tenant, outcome);
  return outcome;
}

/**
 * Advances every tenant that is due, at most a hundred of each kind in one call. Meant for a timer
 * in each replica, one at a time; one tenant's failure is logged and does not keep the others
 * waiting.
 *
 * @param signal - aborts when the process is to stop: the tenant at hand is the last one
 * @returns how many tenants changed
 * @throws StorageUnavailableError when PostgreSQL cannot say who is due
 */
export async function advanceDueKeyStages(
  deps: KeyDeps & {
    readonly keys: Pick<KeyStore, 'tenantsDue' | 'tenantsWithoutSuccessor'>;
    readonly tenants: Pick<TenantStore, 'findById'>;
  },
  signal?: AbortSignal,
): Promise<number> {
  let changed = 0;
  for (const tenantId of await tenantsToAdvance(deps)) {
    if (signal?.aborted === true) break;
    try {
      const tenant = await deps.tenants.findById(tenantId);
      if (tenant === undefined) continue;
      if (hasMoved(await advanceKeyStages(deps, tenant))) changed += 1;
    } catch (error) {
      deps.logger.warn('the key stages of a tenant did not advance', {
        tenant_id: tenantId,
        error,
      });
    }
  }
  return changed;
}

async function tenantsToAdvance(
  deps: Pick<KeyDeps, 'now' | 'successorSeconds'> & {
    readonly keys: Pick<KeyStore, 'tenantsDue' | 'tenantsWithoutSuccessor'>;
  },
): Promise<Set<TenantId>> {
  const now = deps.now();
  const due = await deps.keys.tenantsDue(now, TENANTS_AT_ONCE);
  if (deps.successorSeconds === undefined) return new Set(due);
  const signingSince = secondsLater(now, -deps.successorSeconds);
  const alone = await deps.keys.tenantsWithoutSuccessor(signingSince, TENANTS_AT_ONCE);
  return new Set([...due, ...alone]);
}

function algorithmsToSucceed(
  deps: Pick<KeyDeps, 'successorSeconds'>,
  keys: readonly SealedSigningKey[],
  now: Date,
): SigningAlgorithm[] {
  if (deps.successorSeconds === undefined) return [];
  return withoutSuccessor(keys, secondsLater(now, -deps.successorSeconds));
}

async function recordMoves(
  deps: Pick<KeyDeps, 'audit'>,
  tenant: Tenant,
  { published, ...moved }: AdvanceResult,
): Promise<void> {
  const event = {
    tenantId: tenant.id,
    outcome: 'success',
    actor: { type: 'system' },
    subject: { type: 'key_set', id: tenant.id },
  } as const;
  if (moved.activated.length > 0) {
    const detail = { mode: 'staged', ...moved };
    await deps.audit.record({ ...event, kind: 'keys.rotated', detail });
  }
  if (published.length > 0) {
    const detail = { mode: 'staged', published };
    await deps.audit.record({ ...event, kind: 'keys.created', detail });
  }
}

function hasMoved({ published, activated, dropped }: AdvanceResult): boolean {
  return published.length + activated.length + dropped.length > 0;
}

function secondsLater(time: Date, seconds: number): Date {
  return new Date(time.getTime() + seconds * 1000);
}
