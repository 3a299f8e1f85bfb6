import type { TenantId } from '../tenants/tenant.ts';
import type { ArchivedRow, RowCounts } from './archive.ts';

/** What is read of a tenant, all of it from one moment. */
export interface TenantSnapshot {
  /** Name of the newest migration. */
  readonly schema: string;
  readonly counts: RowCounts;
  /** In an order in which they may be written; a bounded number is held at a time. */
  rows(): AsyncIterable<ArchivedRow>;
}

/** An import that has not come to its end. */
export interface UnfinishedImport {
  readonly tenantId: TenantId;
  readonly slug: string;
  /** How many rows are written, in the archive's order. */
  readonly rows: number;
}

/** What stands in the way of a tenant: an import would fail there, or take somebody's place. */
export interface TenantConflict {
  readonly what: 'slug' | 'host';
  readonly value: string;
}

/**
 * Whole tenants, whatever belongs to them. Throws StorageUnavailableError.
 */
export interface TenantArchiveStore {
  /** Name of the newest migration. */
  schema(): Promise<string>;
  /**
   * Reads a tenant, row by row, in one transaction that sees one moment.
   *
   * @param options.audit - its audit events, too
   * @param options.now - what has expired by then is left out
   */
  read<T>(
    tenantId: TenantId,
    options: { readonly audit: boolean; readonly now: Date },
    use: (snapshot: TenantSnapshot) => Promise<T>,
  ): Promise<T>;
  /**
   * What is taken of what a tenant claims for itself alone. The tenant `default` of a new deployment,
   * which nobody has used, is in nobody's way.
   */
  conflicts(claims: {
    readonly slug: string;
    readonly host: string | undefined;
  }): Promise<TenantConflict[]>;
  findUnfinished(archiveId: string): Promise<UnfinishedImport | undefined>;
  /**
   * Creates the tenant, disabled, and notes that its import has begun.
   *
   * @param tenant - its row as archived
   * @throws ConflictError when its slug or host is taken
   */
  begin(archiveId: string, tenant: ArchivedRow['row'], slug: string): Promise<TenantId>;
  /**
   * Writes rows of one table and notes how far the import is, both or neither.
   *
   * @param done - rows of the archive that are written with these
   * @throws ConflictError when another import of the archive is under way
   */
  write(
    tenantId: TenantId,
    batch: {
      readonly table: string;
      readonly rows: readonly ArchivedRow['row'][];
      readonly from: number;
      readonly done: number;
    },
  ): Promise<void>;
  /** Ends an import: the tenant is one like the others, and replicas hear of it. */
  finish(tenantId: TenantId, options: { readonly disabled: boolean }): Promise<void>;
  /** Removes a tenant whose import has not come to its end, with all that was written. */
  discard(tenantId: TenantId): Promise<void>;
}
