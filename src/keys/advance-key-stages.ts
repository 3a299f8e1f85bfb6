import type { SigningAlgorithm, Tenant, TenantId } from '../tenants/tenant.ts';
import type { TenantStore } from '../tenants/tenant-store.ts';
import { changeKeySet, type KeyDeps } from './change-key-set.ts';
import { advanceStages, type StageChange, withoutSuccessor } from './key-stages.ts';
import type { KeyStore } from './key-store.ts';
import type { SealedSigningKey } from './signing-key.ts';

/** Tenants taken in one go of each kind of due. */
const TENANTS_AT_ONCE = 100;

/** What advancing did; each list holds `kid`s. */
export interface AdvanceResult extends Omit<StageChange, 'keys'> {
  /** Successors that wait to sign from now on. */
  readonly published: readonly string[];
}

/** What one turn through the tenants that are due did. */
export interface AdvanceTurn {
  readonly changed: number;
  /** Others are due, and this turn was not in vain. */
  readonly more: boolean;
  /** Tenants that nothing came of, to begin the next turn behind; none once every tenant had its turn. */
  readonly behind: readonly TenantId[];
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
 * waiting, however many fail: hand what a turn says of `behind` to the next one.
 *
 * @param turn.signal - aborts when the process is to stop: the tenant at hand is the last one
 * @throws StorageUnavailableError when PostgreSQL cannot say who is due
 */
export async function advanceDueKeyStages(
  deps: DueDeps & KeyDeps & { readonly tenants: Pick<TenantStore, 'findById'> },
  turn: { readonly behind?: readonly TenantId[]; readonly signal?: AbortSignal } = {},
): Promise<AdvanceTurn> {
  const { behind = [], signal } = turn;
  const { tenantIds, full } = await tenantsToAdvance(deps, behind);
  const inVain = new Set(behind);
  let changed = 0;
  for (const tenantId of tenantIds) {
    if (signal?.aborted === true) break;
    if (await advanceTenant(deps, tenantId)) changed += 1;
    else inVain.add(tenantId);
  }
  return { changed, more: full && changed > 0, behind: full ? [...inVain] : [] };
}

/** @returns whether anything changed; a failure is logged */
async function advanceTenant(
  deps: KeyDeps & { readonly tenants: Pick<TenantStore, 'findById'> },
  tenantId: TenantId,
): Promise<boolean> {
  try {
    const tenant = await deps.tenants.findById(tenantId);
    return tenant !== undefined && hasMoved(await advanceKeyStages(deps, tenant));
  } catch (error) {
    const message = 'the key stages of a tenant did not advance';
    deps.logger.warn(message, { tenant_id: tenantId, error });
    return false;
  }
}

interface DueDeps {
  readonly keys: Pick<KeyStore, 'tenantsDue' | 'tenantsWithoutSuccessor'>;
}

async function tenantsToAdvance(
  deps: DueDeps & Pick<KeyDeps, 'now' | 'successorSeconds'>,
  behind: readonly TenantId[],
): Promise<{ readonly tenantIds: ReadonlySet<TenantId>; readonly full: boolean }> {
  const now = deps.now();
  const due = await deps.keys.tenantsDue(now, TENANTS_AT_ONCE, behind);
  const alone =
    deps.successorSeconds === undefined
      ? []
      : await deps.keys.tenantsWithoutSuccessor(
          secondsLater(now, -deps.successorSeconds),
          TENANTS_AT_ONCE,
          behind,
        );
  const full = Math.max(due.length, alone.length) >= TENANTS_AT_ONCE;
  return { tenantIds: new Set([...due, ...alone]), full };
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
