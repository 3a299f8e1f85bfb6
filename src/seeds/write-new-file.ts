import { link, rename } from 'node:fs/promises';
import { randomId } from '../crypto/random-id.ts';
import { GatehouseError } from '../errors.ts';
import { removeSecretFile, writeSecretFile } from './secret-file.ts';

/**
 * Writes a file that only its owner can read (mode 0600), whole or not at all: beside its place
 * first, then into it.
 *
 * @param options.overwrite - false: a file that is there stays as it is
 * @throws GatehouseError `secret_file_unwritable`, `file_exists`
 */
export async function writeNewFile(
  path: string,
  text: string,
  options: { readonly overwrite: boolean },
): Promise<void> {
  const beside = `${path}.${randomId(6)}.new`;
  await writeSecretFile(beside, text);
  try {
    // A link is never made over a file that is there, whoever put it there meanwhile.
    await (options.overwrite ? rename(beside, path) : link(beside, path));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unwritable';
    const exists = code === 'EEXIST';
    throw new GatehouseError(
      exists ? 'file_exists' : 'secret_file_unwritable',
      `cannot write ${path}: ${exists ? 'it exists already; --force takes its place' : code}`,
      { status: 400, cause: error },
    );
  } finally {
    await removeSecretFile(beside);
  }
}
