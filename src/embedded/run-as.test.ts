import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, lstat, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  askPostgres,
  createEmbeddedServers,
  type EmbeddedServers,
  killProcess,
} from '../testing/embedded-servers.ts';
import { type RunAs, waysToRun, worksAs } from './run-as.ts';

const isRoot = process.getuid?.() === 0;
const ORDINARY_USER = 65534;

let servers: EmbeddedServers;

before(async () => {
  servers = await createEmbeddedServers();
});

afterEach(() => servers.stopAll());

const openDirectories: string[] = [];
after(async () => {
  await servers.close();
  // Not before: a server that still runs goes on writing into what is being removed.
  for (const one of openDirectories) await rm(one, { recursive: true, force: true });
});

describe('as root', { skip: isRoot ? false : 'these need root' }, () => {
  it('serves a directory that only root can read in each way, and hands it over', async (t) => {
    const dataDir = await servers.newDirectory();
    assert.equal((await lstat(servers.home)).mode & 0o777, 0o700);
    const [namespace, dropped, capable, ...more] = await waysToRun(undefined);
    assert.ok(namespace && dropped && capable && more.length === 0);

    await assert.rejects(servers.start(dataDir, { way: dropped }), {
      code: 'embedded_data',
      message: /Set DATA_DIR to a directory that others may pass through/,
    });
    const owners = new Map([
      [namespace, 0],
      [capable, ORDINARY_USER],
    ]);
    for (const [way, owner] of owners) {
      if (!(await worksAs(way, 'true', []))) {
        t.diagnostic(`NOT TRIED, this system forbids it: ${way.prefix.join(' ')}`);
        continue;
      }
      const postgres = await servers.start(dataDir, { way });
      await askPostgres(postgres.url, 'create table if not exists kept as select 42 as answer');
      assert.deepEqual(await askPostgres(postgres.url, 'select answer from kept'), [
        { answer: 42 },
      ]);
      await postgres.stop();
      assert.equal((await lstat(join(dataDir, 'postgres', 'base'))).uid, owner);
    }
    const chosen = await servers.start(dataDir);
    assert.deepEqual(await askPostgres(chosen.url, 'select answer from kept'), [{ answer: 42 }]);
  });

  it('drops to an ordinary user where there is neither namespace nor setpriv', async () => {
    const dataDir = await openDirectory();
    const way: RunAs = {
      description: 'spawned',
      owner: { uid: ORDINARY_USER, gid: ORDINARY_USER },
      prefix: [],
      spawnAs: { uid: ORDINARY_USER, gid: ORDINARY_USER },
      diesWithParent: false,
    };
    const postgres = await servers.start(dataDir, { way });
    await askPostgres(postgres.url, 'select 1');
    assert.equal((await lstat(join(dataDir, 'postgres'))).uid, ORDINARY_USER);
  });

  it('leaves an ordinary user what is theirs', async (t) => {
    const dataDir = await openDirectory();
    await chown(dataDir, ORDINARY_USER, ORDINARY_USER);
    const refusal = await ordinaryUserCannotRun();
    if (refusal !== undefined) return t.skip(refusal);
    const { child, url } = await servers.startInProcess(dataDir, { uid: ORDINARY_USER });
    await askPostgres(url, 'create table kept as select 42 as answer');
    await killProcess(child);
    const asRoot = await servers.start(dataDir);
    assert.deepEqual(await askPostgres(asRoot.url, 'select answer from kept'), [{ answer: 42 }]);
    await asRoot.stop();
    const again = await servers.startInProcess(dataDir, { uid: ORDINARY_USER });
    assert.deepEqual(await askPostgres(again.url, 'select answer from kept'), [{ answer: 42 }]);
  });

  /** A directory that any user can pass through, unlike `servers.home`. */
  const openDirectory = async (): Promise<string> => {
    const parent = await mkdtemp(join(tmpdir(), 'gatehouse-embedded-open-'));
    await chmod(parent, 0o755);
    openDirectories.push(parent);
    const dataDir = join(parent, 'data');
    await mkdir(dataDir, { mode: 0o700 });
    return dataDir;
  };
});

/** Why an ordinary user cannot run this checkout, or undefined when one can. */
async function ordinaryUserCannotRun(): Promise<string | undefined> {
  const source = fileURLToPath(import.meta.url);
  const child = spawn(process.execPath, ['--check', source], {
    cwd: '/',
    stdio: 'ignore',
    uid: ORDINARY_USER,
    gid: ORDINARY_USER,
  });
  const works = await once(child, 'close').then(
    ([code]) => code === 0,
    () => false,
  );
  return works ? undefined : 'NOT TRIED: an ordinary user cannot read this checkout or this Node';
}
