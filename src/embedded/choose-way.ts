import { type Binaries, copyBinaries, findBinaries } from './binaries.ts';
import { clusterOwner, handOver, letOthersPass, ownerOf } from './cluster.ts';
import { EmbeddedPostgresError } from './embedded-error.ts';
import { collectOutput } from './output.ts';
import { type RunAs, spawnAs, waysToRun, worksAs } from './run-as.ts';

/**
 * Finds the first way in which the server's own program runs and reaches the data, and the build
 * it runs from: the installed one, or a copy beside the data where that cannot be reached or
 * linked. Hands the cluster over if it belongs to another user.
 *
 * @param dataDir - DATA_DIR; exists
 * @param cluster - the cluster in it; may not exist yet
 * @throws EmbeddedPostgresError `embedded_unsupported`, `embedded_not_installed`, `embedded_data`
 */
export async function chooseWay(
  dataDir: string,
  cluster: string,
  listWays: typeof waysToRun = waysToRun,
): Promise<{ way: RunAs; binaries: Binaries }> {
  const { binaries: installed, linked } = await findBinaries(`${process.platform}-${process.arch}`);
  const owner = await clusterOwner(cluster);
  const ways = await listWays(owner ?? (await ownerOf(dataDir)));
  const runs = (way: RunAs, binaries: Binaries): Promise<boolean> => {
    const script = 'test -x "$1" && exec "$2" --version';
    return worksAs(way, 'sh', ['-c', script, 'sh', dataDir, binaries.postgres]);
  };
  const works = async (way: RunAs, binaries: Binaries): Promise<boolean> => {
    if (await runs(way, binaries)) return true;
    if (way.owner === undefined) return false;
    const undo = await letOthersPass(dataDir);
    if (await runs(way, binaries)) return true;
    await undo();
    return false;
  };
  const found = await firstThatWorks(ways, works, async function* () {
    if (linked) yield installed;
    yield await copyBinaries(installed, dataDir);
  });
  if (found === undefined) throw await cannotRun(dataDir, installed);
  if (owner !== undefined && found.way.owner !== undefined && owner.uid !== found.way.owner.uid) {
    await handOver(cluster, found.way.owner);
  }
  return found;
}

async function firstThatWorks(
  ways: readonly RunAs[],
  works: (way: RunAs, binaries: Binaries) => Promise<boolean>,
  builds: () => AsyncIterable<Binaries>,
): Promise<{ way: RunAs; binaries: Binaries } | undefined> {
  for await (const binaries of builds()) {
    for (const way of ways) {
      if (await works(way, binaries)) return { way, binaries };
    }
  }
  return undefined;
}

/** Asks the program itself why it does not run. */
async function cannotRun(dataDir: string, binaries: Binaries): Promise<EmbeddedPostgresError> {
  const plain = { owner: undefined, spawnAs: undefined, diesWithParent: true, description: '' };
  const child = spawnAs({ ...plain, prefix: [] }, binaries.postgres, ['--version'], {
    stdio: 'pipe',
  });
  const { code, lastWords } = await collectOutput(child);
  if (code !== 0) {
    return new EmbeddedPostgresError(
      'embedded_unsupported',
      `The embedded PostgreSQL does not run on this system: ${lastWords}. ` +
        'Set DATABASE_URL to a PostgreSQL 15 or later.',
    );
  }
  return new EmbeddedPostgresError(
    'embedded_data',
    `PostgreSQL refuses to run as root, and no other user here can reach ${dataDir}. ` +
      'Set DATA_DIR to a directory that others may pass through, or run as another user.',
  );
}
