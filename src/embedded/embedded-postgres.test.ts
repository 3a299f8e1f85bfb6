import assert from 'node:assert/strict';
import { access, lstat, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import {
  askPostgres,
  createEmbeddedServers,
  type EmbeddedServers,
  isProcessGone,
  killProcess,
  pidOn,
} from '../testing/embedded-servers.ts';
import { pollUntil } from '../testing/poll.ts';
import { type RunAs, waysToRun, worksAs } from './run-as.ts';

let servers: EmbeddedServers;

before(async () => {
  servers = await createEmbeddedServers();
});

afterEach(() => servers.stopAll());

after(() => servers.close());

/** The way that is chosen here, but without a kernel that ends a program with its parent. */
async function wayWithoutKernelsHelp(): Promise<RunAs> {
  for (const way of await waysToRun(undefined)) {
    if (!(await worksAs(way, 'test', ['-x', servers.home]))) continue;
    const prefix = way.prefix.map((word) => (word === '--pdeathsig' ? '--no-new-privs' : word));
    return { ...way, prefix: prefix.filter((word) => word !== 'INT'), diesWithParent: false };
  }
  throw new Error('no way works here');
}

describe('the embedded PostgreSQL', () => {
  it('starts on a directory that is not there, and keeps it to its owner', async () => {
    const dataDir = join(await servers.newDirectory(), 'not', 'yet');
    const postgres = await servers.start(dataDir);
    const [row] = await askPostgres(
      postgres.url,
      `select current_setting('server_encoding') as encoding,
        current_setting('data_checksums') as checksums,
        current_setting('listen_addresses') as addresses,
        (select datlocale from pg_database where datname = current_database()) as locale`,
    );
    assert.deepEqual(row, { encoding: 'UTF8', checksums: 'on', addresses: '', locale: 'C.UTF-8' });
    assert.equal((await lstat(dataDir)).mode & 0o777, 0o700);
    assert.equal((await lstat(join(dataDir, 'postgres'))).mode & 0o777, 0o700);
  });

  it('keeps what was stored when it is stopped and started again', async () => {
    const dataDir = await servers.newDirectory();
    const first = await servers.start(dataDir);
    await askPostgres(first.url, 'create table kept as select 42 as answer');
    await first.stop();
    assert.equal((await first.ended).expected, true);
    const second = await servers.start(dataDir);
    assert.deepEqual(await askPostgres(second.url, 'select answer from kept'), [{ answer: 42 }]);
  });

  it('is refused to a second process by name, which a command attaches to', async () => {
    const dataDir = await servers.newDirectory();
    const first = await servers.start(dataDir);
    await assert.rejects(servers.start(dataDir), {
      code: 'embedded_in_use',
      message: `${dataDir} is in use by another Gatehouse (its PostgreSQL is process ${await pidOn(dataDir)}). Stop that one first, or set another DATA_DIR.`,
    });
    const command = await servers.start(dataDir, { attach: true });
    assert.equal(command.attached, true);
    await askPostgres(command.url, 'create table made_by_command ()');
    await command.stop();
    assert.deepEqual(await askPostgres(first.url, 'select * from made_by_command'), []);
  });

  it('is started for a command that finds none, and ends with it', async () => {
    const dataDir = await servers.newDirectory();
    const command = await servers.start(dataDir, { attach: true });
    assert.equal(command.attached, false);
    const pid = await pidOn(dataDir);
    await command.stop();
    assert.equal(await isProcessGone(pid), true);
  });

  it('is one when two processes start at once on an empty directory', async () => {
    const dataDir = await servers.newDirectory();
    const results = await Promise.allSettled([
      servers.startInProcess(dataDir),
      servers.startInProcess(dataDir),
    ]);
    const refused = results.filter((one) => one.status === 'rejected');
    assert.equal(refused.length, 1);
    assert.match(String(refused[0]?.reason), /is in use by another Gatehouse/);
  });

  it('listens where a path is too long for a socket, and leaves no link behind', async () => {
    const dataDir = join(
      await servers.newDirectory(),
      'x'.repeat(120),
      "with space, comma and 'quote'",
    );
    const postgres = await servers.start(dataDir);
    assert.deepEqual(await askPostgres(postgres.url, 'select 1 as one'), [{ one: 1 }]);
    const link = new URL(postgres.url).searchParams.get('host');
    assert.ok(link !== null && link.length < 80);
    await postgres.stop();
    await assert.rejects(access(dirname(link)));
  });

  it('says that it ended when something else ends it', async () => {
    const dataDir = await servers.newDirectory();
    const postgres = await servers.start(dataDir);
    process.kill(await pidOn(dataDir), 'SIGINT');
    assert.equal((await postgres.ended).expected, false);
  });

  it('refuses data of another major version, and a directory of something else', async () => {
    const older = await servers.newDirectory();
    await mkdir(join(older, 'postgres'));
    await writeFile(join(older, 'postgres', 'PG_VERSION'), '15\n');
    await assert.rejects(servers.start(older), {
      code: 'embedded_data',
      message: /holds data of PostgreSQL 15; this release brings PostgreSQL 18/,
    });
    const other = await servers.newDirectory();
    await mkdir(join(other, 'postgres'));
    await writeFile(join(other, 'postgres', 'diary.txt'), 'mine');
    await assert.rejects(servers.start(other), {
      code: 'embedded_data',
      message: /is there already, but holds no PostgreSQL data/,
    });
    assert.equal(await readFile(join(other, 'postgres', 'diary.txt'), 'utf8'), 'mine');
  });
});

describe('a killed process', () => {
  const losesNothing = async (dataDir: string, how: { way?: RunAs; uid?: number } = {}) => {
    const { child, url } = await servers.startInProcess(dataDir, how);
    const pid = await pidOn(dataDir);
    await askPostgres(url, 'create table kept as select generate_series(1, 1000) as number');
    await killProcess(child);
    // At once, while the one before is still on its way out.
    const again = await servers.start(dataDir, how.way === undefined ? {} : { way: how.way });
    assert.deepEqual(await askPostgres(again.url, 'select count(*)::int from kept'), [
      { count: 1000 },
    ]);
    await pollUntil(() => isProcessGone(pid), { deadlineMs: 5_000 });
  };

  it('leaves no PostgreSQL and loses no committed row', async () => {
    await losesNothing(await servers.newDirectory());
  });

  it('leaves none either where the kernel does not help (no setpriv, macOS)', async () => {
    await losesNothing(await servers.newDirectory(), { way: await wayWithoutKernelsHelp() });
  });

  it('does not matter when PostgreSQL was killed with it', async () => {
    const dataDir = await servers.newDirectory();
    const { child, url } = await servers.startInProcess(dataDir);
    await askPostgres(url, 'create table kept as select 42 as answer');
    process.kill(await pidOn(dataDir), 'SIGKILL');
    await killProcess(child);
    const again = await servers.start(dataDir);
    assert.deepEqual(await askPostgres(again.url, 'select answer from kept'), [{ answer: 42 }]);
  });

  it('does not matter when its number went to another program since', async () => {
    const dataDir = await servers.newDirectory();
    const { child } = await servers.startInProcess(dataDir);
    const file = join(dataDir, 'postgres', 'postmaster.pid');
    const lock = await readFile(file, 'utf8');
    process.kill(await pidOn(dataDir), 'SIGKILL');
    await killProcess(child);
    await writeFile(file, lock.replace(/^\d+/, String(process.ppid)), { mode: 0o600 });
    await askPostgres((await servers.start(dataDir)).url, 'select 1');
  });
});
