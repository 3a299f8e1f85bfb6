import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { decryptWith } from '../crypto/encrypted-file.ts';
import { GatehouseError } from '../errors.ts';
import {
  ARCHIVE_HEADER,
  ARCHIVE_LINE,
  ARCHIVE_VERSION,
  type ArchivedRow,
  ArchiveError,
  type ArchiveHeader,
  LINE_MAX_BYTES,
  type RowCounts,
} from './archive.ts';

/** Where an archive is, and what opens it. */
export interface ArchiveFile {
  readonly path: string;
  readonly passphrase: string;
}

/**
 * Reads an archive from its beginning to its end, row by row; a bounded part of it is held.
 *
 * Rows are given out as they are read: that the archive is whole is known at its end alone. So read it
 * once before anything is made of it ({@link proveArchive}).
 *
 * @throws EncryptedFileError, ArchiveError
 */
export async function* readArchive(file: ArchiveFile): AsyncGenerator<ArchiveHeader | ArchivedRow> {
  const counts: Record<string, number> = {};
  let header: ArchiveHeader | undefined;
  let ended = false;
  for await (const line of decryptedLines(file)) {
    if (ended) throw new ArchiveError(`${file.path} goes on after its end`);
    if (header === undefined) {
      header = parseHeader(file.path, line);
      yield header;
      continue;
    }
    const parsed = ARCHIVE_LINE.safeParse(parseJson(line));
    if (!parsed.success) throw new ArchiveError(`${file.path} holds a line that is none of ours`);
    if ('end' in parsed.data) {
      ended = true;
      if (!sameCounts(counts, parsed.data.end.counts) || !sameCounts(counts, header.counts)) {
        throw new ArchiveError(`${file.path} holds other rows than it says`);
      }
      continue;
    }
    const { table } = parsed.data;
    counts[table] = (counts[table] ?? 0) + 1;
    yield parsed.data;
  }
  if (!ended) throw new ArchiveError(`${file.path} has no end`);
}

/**
 * Proves that an archive is whole and opens with its passphrase.
 *
 * @returns its header and the row of the tenant
 * @throws EncryptedFileError, ArchiveError
 */
export async function proveArchive(
  file: ArchiveFile,
): Promise<{ readonly header: ArchiveHeader; readonly tenant: ArchivedRow['row'] }> {
  let header: ArchiveHeader | undefined;
  let tenant: ArchivedRow['row'] | undefined;
  for await (const part of readArchive(file)) {
    if ('format' in part) header = part;
    else if (part.table === 'tenants') tenant = part.row;
  }
  if (header === undefined || tenant === undefined) {
    throw new ArchiveError(`${file.path} holds no tenant`);
  }
  return { header, tenant };
}

function parseHeader(path: string, line: string): ArchiveHeader {
  const json = parseJson(line);
  const header = ARCHIVE_HEADER.safeParse(json);
  const version = typeof json === 'object' && json !== null && 'version' in json && json.version;
  if (typeof version === 'number' && version > ARCHIVE_VERSION) {
    throw new ArchiveError(`${path} was written by a newer release (form ${version})`);
  }
  if (!header.success) throw new ArchiveError(`${path} is no archive of a tenant`);
  return header.data;
}

async function* decryptedLines({ path, passphrase }: ArchiveFile): AsyncGenerator<string> {
  await access(path).catch((cause: unknown) => {
    throw new ArchiveError(`cannot read ${path}`, cause);
  });
  const plain = createGunzip();
  const flow = pipeline(createReadStream(path), decryptWith(passphrase), plain);
  // Whoever reads hears of it; here it only must not be nobody's.
  flow.catch(() => undefined);
  let waiting = Buffer.alloc(0);
  try {
    for await (const chunk of plain as AsyncIterable<Buffer>) {
      waiting = Buffer.concat([waiting, chunk]);
      for (let end = waiting.indexOf('\n'); end >= 0; end = waiting.indexOf('\n')) {
        yield waiting.toString('utf8', 0, end);
        waiting = waiting.subarray(end + 1);
      }
      if (waiting.length > LINE_MAX_BYTES) throw new ArchiveError(`${path} has a line too long`);
    }
    await flow;
  } catch (error) {
    if (error instanceof GatehouseError) throw error;
    throw new ArchiveError(`${path} cannot be read to its end`, error);
  }
  if (waiting.length > 0) throw new ArchiveError(`${path} has no end`);
}

function sameCounts(found: RowCounts, said: RowCounts): boolean {
  const tables = new Set([...Object.keys(found), ...Object.keys(said)]);
  return [...tables].every((table) => (found[table] ?? 0) === (said[table] ?? 0));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
