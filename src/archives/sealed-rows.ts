import type { Sealer } from '../crypto/sealing.ts';
import type { SealContexts } from '../keys/reseal-records.ts';
import type { SealedKind } from '../keys/sealed-record-store.ts';
import type { TenantId } from '../tenants/tenant.ts';
import { type ArchivedRow, ArchiveError, type ArchiveRow } from './archive.ts';

/** A column that holds seals, and what its table's rows are known by beside the tenant. */
interface SealedColumn {
  readonly kind: SealedKind;
  readonly column: string;
  readonly key: string;
}

/**
 * What an archive holds opened, inside its own encryption: a seal of one deployment opens nowhere
 * else. A test compares it with what PostgreSQL holds sealed.
 */
export const OPENED_IN_ARCHIVES: Readonly<Record<string, SealedColumn>> = {
  signing_keys: { kind: 'signing_keys', column: 'sealed_private_jwk', key: 'kid' },
  totp_factors: { kind: 'totp_seeds', column: 'sealed_seed', key: 'id' },
  upstream_providers: { kind: 'upstream_secrets', column: 'sealed_client_secret', key: 'key' },
  tenant_origins: { kind: 'tenant_origins', column: 'sealed_secrets', key: 'origin_id' },
};

export interface SealedRowDeps {
  readonly sealer: Pick<Sealer, 'seal' | 'open'>;
  readonly contexts: SealContexts;
}

/**
 * A row as an archive holds it: what it has sealed is opened.
 *
 * @throws SealError when the key that sealed it is not configured
 */
export function openRow(
  deps: SealedRowDeps,
  tenantId: TenantId,
  archived: ArchivedRow,
): ArchiveRow {
  return changed(archived, (sealed, place) =>
    deps.sealer.open(sealed, deps.contexts[place.kind]([tenantId, place.record])),
  );
}

/** A row of an archive as it is stored: what has to be sealed is sealed for the tenant here. */
export function sealRow(
  deps: SealedRowDeps,
  tenantId: TenantId,
  archived: ArchivedRow,
): ArchiveRow {
  return changed(archived, (plain, place) =>
    deps.sealer.seal(plain, deps.contexts[place.kind]([tenantId, place.record])),
  );
}

function changed(
  { table, row }: ArchivedRow,
  change: (value: string, place: { readonly kind: SealedKind; readonly record: string }) => string,
): ArchiveRow {
  const sealed = OPENED_IN_ARCHIVES[table];
  if (sealed === undefined) return row;
  const value = row[sealed.column];
  const record = row[sealed.key];
  if (typeof value !== 'string' || typeof record !== 'string') {
    throw new ArchiveError(`a row of ${table} is not what it should be`);
  }
  return { ...row, [sealed.column]: change(value, { kind: sealed.kind, record }) };
}
