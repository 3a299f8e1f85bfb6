/**
 * Embedded servers for tests of how they start and end: in this process, or in one of their own
 * that can be killed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import {
  attachOrStartEmbeddedPostgres,
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../embedded/embedded-postgres.ts';
import type { RunAs } from '../embedded/run-as.ts';
import { serverPid } from '../embedded/server-process.ts';
import { silentLogger } from './silent-logger.ts';

export interface EmbeddedServers {
  /** A directory that (like /root) only its owner can pass through; all data lies under it. */
  readonly home: string;
  newDirectory(): Promise<string>;
  /** @param how.way - instead of the best that works */
  start(dataDir: string, how?: { attach?: boolean; way?: RunAs }): Promise<EmbeddedPostgres>;
  /**
   * Starts one from a process of its own, which stays until it is killed.
   *
   * @param how.uid - as that user; needs root
   */
  startInProcess(
    dataDir: string,
    how?: { way?: RunAs; uid?: number },
  ): Promise<{ child: ChildProcess; url: string }>;
  /** Ends what was started so far. */
  stopAll(): Promise<void>;
  /** Ends everything and removes `home`. */
  close(): Promise<void>;
}

export async function createEmbeddedServers(): Promise<EmbeddedServers> {
  const home = await mkdtemp(join(tmpdir(), 'gatehouse-embedded-'));
  const running: EmbeddedPostgres[] = [];
  const children: ChildProcess[] = [];
  const stopAll = async (): Promise<void> => {
    for (const one of running.splice(0)) await one.stop();
    for (const child of children.splice(0)) await killProcess(child);
  };
  return {
    home,
    newDirectory: () => mkdtemp(join(home, 'data-')),
    start: async (dataDir, how = {}) => {
      const { way } = how;
      const ways = way === undefined ? {} : { waysToRun: async () => [way] };
      const open = how.attach === true ? attachOrStartEmbeddedPostgres : startEmbeddedPostgres;
      const postgres = await open({ dataDir, logger: silentLogger, durable: false, ...ways });
      running.push(postgres);
      return postgres;
    },
    startInProcess: (dataDir, how = {}) =>
      startInProcess(dataDir, how, (child) => children.push(child)),
    stopAll,
    close: async () => {
      await stopAll();
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function startInProcess(
  dataDir: string,
  how: { way?: RunAs; uid?: number },
  onStart: (child: ChildProcess) => void,
): Promise<{ child: ChildProcess; url: string }> {
  const launcher = new URL('../embedded/embedded-postgres.ts', import.meta.url).href;
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
  onStart(child);
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

export async function killProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

export async function askPostgres(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Whether a process is gone, or only waits for somebody to collect it. */
export async function isProcessGone(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return true;
  }
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return /\) [ZX] /.test(stat);
}

/** The number of the server's process. */
export async function pidOn(dataDir: string): Promise<number> {
  const pid = await serverPid(join(dataDir, 'postgres'));
  if (pid === undefined) throw new Error(`no server runs on ${dataDir}`);
  return pid;
}
