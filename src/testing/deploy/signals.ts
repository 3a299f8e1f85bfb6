import { readdir, readFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { interrupt } from '../interruption.ts';

/** npm passes on what a terminal has sent to this process, too. */
const SAME_MS = 1000;
/** Whoever heeds no signal has so long. */
const GRACE_MS = 5000;
const LOOK_MS = 50;
/** An engine takes half a minute to end. */
const PATIENCE_MS = 120_000;

/**
 * Has SIGINT and SIGTERM end what is under way: its programs are ended and its waits fail, so that its
 * clean-ups run. A second one ends this process at once, and so does time.
 *
 * @param patienceMs - that clean-ups may take once those programs have ended
 * @returns what this process is to exit with, when there was a signal and its programs have ended
 */
export function heedSignals(patienceMs = PATIENCE_MS): () => Promise<number | undefined> {
  let first: { readonly code: number; readonly at: number } | undefined;
  let ending: Promise<void> | undefined;
  const heed = (signal: NodeJS.Signals) => {
    if (first !== undefined) {
      if (performance.now() - first.at > SAME_MS) process.exit(first.code);
      return;
    }
    const code = 128 + constants.signals[signal];
    first = { code, at: performance.now() };
    process.stdout.write(`${signal}: what was begun is ended; a second one leaves it as it is\n`);
    // Connections to what is ended break, and not everywhere is somebody to hear of it.
    process.on('uncaughtException', () => undefined);
    interrupt(new Error(`ended by ${signal}`));
    const leave = () => {
      process.stdout.write('not all of it has ended\n');
      process.exit(code);
    };
    ending = endPrograms().finally(() => setTimeout(leave, patienceMs).unref());
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, heed);
  return async () => {
    await ending;
    return first?.code;
  };
}

/**
 * Ends what this process has begun, and what that has. Those that were begun apart from it, as sessions of
 * their own, are left to whoever began them.
 */
async function endPrograms(): Promise<void> {
  const programs = await descendants();
  kill(programs, 'SIGTERM');
  const still = async () => {
    const now = await descendants();
    return programs.filter((pid) => now.includes(pid));
  };
  const until = performance.now() + GRACE_MS;
  while ((await still()).length > 0 && performance.now() < until) await delay(LOOK_MS);
  // Such as the first process of a namespace, which heeds nothing else.
  kill(await still(), 'SIGKILL');
}

/** Of the same group of processes as this one, which a terminal interrupts together. */
async function descendants(): Promise<number[]> {
  const all = await processes();
  const group = all.get(process.pid)?.group;
  const found: number[] = [];
  let parents = [process.pid];
  while (parents.length > 0) {
    const of = new Set(parents);
    parents = [...all]
      .filter(([, { parent, group: its }]) => of.has(parent) && its === group)
      .map(([pid]) => pid);
    found.push(...parents);
  }
  return found;
}

/** As the kernel tells of them: none, where it does not. */
async function processes(): Promise<Map<number, { parent: number; group: number }>> {
  const all = new Map<number, { parent: number; group: number }>();
  for (const name of await readdir('/proc').catch(() => [])) {
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    const [, parent, group] = /\) \S (\d+) (\d+) /.exec(stat) ?? [];
    if (parent !== undefined)
      all.set(Number(name), { parent: Number(parent), group: Number(group) });
  }
  return all;
}

function kill(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended meanwhile.
    }
  }
}
