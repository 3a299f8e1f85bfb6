import { chmod, lchown, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Binaries } from './binaries.ts';
import { EmbeddedPostgresError } from './embedded-error.ts';
import { collectOutput } from './output.ts';
import { type Owner, type RunAs, spawnAs } from './run-as.ts';
import { serverPid } from './server-process.ts';
import { OWNER_NAME } from './server-socket.ts';

/** Whom a cluster's files belong to; undefined when there is no cluster yet. */
export async function clusterOwner(cluster: string): Promise<Owner | undefined> {
  try {
    return await ownerOf(join(cluster, 'PG_VERSION'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new EmbeddedPostgresError('embedded_data', `${cluster} cannot be read`, error);
  }
}

/**
 * Creates the cluster: UTF-8, byte order, checksums, no password behind a socket that only its
 * owner can open.
 *
 * It is made beside its place and moved there when it is whole, so that a process killed in
 * between leaves no half of one. When two processes try, one cluster is there afterwards.
 *
 * @throws EmbeddedPostgresError `embedded_failed` with what initdb said
 */
export async function createCluster(
  way: RunAs,
  binaries: Binaries,
  cluster: string,
  options: { durable: boolean },
): Promise<void> {
  await removeAbandonedDrafts(cluster);
  const draft = `${cluster}.new-${process.pid}`;
  await mkdir(draft, { mode: 0o700 });
  if (way.owner !== undefined) await handOver(draft, way.owner);
  const child = spawnAs(
    way,
    binaries.initdb,
    [
      `--pgdata=${draft}`,
      `--username=${OWNER_NAME}`,
      '--auth=trust',
      '--encoding=UTF8',
      // PostgreSQL's own, so that no index depends on the system's locale data.
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      '--data-checksums',
      '--no-instructions',
      ...(options.durable ? [] : ['--no-sync']),
    ],
    { cwd: '/', stdio: 'pipe' },
  );
  const { code, lastWords } = await collectOutput(child);
  if (code !== 0) {
    await rm(draft, { recursive: true, force: true });
    throw new EmbeddedPostgresError(
      'embedded_failed',
      `initdb could not create ${cluster}: ${lastWords}`,
    );
  }
  try {
    await rename(draft, cluster);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if ((await clusterOwner(cluster)) === undefined) {
      throw new EmbeddedPostgresError(
        'embedded_data',
        `${cluster} is there already, but holds no PostgreSQL data. Move it away.`,
        error,
      );
    }
  }
}

/**
 * Refuses a cluster of another major version, which this build cannot read.
 *
 * @throws EmbeddedPostgresError `embedded_data`
 */
export async function assertMajorVersion(binaries: Binaries, cluster: string): Promise<void> {
  const found = (await readFile(join(cluster, 'PG_VERSION'), 'utf8')).trim();
  const expected = binaries.version.split('.')[0];
  if (found === expected) return;
  throw new EmbeddedPostgresError(
    'embedded_data',
    `${cluster} holds data of PostgreSQL ${found}; this release brings PostgreSQL ${expected}. ` +
      'Use the release that made it, or another DATA_DIR.',
  );
}

/** Whom a file or directory belongs to. */
export async function ownerOf(path: string): Promise<Owner> {
  const { uid, gid } = await stat(path);
  return { uid, gid };
}

/** Gives a directory with all that is in it to a user. */
export async function handOver(directory: string, owner: Owner): Promise<void> {
  const names = await readdir(directory, { recursive: true });
  for (const name of [...names.map((one) => join(directory, one)), directory]) {
    await lchown(name, owner.uid, owner.gid);
  }
}

/**
 * Lets other users pass through a directory to a path that they know, and see no more.
 *
 * @returns how to undo it
 */
export async function letOthersPass(directory: string): Promise<() => Promise<void>> {
  const { mode } = await stat(directory);
  await chmod(directory, (mode & 0o7777) | 0o011);
  return () => chmod(directory, mode & 0o7777);
}

/**
 * Removes a lock file that PostgreSQL takes for a live server's, but is none: its number now
 * belongs to some other program (numbers come round soon in a container that was killed and
 * restarted), or to a dead one that nobody has collected.
 */
export async function clearStaleLock(cluster: string): Promise<void> {
  const pid = await serverPid(cluster);
  if (pid === undefined) return;
  // "123 (postgres) S …". Without /proc (macOS) PostgreSQL's own judgement stands.
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined || /\(postgres\) [^ZX]/.test(stat)) return;
  await rm(join(cluster, 'postmaster.pid'), { force: true });
}

async function removeAbandonedDrafts(cluster: string): Promise<void> {
  const parent = join(cluster, '..');
  for (const name of await readdir(parent)) {
    const path = join(parent, name);
    const prefix = `${cluster}.new-`;
    if (path.startsWith(prefix) && !isAlive(Number(path.slice(prefix.length)))) {
      await rm(path, { recursive: true, force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
