import { z } from 'zod';
import { type SealContext, SealError, type Sealer } from '../crypto/sealing.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { TenantId } from '../tenants/tenant.ts';
import type { TenantOriginStore } from './tenant-origin-store.ts';

/**
 * A deployment that a tenant came from. Hashes cannot be made anew without what was hashed, so what
 * was hashed there is compared under the secrets of there, for as long as it lives.
 */
export interface TenantOrigin {
  /** The tenant's id there, which some digests hold. */
  readonly originId: TenantId;
  readonly passwordPepper: string;
  readonly clientSecretPepper: string;
  readonly lookupKey: string;
}

/** As sealed: all but the id. */
export type OriginSecrets = Omit<TenantOrigin, 'originId'>;

/** Origins by the id that a tenant has here; tenants that were made here have none. */
export type TenantOrigins = ReadonlyMap<TenantId, readonly TenantOrigin[]>;

/**
 * What an archive brings is checked as anything from outside. A newer release may have written more,
 * which is passed over.
 */
export const ORIGIN_SECRETS = z.object({
  passwordPepper: z.string().min(32),
  clientSecretPepper: z.string().min(32),
  lookupKey: z.string().min(32),
});

/** What it takes to read and open them. */
export interface TenantOriginDeps {
  readonly origins: TenantOriginStore;
  readonly sealer: Pick<Sealer, 'open'>;
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * Reads them all: few tenants have any. One that does not open, or says nothing that this release can
 * read, is passed over with a line in the log: it is the trouble of one tenant. The doctor names those
 * that do not open.
 *
 * @throws StorageUnavailableError
 */
export async function loadTenantOrigins(deps: TenantOriginDeps): Promise<TenantOrigins> {
  const found = new Map<TenantId, TenantOrigin[]>();
  for (const { tenantId, originId, sealedSecrets } of await deps.origins.list()) {
    try {
      const opened = deps.sealer.open(sealedSecrets, originSealContext(tenantId, originId));
      const secrets = ORIGIN_SECRETS.parse(JSON.parse(opened));
      found.set(tenantId, [...(found.get(tenantId) ?? []), { originId, ...secrets }]);
    } catch (error) {
      // A parser that fails quotes what it was given.
      const reason = error instanceof SealError ? error.message : 'this release cannot read them';
      const message = 'the secrets of where a tenant came from are passed over';
      deps.logger.warn(message, { tenant_id: tenantId, reason });
    }
  }
  return found;
}

/** Where the seal of an origin's secrets belongs. */
export function originSealContext(tenantId: TenantId, originId: TenantId): SealContext {
  return { tenant: tenantId, purpose: 'tenant_origin', record: originId, version: 1 };
}

/** The origins that a server compares under, as they were when somebody last looked. */
export interface OriginsInUse {
  of(tenantId: TenantId): readonly TenantOrigin[];
  all(): readonly TenantOrigin[];
  /** Looks again. Calls while a look waits for the one before share it. */
  refresh(): Promise<void>;
}

/** @throws StorageUnavailableError */
export async function useTenantOrigins(deps: TenantOriginDeps): Promise<OriginsInUse> {
  let found = await loadTenantOrigins(deps);
  let last = Promise.resolve();
  let waiting: Promise<void> | undefined;
  return {
    of: (tenantId) => found.get(tenantId) ?? [],
    all: () => [...found.values()].flat(),
    refresh() {
      waiting ??= last.then(async () => {
        waiting = undefined;
        found = await loadTenantOrigins(deps);
      });
      last = waiting.catch(() => undefined);
      return waiting;
    },
  };
}
