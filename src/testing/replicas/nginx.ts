/** The load balancer of `deploy/nginx`, as it ships, in front of replicas on loopback. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from '../free-port.ts';
import { pollUntil } from '../poll.ts';

const CONFIGURATION = fileURLToPath(new URL('../../../deploy/nginx/nginx.conf', import.meta.url));
const PROGRAM = '/usr/sbin/nginx';
const DEADLINE_MS = 20_000;

const run = promisify(execFile);

export interface Nginx {
  readonly port: number;
  /** Lines of its access log. */
  accessLog(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

/**
 * Starts nginx with a directory of its own.
 *
 * @throws Error that says what to install
 */
export async function startNginx(ports: readonly number[]): Promise<Nginx> {
  await ensureNginx();
  const directory = await mkdtemp(join(tmpdir(), 'gatehouse-nginx-'));
  const port = await freePort();
  await mkdir(join(directory, 'logs'));
  await copyFile(CONFIGURATION, join(directory, 'nginx.conf'));
  const replicas = ports.map((one) => `server 127.0.0.1:${one} max_fails=1 fail_timeout=5s;\n`);
  await writeFile(join(directory, 'replicas.conf'), replicas.join(''));
  await writeFile(join(directory, 'listen.conf'), `listen 127.0.0.1:${port};\n`);
  const options = ['-p', directory, '-c', join(directory, 'nginx.conf'), '-e', 'stderr'];
  const globals = ['-g', `daemon off; pid ${join(directory, 'nginx.pid')};`];
  const child = spawn(PROGRAM, [...options, ...globals], { stdio: ['ignore', 'ignore', 'pipe'] });
  let printed = '';
  child.stderr.on('data', (chunk) => (printed += chunk));
  const ended = once(child, 'close');
  await pollUntil(
    async () => {
      if (child.exitCode !== null) throw new Error(`nginx has ended: ${printed}`);
      // No request: it would find no replica yet, and have nginx pass all of them over for a while.
      return listens(port);
    },
    { deadlineMs: DEADLINE_MS },
  );
  return {
    port,
    async accessLog() {
      const log = await readFile(join(directory, 'logs/access.log'), 'utf8');
      return log.split('\n').filter((line) => line !== '');
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } finally {
    socket.destroy();
  }
}

/** Installs Debian's nginx where it is missing and this user may; it is not started by that. */
async function ensureNginx(): Promise<void> {
  const isThere = () =>
    access(PROGRAM).then(
      () => true,
      () => false,
    );
  if (await isThere()) return;
  const advice = `this needs ${PROGRAM}: apt-get install nginx-light`;
  if (process.getuid?.() !== 0) throw new Error(advice);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  await run('apt-get', ['update'], { env });
  await run('apt-get', ['install', '-y', '--no-install-recommends', 'nginx-light'], { env });
  if (!(await isThere())) throw new Error(advice);
}
