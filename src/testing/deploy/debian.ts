import { unpackedProgram } from '../unpacked-debian.ts';
import { NotToBeHad } from './trial.ts';

/**
 * A program of a Debian package, unpacked and not installed.
 *
 * @throws NotToBeHad
 */
export async function debianProgram(
  options: Parameters<typeof unpackedProgram>[0],
): Promise<string> {
  try {
    return await unpackedProgram(options);
  } catch (error) {
    throw new NotToBeHad(error instanceof Error ? error.message : options.program, {
      cause: error,
    });
  }
}
