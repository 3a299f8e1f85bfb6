import { link, lstat, open, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { AuditEvent } from '../audit/audit-event.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { encryptWith } from '../crypto/encrypted-file.ts';
import type { OriginSecrets } from '../keys/tenant-origins.ts';
import type { Tenant } from '../tenants/tenant.ts';
import {
  ARCHIVE_VERSION,
  type ArchivedRow,
  ArchiveError,
  type ArchiveHeader,
  type RowCounts,
} from './archive.ts';
import type { TenantArchiveStore, TenantSnapshot } from './archive-store.ts';
import { openRow, type SealedRowDeps } from './sealed-rows.ts';

/** The table of what a tenant brings along of the deployments that it came from. */
const ORIGINS = 'tenant_origins';

export interface ExportDeps extends SealedRowDeps {
  readonly archives: Pick<TenantArchiveStore, 'read'>;
  readonly audit: Pick<AuditLog, 'record'>;
  /** This deployment's own, under which the tenant's hashes were made. */
  readonly secrets: OriginSecrets;
  readonly now: () => Date;
  readonly newId: () => string;
}

export interface TenantExport {
  readonly archiveId: string;
  readonly schema: string;
  readonly counts: RowCounts;
}

/**
 * Writes a whole tenant into a file that only its passphrase opens: one moment of it, while servers
 * run. The file is there once it is whole, and for its owner alone.
 *
 * What is sealed is opened, since another deployment has other keys; the peppers and the lookup key of
 * this deployment go along, since what was hashed under them can be compared under nothing else. So
 * whoever has the file and its passphrase has all that the tenant has. A bounded number of rows is held
 * at a time.
 *
 * @param input.output - must not exist
 * @throws ArchiveError when the file is there, or cannot be written
 * @throws SealError when something was sealed under a key that is not configured
 * @throws StorageUnavailableError
 */
export async function exportTenant(
  deps: ExportDeps,
  tenant: Tenant,
  input: {
    readonly output: string;
    readonly passphrase: string;
    readonly issuer: string;
    /** Its audit events, too. */
    readonly audit: boolean;
    readonly release: string;
    readonly actor: AuditEvent['actor'];
  },
): Promise<TenantExport> {
  const now = deps.now();
  const archiveId = deps.newId();
  const written = await whole(input.output, archiveId, (file) =>
    deps.archives.read(tenant.id, { audit: input.audit, now }, async (snapshot) => {
      const counts = { ...snapshot.counts, [ORIGINS]: (snapshot.counts[ORIGINS] ?? 0) + 1 };
      const header: ArchiveHeader = {
        format: 'gatehouse-tenant',
        version: ARCHIVE_VERSION,
        archiveId,
        release: input.release,
        schema: snapshot.schema,
        exportedAt: now.toISOString(),
        tenant: {
          id: tenant.id,
          slug: tenant.slug,
          name: tenant.name,
          issuer: input.issuer,
          disabled: tenant.disabled,
        },
        counts: { tenants: 1, ...counts },
      };
      const lines = linesOf(deps, tenant, header, snapshot, now);
      await pipeline(Readable.from(lines), createGzip(), encryptWith(input.passphrase), file);
      return { archiveId, schema: snapshot.schema, counts: header.counts };
    }),
  );
  await deps.audit.record({
    kind: 'tenant.exported',
    tenantId: tenant.id,
    outcome: 'success',
    actor: input.actor,
    subject: { type: 'tenant', id: tenant.slug },
    detail: { archive: archiveId, accounts: written.counts.accounts ?? 0 },
  });
  return written;
}

async function* linesOf(
  deps: ExportDeps,
  tenant: Tenant,
  header: ArchiveHeader,
  snapshot: TenantSnapshot,
  now: Date,
): AsyncGenerator<Buffer> {
  yield lineOf(header);
  const counts: Record<string, number> = {};
  const count = ({ table, row }: ArchivedRow): Buffer => {
    counts[table] = (counts[table] ?? 0) + 1;
    return lineOf({ table, row });
  };
  const origin = {
    origin_id: tenant.id,
    sealed_secrets: JSON.stringify(deps.secrets),
    created_at: now.toISOString(),
  };
  for await (const archived of snapshot.rows()) {
    yield count({ table: archived.table, row: openRow(deps, tenant.id, archived) });
    // The tenant is the first row, and where it comes from is known before anything of it.
    if (archived.table === 'tenants') yield count({ table: ORIGINS, row: origin });
  }
  yield lineOf({ end: { counts } });
}

function lineOf(value: object): Buffer {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}

/**
 * Writes a file beside its place, and links it there when it is whole: never over one that has come
 * meanwhile. What a run that is killed leaves has a name of its own, and hinders no other.
 */
async function whole<T>(
  output: string,
  archiveId: string,
  write: (stream: NodeJS.WritableStream) => Promise<T>,
): Promise<T> {
  const draft = `${output}.${archiveId}.part`;
  try {
    if (await isThere(output)) throw new ArchiveError(isThereAlready(output));
    const file = await open(draft, 'wx', 0o600).catch((cause) => refuse(output, cause));
    const result = await write(file.createWriteStream({ flush: true }));
    await link(draft, output).catch((cause) => refuse(output, cause));
    return result;
  } finally {
    await rm(draft, { force: true });
  }
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** @throws ArchiveError */
function refuse(path: string, cause: unknown): never {
  const exists = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
  const reason = cause instanceof Error ? cause.message : cause;
  throw new ArchiveError(exists ? isThereAlready(path) : `cannot write ${path}: ${reason}`, cause);
}

function isThereAlready(path: string): string {
  return `${path} is there already; nothing was written`;
}
