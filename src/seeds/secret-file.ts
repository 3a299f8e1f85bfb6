import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { randomId } from '../crypto/random-id.ts';
import { GatehouseError } from '../errors.ts';
import { readTextFile, type UnreadableFile } from './read-text-file.ts';

/** Bytes of a file that holds one secret; anything longer is another file. */
const MAX_SECRET_BYTES = 4096;

/**
 * The secret that a file holds. One line break at its end is not part of it: editors put it there.
 */
export async function readSecretFile(
  path: string,
): Promise<{ readonly kind: 'content'; readonly value: string } | UnreadableFile> {
  const read = await readTextFile(path, MAX_SECRET_BYTES);
  if (read.kind !== 'content') return read;
  const value = read.text.replace(/\r?\n$/, '');
  return value === ''
    ? { kind: 'unusable', found: `${path}, which is empty` }
    : { kind: 'content', value };
}

/**
 * Writes a secret into a new file that only its owner can read (mode 0600), and the directories on
 * the way to it (0700). Resolves when the bytes are on the disk.
 *
 * @throws GatehouseError `secret_file_unwritable`; a file that exists is never overwritten
 */
export async function writeSecretFile(path: string, secret: string): Promise<void> {
  try {
    await makeDirectory(dirname(path));
    await writeNew(path, secret);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unwritable';
    const why = code === 'EEXIST' ? 'it exists already' : code;
    throw new GatehouseError('secret_file_unwritable', `cannot write ${path}: ${why}`, {
      status: 400,
      cause: error,
    });
  }
}

/**
 * Prepares a file's replacement by a new secret: beside it until `keep` puts it in its place, which
 * cannot fail half-way; `discard` leaves the file as it was. Mode 0600, as with a new file.
 *
 * @throws GatehouseError `secret_file_unwritable`
 */
export async function prepareSecretFile(
  path: string,
  secret: string,
): Promise<{ keep(): Promise<void>; discard(): Promise<void> }> {
  const beside = `${path}.${randomId(6)}.new`;
  await writeSecretFile(beside, secret);
  return {
    keep: () => rename(beside, path),
    discard: () => removeSecretFile(beside),
  };
}

/** Removes a secret's file again; no error when it is gone. */
export async function removeSecretFile(path: string): Promise<void> {
  await rm(path, { force: true });
}

/**
 * Makes a directory and those above it. Node's own recursive `mkdir` tries for ever where the
 * system denies that a parent is there (`/proc`).
 */
async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST') return;
    const parent = dirname(resolve(path));
    if (code !== 'ENOENT' || parent === resolve(path)) throw error;
    await makeDirectory(parent);
    await mkdir(path, { mode: 0o700 });
  }
}

async function writeNew(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } catch (error) {
    // Half a secret is worse than none.
    await removeSecretFile(path);
    throw error;
  } finally {
    await file.close();
  }
}
