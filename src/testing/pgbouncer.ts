/** pgbouncer in transaction mode, as operators have it: Debian's package, on a port of loopback. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import { ensurePrograms } from './debian-programs.ts';
import { freePort } from './free-port.ts';
import { pollUntil } from './poll.ts';

const PROGRAM = '/usr/sbin/pgbouncer';
const START_DEADLINE_MS = 10_000;
/** Of Debian; pgbouncer does not run as root. */
const NOBODY = { name: 'nobody', uid: 65_534, gid: 65_534 };

export interface TestPgbouncer {
  /** As DATABASE_URL, of the database behind it. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts one in front of a server; installs Debian's where there is none. Call `stop` in `after`.
 *
 * @param serverUrl - reached by TCP, with a user and password
 * @throws Error that says what to install
 */
export async function startPgbouncer(serverUrl: string): Promise<TestPgbouncer> {
  await ensurePrograms({ [PROGRAM]: 'pgbouncer' });
  const server = new URL(serverUrl);
  const home = await mkdtemp(join(tmpdir(), 'gatehouse-pgbouncer-'));
  const port = await freePort();
  const name = server.pathname.slice(1);
  const configuration = join(home, 'pgbouncer.ini');
  const users = join(home, 'users.txt');
  const lines = [
    '[databases]',
    `${name} = host=${server.hostname} port=${server.port} dbname=${name}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = plain',
    `auth_file = ${users}`,
    'pool_mode = transaction',
    'default_pool_size = 5',
    // What node-postgres asks for as a session begins; see docs/deploy.md.
    'ignore_startup_parameters = extra_float_digits,statement_timeout',
  ];
  await writeFile(configuration, `${lines.join('\n')}\n`);
  await writeFile(users, `"${server.username}" "${server.password}"\n`, { mode: 0o600 });
  const root = process.getuid?.() === 0;
  if (root) {
    await chmod(home, 0o755);
    await chown(users, NOBODY.uid, NOBODY.gid);
  }
  const child = spawn(PROGRAM, [...(root ? ['-u', NOBODY.name] : []), configuration], {
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said = text(child.stderr);
  const url = `postgres://${server.username}:${server.password}@127.0.0.1:${port}/${name}`;
  await pollUntil(
    async () => {
      if (child.exitCode !== null) throw new Error(`pgbouncer did not start: ${await said}`);
      return answers(url);
    },
    { deadlineMs: START_DEADLINE_MS },
  );
  return {
    url,
    async stop() {
      if (child.exitCode === null) {
        child.kill('SIGINT');
        await once(child, 'exit');
      }
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client(url);
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
