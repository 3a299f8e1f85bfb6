import type { Tenant } from '../tenants/tenant.ts';
import type { TenantStore } from '../tenants/tenant-store.ts';
import { changeKeySet, type KeyDeps } from './change-key-set.ts';
import { advanceStages, type StageChange } from './key-stages.ts';
import type { KeyStore } from './key-store.ts';

/** Tenants taken in one go; more are left for the next. */
const TENANTS_AT_ONCE = 100;

/** What advancing did; each list holds `kid`s. */
export type AdvanceResult = Omit<StageChange, 'keys'>;

const NOTHING: AdvanceResult = { activated: [], retired: [], dropped: [] };

/**
 * Moves a tenant's keys whose time has come: `next` keys sign, those that they replace retire,
 * retiring keys past their end are gone.
 *
 * Any replica may call it at any time: of replicas that do so at once one changes the set and the
 * others find nothing to do. A key never signs in the set that first publishes it.
 *
 * @throws StorageUnavailableError, ConflictError
 */
export async function advanceKeyStages(deps: KeyDeps, tenant: Tenant): Promise<AdvanceResult> {
  const policy = deps.policyOf(tenant.settings.lifetimes);
  const { outcome = NOTHING } = await changeKeySet(deps, tenant, async (current) => {
    const { keys, ...moved } = advanceStages(current.keys, deps.now(), policy);
    const changed = moved.activated.length + moved.dropped.length > 0;
    return changed ? { keys, outcome: moved } : undefined;
  });
  if (outcome.activated.length > 0) {
    await deps.audit.record({
      kind: 'keys.rotated',
      tenantId: tenant.id,
      outcome: 'success',
      actor: { type: 'system' },
      subject: { type: 'key_set', id: tenant.id },
      detail: { mode: 'staged', ...outcome },
    });
  }
  return outcome;
}

/**
 * Advances every tenant that is due, at most a hundred in one call. Meant for a timer in each
 * replica; one tenant's failure is logged and does not keep the others waiting.
 *
 * @returns how many tenants changed
 * @throws StorageUnavailableError when PostgreSQL cannot say who is due
 */
export async function advanceDueKeyStages(
  deps: KeyDeps & {
    readonly keys: Pick<KeyStore, 'tenantsDue'>;
    readonly tenants: Pick<TenantStore, 'findById'>;
  },
): Promise<number> {
  let changed = 0;
  for (const tenantId of await deps.keys.tenantsDue(deps.now(), TENANTS_AT_ONCE)) {
    try {
      const tenant = await deps.tenants.findById(tenantId);
      if (tenant === undefined) continue;
      const moved = await advanceKeyStages(deps, tenant);
      if (moved.activated.length + moved.dropped.length > 0) changed += 1;
    } catch (error) {
      deps.logger.warn('the key stages of a tenant did not advance', {
        tenant_id: tenantId,
        error,
      });
    }
  }
  return changed;
}
