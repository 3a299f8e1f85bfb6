import { SealError } from '../crypto/sealing.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { changeKeySet, type KeyDeps } from './change-key-set.ts';
import { activeKeyOf, algorithmsOf } from './key-stages.ts';
import type { SealedKeySet } from './key-store.ts';
import { openKeySet } from './seal-signing-key.ts';
import type { KeySet } from './signing-key.ts';

/**
 * A tenant's keys, opened: from Redis if its copy is good, else from PostgreSQL, which then refills
 * Redis. Algorithms without a key get one that signs at once: a tenant's first request creates its
 * keys, and replicas that do so together end with one set.
 *
 * How old the answer can be: the Redis copy carries the tenant version that was known before it was
 * read, every change of keys raises that version in the same transaction, and a copy with another
 * version than `tenant`'s is passed over. So the keys are at least as new as `tenant`, which the
 * change feed keeps at most `tenantPollSeconds` behind PostgreSQL, whatever Redis holds. A copy
 * that does not open is passed over, too.
 *
 * @param tenant - as read from the store, its version included
 * @returns active keys first; every algorithm has exactly one
 * @throws StorageUnavailableError when PostgreSQL is needed and does not answer
 * @throws SealError when a key was sealed under a key that is not configured
 */
export async function loadKeySet(deps: KeyDeps, tenant: Tenant): Promise<KeySet> {
  const cached = await openCachedSet(deps, tenant);
  if (cached !== undefined) return cached;

  const stored = await deps.keys.load(tenant.id);
  if (isComplete(stored, tenant)) {
    const set = openKeySet(deps.sealer, stored);
    await deps.cache?.put({ ...stored, tenantVersion: tenant.version });
    return set;
  }
  return openKeySet(deps.sealer, await createMissingKeys(deps, tenant));
}

/**
 * Gives every algorithm of a tenant that has none an active key.
 *
 * @returns the set as stored now, whether this call or another completed it
 * @throws StorageUnavailableError, ConflictError
 */
export async function createMissingKeys(deps: KeyDeps, tenant: Tenant): Promise<SealedKeySet> {
  const { set, outcome } = await changeKeySet(deps, tenant, async (current, mint) => {
    const missing = algorithmsOf(current.keys, tenant.settings).filter(
      (algorithm) => activeKeyOf(current.keys, algorithm) === undefined,
    );
    if (missing.length === 0) return undefined;
    const created = await Promise.all(
      missing.map((algorithm) => mint(algorithm, 'active', (now) => now)),
    );
    return { keys: [...created, ...current.keys], outcome: created };
  });
  if (outcome !== undefined) {
    await deps.audit.record({
      kind: 'keys.created',
      tenantId: tenant.id,
      outcome: 'success',
      actor: { type: 'system' },
      subject: { type: 'key_set', id: tenant.id },
      detail: {
        stage: 'active',
        kids: outcome.map((key) => key.kid),
        algorithms: outcome.map((key) => key.algorithm),
      },
    });
  }
  return set;
}

async function openCachedSet(deps: KeyDeps, tenant: Tenant): Promise<KeySet | undefined> {
  const cached = await deps.cache?.get(tenant.id);
  if (cached === undefined || cached.tenantVersion !== tenant.version) return undefined;
  if (!isComplete(cached, tenant)) return undefined;
  try {
    return openKeySet(deps.sealer, cached);
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    deps.logger.warn('the cached signing keys do not open; reading the durable copy', {
      tenant: tenant.slug,
      error,
    });
    return undefined;
  }
}

function isComplete(set: SealedKeySet, tenant: Tenant): boolean {
  return algorithmsOf(set.keys, tenant.settings).every(
    (algorithm) => activeKeyOf(set.keys, algorithm) !== undefined,
  );
}
