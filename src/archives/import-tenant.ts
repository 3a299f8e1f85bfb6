import { clientSecretDigest } from '../applications/client-secret.ts';
import type { AuditEvent } from '../audit/audit-event.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { ConflictError } from '../errors.ts';
import { ORIGIN_SECRETS } from '../keys/tenant-origins.ts';
import type { TenantId } from '../tenants/tenant.ts';
import type { TenantNotifications } from '../tenants/tenant-change-feed.ts';
import {
  type ArchivedRow,
  ArchiveError,
  type ArchiveHeader,
  type ArchiveRow,
  type RowCounts,
} from './archive.ts';
import type { TenantArchiveStore, UnfinishedImport } from './archive-store.ts';
import { type ArchiveFile, proveArchive, readArchive } from './read-archive.ts';
import { type SealedRowDeps, sealRow } from './sealed-rows.ts';

/** Rows of one statement. */
const BATCH = 500;

export interface ImportDeps extends SealedRowDeps {
  readonly archives: Omit<TenantArchiveStore, 'read'>;
  readonly audit: Pick<AuditLog, 'record'>;
  /** Under which this deployment compares secrets at upstream providers. */
  readonly clientSecretPepper: string;
  readonly notifications: Pick<TenantNotifications, 'announce'> | undefined;
}

/** An archive that was read to its end, and what it would become here. */
export interface ProvenArchive {
  readonly header: ArchiveHeader;
  readonly tenant: ArchiveRow;
  /** That it would have here. */
  readonly slug: string;
  /** What an import that was interrupted has written already. */
  readonly unfinished: UnfinishedImport | undefined;
  /** Why it cannot be brought here; empty: it can. */
  readonly obstacles: readonly string[];
}

/**
 * Reads an archive to its end and looks whether its tenant can be brought here. Changes nothing.
 *
 * @param input.as - another slug than it had
 * @throws EncryptedFileError, ArchiveError when the archive is not whole, or of another passphrase
 * @throws StorageUnavailableError
 */
export async function examineArchive(
  deps: Pick<ImportDeps, 'archives'>,
  file: ArchiveFile,
  input: { readonly as: string | undefined },
): Promise<ProvenArchive> {
  const { header, tenant } = await proveArchive(file);
  const unfinished = await deps.archives.findUnfinished(header.archiveId);
  const slug = input.as ?? unfinished?.slug ?? header.tenant.slug;
  const obstacles: string[] = [];
  const schema = await deps.archives.schema();
  if (schema !== header.schema) {
    obstacles.push(
      `it was written by release ${header.release} from a database at ${header.schema}, and this one is at ${schema}: bring both deployments to one release, and export it again`,
    );
  }
  if (unfinished !== undefined && slug !== unfinished.slug) {
    obstacles.push(`its import has begun as ${unfinished.slug}`);
  }
  if (unfinished === undefined) {
    const host = typeof tenant.custom_host === 'string' ? tenant.custom_host : undefined;
    for (const { what, value } of await deps.archives.conflicts({ slug, host })) {
      obstacles.push(
        what === 'slug'
          ? `there is a tenant ${value} already: give it another slug with --as`
          : `another tenant has the host ${value} already`,
      );
    }
  }
  return { header, tenant, slug, unfinished, obstacles };
}

/**
 * Brings the tenant of an archive here, in batches. It is disabled until all of it is here, so nobody
 * signs in to a part; what was interrupted goes on where it was, and nothing is written twice.
 *
 * What was sealed is sealed under this deployment's key. What was hashed elsewhere is compared under
 * the secrets of there, which come along (`keys/tenant-origins.ts`).
 *
 * @param proven - by {@link examineArchive} from the same file
 * @param input.disabled - it stays disabled
 * @param input.onRows - told how many rows are written
 * @throws ConflictError when something stands in the way; StorageUnavailableError: go on later
 */
export async function importTenant(
  deps: ImportDeps,
  file: ArchiveFile,
  proven: ProvenArchive,
  input: {
    readonly disabled: boolean;
    readonly actor: AuditEvent['actor'];
    readonly onRows?: (rows: number) => void;
  },
): Promise<{ readonly tenantId: TenantId; readonly counts: RowCounts }> {
  const { header, tenant, slug, unfinished, obstacles } = proven;
  if (obstacles.length > 0) throw new ConflictError(obstacles.join('; '));
  const { archives } = deps;
  const tenantId = unfinished?.tenantId ?? (await archives.begin(header.archiveId, tenant, slug));
  let written = unfinished?.rows ?? 0;
  for await (const batch of batchesOf(file, header.archiveId, written)) {
    const rows = batch.rows.map((row) => rowHere(deps, tenantId, { table: batch.table, row }));
    const done = written + rows.length;
    await archives.write(tenantId, { table: batch.table, rows, from: written, done });
    written = done;
    input.onRows?.(written);
  }
  await archives.finish(tenantId, { disabled: input.disabled });
  await deps.notifications?.announce(tenantId);
  await deps.audit.record({
    kind: 'tenant.imported',
    tenantId,
    outcome: 'success',
    actor: input.actor,
    subject: { type: 'tenant', id: slug },
    detail: {
      archive: header.archiveId,
      from: header.tenant.issuer,
      accounts: header.counts.accounts ?? 0,
    },
  });
  return { tenantId, counts: header.counts };
}

interface Batch {
  readonly table: string;
  readonly rows: ArchiveRow[];
}

/** @param skip - rows after the tenant's own that are written already */
async function* batchesOf(
  file: ArchiveFile,
  archiveId: string,
  skip: number,
): AsyncGenerator<Batch> {
  let batch: Batch = { table: '', rows: [] };
  let passed = 0;
  for await (const part of readArchive(file)) {
    if ('format' in part) {
      if (part.archiveId !== archiveId) throw new ArchiveError(`${file.path} is another file now`);
      continue;
    }
    if (part.table === 'tenants') continue;
    passed += 1;
    if (passed <= skip) continue;
    if (batch.rows.length >= BATCH || batch.table !== part.table) {
      if (batch.rows.length > 0) yield batch;
      batch = { table: part.table, rows: [] };
    }
    batch.rows.push(part.row);
  }
  if (batch.rows.length > 0) yield batch;
}

function rowHere(deps: ImportDeps, tenantId: TenantId, archived: ArchivedRow): ArchiveRow {
  const { table, row } = archived;
  const sealed = sealRow(deps, tenantId, archived);
  if (table === 'tenant_origins') {
    ORIGIN_SECRETS.parse(JSON.parse(String(row.sealed_secrets)));
  }
  if (table !== 'upstream_providers') return sealed;
  // Tells whether a seed file has another secret: by the pepper of here.
  const digest = clientSecretDigest(deps.clientSecretPepper, String(row.sealed_client_secret));
  return { ...sealed, client_secret_digest: digest };
}
