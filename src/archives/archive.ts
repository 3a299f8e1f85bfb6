/**
 * A whole tenant as a file: what `gatehouse tenant export` writes and `gatehouse tenant import` reads.
 *
 * This room owns the form of the file, what of it is sealed where, and the two walks: out of one
 * deployment, into another. It has no SQL of its own (`archive-store.ts` is the contract), and knows
 * no room whose rows it carries: a row is a record of the table that it came from.
 *
 * Inside its encryption (`crypto/encrypted-file.ts`) and gzip a file is lines of JSON: a header, a
 * line for each row in an order in which rows may be written, and a trailer with the counts.
 */
import { z } from 'zod';
import { GatehouseError } from '../errors.ts';

/** The form of the lines; the schema of the rows has its own name. */
export const ARCHIVE_VERSION = 1;

/** Bytes of the longest line that is read: a row with a logo has tens of KiB. */
export const LINE_MAX_BYTES = 16 * 1024 * 1024;

/** A row as PostgreSQL writes it as JSON, without the id of its tenant. */
export type ArchiveRow = Readonly<Record<string, unknown>>;

/** A row and the table that it belongs to. */
export interface ArchivedRow {
  readonly table: string;
  readonly row: ArchiveRow;
}

/** How many rows there are of each table. */
export type RowCounts = Readonly<Record<string, number>>;

export const ARCHIVE_HEADER = z.strictObject({
  format: z.literal('gatehouse-tenant'),
  version: z.number().int(),
  /** Of this file alone: an import that goes on knows by it where it was. */
  archiveId: z.uuid(),
  /** The release that wrote it. */
  release: z.string(),
  /** Name of the newest migration of the database that it came from. */
  schema: z.string(),
  exportedAt: z.iso.datetime(),
  tenant: z.strictObject({
    /** There. */
    id: z.uuid(),
    slug: z.string(),
    name: z.string(),
    /** What applications know it by. */
    issuer: z.string(),
    disabled: z.boolean(),
  }),
  counts: z.record(z.string(), z.number().int()),
});

export type ArchiveHeader = z.infer<typeof ARCHIVE_HEADER>;

export const ARCHIVE_LINE = z.union([
  z.strictObject({ table: z.string(), row: z.record(z.string(), z.unknown()) }),
  z.strictObject({ end: z.strictObject({ counts: z.record(z.string(), z.number().int()) }) }),
]);

/** An archive that cannot be read or brought here; `message` says why, and nothing was changed. */
export class ArchiveError extends GatehouseError {
  constructor(message: string, cause?: unknown) {
    super('archive_invalid', message, { status: 400, cause });
  }
}
