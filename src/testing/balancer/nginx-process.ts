/** nginx with the files of `deploy/nginx`, as they ship, in a directory of its own. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pollUntil } from '../poll.ts';

/** What is shipped. */
export const NGINX_FILES = fileURLToPath(new URL('../../../deploy/nginx/', import.meta.url));
const PROGRAM = '/usr/sbin/nginx';
/** Where an access log is written to, below the directory of its own. */
export const ACCESS_LOG = 'logs/access.log';
const DEADLINE_MS = 20_000;

const run = promisify(execFile);

/** How an nginx is started: Debian's, unless another one is tried. */
export type NginxProgram = readonly [command: string, ...before: string[]];

/** What differs between deployments: files beside `nginx.conf`, by path. */
export type SiteFiles = Readonly<Record<string, string>>;

export interface NginxProcess {
  /** Lines of its access log. */
  accessLog(): Promise<readonly string[]>;
  /** Its error log, and what it said at the start. */
  errors(): string;
  /** Replaces files, and has it read all of them again while it serves. */
  reload(files: SiteFiles): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts nginx, and waits until it listens.
 *
 * @param options.listening - ports of loopback that its site files have it listen on
 * @throws Error that says what to install, or what is wrong with its files
 */
export async function startNginxProcess(options: {
  files: SiteFiles;
  listening: readonly number[];
  program?: NginxProgram;
}): Promise<NginxProcess> {
  const { listening } = options;
  const [command, ...before] = options.program ?? (await installedNginx());
  const directory = await layOut(options.files);
  const child = spawn(command, [...before, ...argumentsFor(directory, 'daemon off;')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let printed = '';
  child.stderr.on('data', (chunk) => (printed += chunk));
  const ended = once(child, 'close');
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    await rm(directory, { recursive: true, force: true });
  };
  const listens = async () => {
    if (child.exitCode !== null) throw new Error(`nginx has ended: ${printed}`);
    // No request: it would find no replica yet, and have nginx pass all of them over for a while.
    return (await Promise.all(listening.map(isListening))).every(Boolean);
  };
  try {
    await pollUntil(listens, { deadlineMs: DEADLINE_MS });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    errors: () => printed,
    async reload(files) {
      await write(directory, files);
      child.kill('SIGHUP');
    },
    async accessLog() {
      const log = await readFile(join(directory, ACCESS_LOG), 'utf8');
      return log.split('\n').filter((line) => line !== '');
    },
    stop,
  };
}

/**
 * Has nginx look at its files, and at certificates that they name, without starting.
 *
 * @returns what it says of them
 * @throws Error with what is wrong
 */
export async function examineNginxFiles(files: SiteFiles, program?: NginxProgram): Promise<string> {
  const [command, ...before] = program ?? (await installedNginx());
  const directory = await layOut(files);
  try {
    return (await run(command, [...before, '-t', ...argumentsFor(directory, '')])).stderr;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function layOut(files: SiteFiles): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'gatehouse-nginx-'));
  await mkdir(join(directory, dirname(ACCESS_LOG)));
  await cp(join(NGINX_FILES, 'nginx.conf'), join(directory, 'nginx.conf'));
  await cp(join(NGINX_FILES, 'gatehouse'), join(directory, 'gatehouse'), { recursive: true });
  await write(directory, files);
  return directory;
}

async function write(directory: string, files: SiteFiles): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text, { mode: 0o600 });
  }
}

function argumentsFor(directory: string, globals: string): string[] {
  const files = ['-p', directory, '-c', join(directory, 'nginx.conf'), '-e', 'stderr'];
  return [...files, '-g', `${globals} pid ${join(directory, 'nginx.pid')};`];
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } finally {
    socket.destroy();
  }
}

/** Installs Debian's nginx where it is missing and this user may; it is not started by that. */
export async function installedNginx(): Promise<NginxProgram> {
  const isThere = () =>
    access(PROGRAM).then(
      () => true,
      () => false,
    );
  if (await isThere()) return [PROGRAM];
  const advice = `this needs ${PROGRAM}: apt-get install nginx-light`;
  if (process.getuid?.() !== 0) throw new Error(advice);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  await run('apt-get', ['update'], { env });
  await run('apt-get', ['install', '-y', '--no-install-recommends', 'nginx-light'], { env });
  if (!(await isThere())) throw new Error(advice);
  return [PROGRAM];
}
