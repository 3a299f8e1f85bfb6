import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  access,
  chmod,
  chown,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  rm,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, afterEach, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { pollUntil } from '../testing/poll.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import {
  attachOrStartEmbeddedPostgres,
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from './embedded-postgres.ts';
import { type RunAs, waysToRun } from './run-as.ts';
import { serverPid } from './server-process.ts';

const isRoot = process.getuid?.() === 0;
const ORDINARY_USER = 65534;

let home: string;
let running: EmbeddedPostgres[] = [];
let children: ChildProcess[] = [];

before(async () => {
  home = await mkdtemp(join(tmpdir(), 'gatehouse-embedded-'));
});

afterEach(async () => {
  for (const one of running) await one.stop();
  for (const child of children) await kill(child);
  running = [];
  children = [];
});

after(() => rm(home, { recursive: true, force: true }));

/** A new directory under `home`, which (like /root) only its owner can pass through. */
const newDirectory = (): Promise<string> => mkdtemp(join(home, 'data-'));

async function start(
  dataDir: string,
  how: { attach?: boolean; way?: RunAs } = {},
): Promise<EmbeddedPostgres> {
  const options = { dataDir, logger: silentLogger, durable: false, ...only(how.way) };
  const open = how.attach === true ? attachOrStartEmbeddedPostgres : startEmbeddedPostgres;
  const postgres = await open(options);
  running.push(postgres);
  return postgres;
}

const only = (way: RunAs | undefined) =>
  way === undefined ? {} : { waysToRun: async () => [way] };

/** Starts the server from a process of its own, which stays until it is killed. */
async function startInProcess(
  dataDir: string,
  how: { way?: RunAs; uid?: number } = {},
): Promise<{ child: ChildProcess; url: string }> {
  const launcher = new URL('./embedded-postgres.ts', import.meta.url).href;
  const program = `
    import { startEmbeddedPostgres } from ${JSON.stringify(launcher)};
    const silent = () => undefined;
    const logger = { error: silent, warn: silent, info: silent, debug: silent };
    const [dataDir, way] = process.argv.slice(1);
    const ways = way === undefined ? {} : { waysToRun: async () => [JSON.parse(way)] };
    const { url } = await startEmbeddedPostgres({ dataDir, logger, ...ways });
    console.log(url);
    setInterval(silent, 1000);
  `;
  const args = ['--input-type=module', '-e', program, dataDir];
  if (how.way !== undefined) args.push(JSON.stringify(how.way));
  const child = spawn(process.execPath, args, {
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(how.uid === undefined ? {} : { uid: how.uid, gid: how.uid }),
  });
  children.push(child);
  let complaint = '';
  child.stderr.on('data', (chunk) => {
    complaint += chunk;
  });
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    once(child, 'close').then(() => {
      throw new Error(complaint);
    }),
  ]);
  return { child, url: String(line) };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function pidOn(dataDir: string): Promise<number> {
  const pid = await serverPid(join(dataDir, 'postgres'));
  assert.ok(pid !== undefined);
  return pid;
}

/** Whether a process is gone, or only waits for somebody to collect it. */
async function isGone(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return true;
  }
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return /\) [ZX] /.test(stat);
}

const withoutKernelsHelp = (way: RunAs): RunAs => ({
  ...way,
  prefix: way.prefix.slice(0, way.prefix.indexOf('setpriv')),
  diesWithParent: false,
});

describe('the embedded PostgreSQL', () => {
  it('starts on a directory that is not there, and keeps it to its owner', async () => {
    const dataDir = join(await newDirectory(), 'not', 'yet');
    const postgres = await start(dataDir);
    const [row] = await ask(
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
    const dataDir = await newDirectory();
    const first = await start(dataDir);
    await ask(first.url, 'create table kept as select 42 as answer');
    await first.stop();
    assert.equal((await first.ended).expected, true);
    const second = await start(dataDir);
    assert.deepEqual(await ask(second.url, 'select answer from kept'), [{ answer: 42 }]);
  });

  it('is refused to a second process by name, which a command attaches to', async () => {
    const dataDir = await newDirectory();
    const first = await start(dataDir);
    await assert.rejects(startEmbeddedPostgres({ dataDir, logger: silentLogger }), {
      code: 'embedded_in_use',
      message: `${dataDir} is in use by another Gatehouse (its PostgreSQL is process ${await pidOn(dataDir)}). Stop that one first, or set another DATA_DIR.`,
    });
    const command = await start(dataDir, { attach: true });
    assert.equal(command.attached, true);
    await ask(command.url, 'create table made_by_command ()');
    await command.stop();
    assert.deepEqual(await ask(first.url, 'select * from made_by_command'), []);
  });

  it('is started for a command that finds none, and ends with it', async () => {
    const dataDir = await newDirectory();
    const command = await start(dataDir, { attach: true });
    assert.equal(command.attached, false);
    const pid = await pidOn(dataDir);
    await command.stop();
    assert.equal(await isGone(pid), true);
  });

  it('is one when two processes start at once on an empty directory', async () => {
    const dataDir = await newDirectory();
    const results = await Promise.allSettled([startInProcess(dataDir), startInProcess(dataDir)]);
    const refused = results.filter((one) => one.status === 'rejected');
    assert.equal(refused.length, 1);
    assert.match(String(refused[0]?.reason), /is in use by another Gatehouse/);
  });

  it('listens where a path is too long for a socket, and leaves no link behind', async () => {
    const dataDir = join(await newDirectory(), 'x'.repeat(120), "with space, comma and 'quote'");
    const postgres = await start(dataDir);
    assert.deepEqual(await ask(postgres.url, 'select 1 as one'), [{ one: 1 }]);
    const link = new URL(postgres.url).searchParams.get('host');
    assert.ok(link !== null && link.length < 80);
    await postgres.stop();
    await assert.rejects(access(dirname(link)));
  });

  it('says that it ended when something else ends it', async () => {
    const dataDir = await newDirectory();
    const postgres = await start(dataDir);
    process.kill(await pidOn(dataDir), 'SIGINT');
    assert.equal((await postgres.ended).expected, false);
  });

  it('refuses data of another major version, and a directory of something else', async () => {
    const older = await newDirectory();
    await mkdir(join(older, 'postgres'));
    await writeFile(join(older, 'postgres', 'PG_VERSION'), '15\n');
    await assert.rejects(start(older), {
      code: 'embedded_data',
      message: /holds data of PostgreSQL 15; this release brings PostgreSQL 18/,
    });
    const other = await newDirectory();
    await mkdir(join(other, 'postgres'));
    await writeFile(join(other, 'postgres', 'diary.txt'), 'mine');
    await assert.rejects(start(other), {
      code: 'embedded_data',
      message: /is there already, but holds no PostgreSQL data/,
    });
    assert.equal(await readFile(join(other, 'postgres', 'diary.txt'), 'utf8'), 'mine');
  });
});

describe('a killed process', () => {
  const losesNothing = async (dataDir: string, how: { way?: RunAs; uid?: number } = {}) => {
    const { child, url } = await startInProcess(dataDir, how);
    const pid = await pidOn(dataDir);
    await ask(url, 'create table kept as select generate_series(1, 1000) as number');
    await kill(child);
    // At once, while the one before is still on its way out.
    const again = await start(dataDir, how.way === undefined ? {} : { way: how.way });
    assert.deepEqual(await ask(again.url, 'select count(*)::int from kept'), [{ count: 1000 }]);
    await pollUntil(() => isGone(pid), { deadlineMs: 5_000 });
  };

  it('leaves no PostgreSQL and loses no committed row', async () => {
    await losesNothing(await newDirectory());
  });

  it('leaves none either where the kernel does not help (no setpriv, macOS)', async () => {
    const [way] = await waysToRun(undefined);
    assert.ok(way !== undefined);
    await losesNothing(await newDirectory(), { way: withoutKernelsHelp(way) });
  });

  it('does not matter when PostgreSQL was killed with it', async () => {
    const dataDir = await newDirectory();
    const { child, url } = await startInProcess(dataDir);
    await ask(url, 'create table kept as select 42 as answer');
    process.kill(await pidOn(dataDir), 'SIGKILL');
    await kill(child);
    const again = await start(dataDir);
    assert.deepEqual(await ask(again.url, 'select answer from kept'), [{ answer: 42 }]);
  });

  it('does not matter when its number went to another program since', async () => {
    const dataDir = await newDirectory();
    const { child } = await startInProcess(dataDir);
    const file = join(dataDir, 'postgres', 'postmaster.pid');
    const lock = await readFile(file, 'utf8');
    process.kill(await pidOn(dataDir), 'SIGKILL');
    await kill(child);
    await writeFile(file, lock.replace(/^\d+/, String(process.ppid)), { mode: 0o600 });
    await ask((await start(dataDir)).url, 'select 1');
  });
});

describe('as root', { skip: isRoot ? false : 'these need root' }, () => {
  it('serves a directory that only root can read in each way, and hands it over', async () => {
    const dataDir = await newDirectory();
    assert.equal((await lstat(home)).mode & 0o777, 0o700);
    const [namespace, dropped, capable, ...more] = await waysToRun(undefined);
    assert.ok(namespace && dropped && capable && more.length === 0);

    const first = await start(dataDir, { way: namespace });
    await ask(first.url, 'create table kept as select 42 as answer');
    await first.stop();
    assert.equal((await lstat(join(dataDir, 'postgres'))).uid, 0);

    await assert.rejects(start(dataDir, { way: dropped }), {
      code: 'embedded_data',
      message: /Set DATA_DIR to a directory that others may pass through/,
    });
    const second = await start(dataDir, { way: capable });
    assert.deepEqual(await ask(second.url, 'select answer from kept'), [{ answer: 42 }]);
    await second.stop();
    assert.equal((await lstat(join(dataDir, 'postgres', 'base'))).uid, capable.owner?.uid);

    const third = await start(dataDir);
    assert.deepEqual(await ask(third.url, 'select answer from kept'), [{ answer: 42 }]);
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
    const postgres = await start(dataDir, { way });
    await ask(postgres.url, 'select 1');
    assert.equal((await lstat(join(dataDir, 'postgres'))).uid, ORDINARY_USER);
  });

  it('leaves an ordinary user what is theirs', async (t) => {
    const dataDir = await openDirectory();
    await chown(dataDir, ORDINARY_USER, ORDINARY_USER);
    const refusal = await ordinaryUserCannotRun();
    if (refusal !== undefined) return t.skip(refusal);
    const { child, url } = await startInProcess(dataDir, { uid: ORDINARY_USER });
    await ask(url, 'create table kept as select 42 as answer');
    await kill(child);
    const asRoot = await start(dataDir);
    assert.deepEqual(await ask(asRoot.url, 'select answer from kept'), [{ answer: 42 }]);
    await asRoot.stop();
    const again = await startInProcess(dataDir, { uid: ORDINARY_USER });
    assert.deepEqual(await ask(again.url, 'select answer from kept'), [{ answer: 42 }]);
  });

  /** A directory that any user can pass through, unlike `home`. */
  const openDirectory = async (): Promise<string> => {
    const parent = await mkdtemp(join(tmpdir(), 'gatehouse-embedded-open-'));
    await chmod(parent, 0o755);
    openDirectories.push(parent);
    const dataDir = join(parent, 'data');
    await mkdir(dataDir, { mode: 0o700 });
    return dataDir;
  };
  const openDirectories: string[] = [];

  after(async () => {
    for (const one of openDirectories) await rm(one, { recursive: true, force: true });
  });
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
