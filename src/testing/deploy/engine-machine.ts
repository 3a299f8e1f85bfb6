/**
 * A machine with a Docker engine for trials: Debian's dockerd, unpacked and not installed, in mounts, a
 * network, processes and cgroups of their own. Bridges, addresses, rules of the firewall, files below /etc
 * and /var: all of it is seen in there alone.
 *
 * It goes with whoever started it, however that ends: the shell that watches over it reads a pipe to its
 * end, kills the first process of the namespace, with which the kernel ends all others, and removes what
 * a kernel keeps besides, cgroups and files.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { ensurePrograms } from '../debian-programs.ts';
import { interruptible } from '../interruption.ts';
import { pollUntil } from '../poll.ts';
import { unpackPackages } from '../unpacked-debian.ts';
import { CLEAN_UP, INSIDE, WATCH } from './engine-scripts.ts';
import { firstProcess } from './first-process.ts';
import { manifestTool } from './manifest-tools.ts';
import { NotToBeHad, type Ran, ROOT, runProgram } from './trial.ts';

const CACHE = join(ROOT, '.cache', 'engine');
const PROGRAMS = join(CACHE, 'programs');
/** The engine, and the libraries of its that a Debian may lack. */
const PACKAGES = ['docker.io', 'containerd', 'runc', 'tini', 'libdevmapper1.02.1'];

const START_DEADLINE_MS = 60_000;
const STOP_DEADLINE_MS = 30_000;

/** As Docker has it since version 23; the log in a file, since nobody reads a pipe. */
const DAEMON = {
  features: { buildkit: true },
  'storage-driver': 'overlay2',
  'log-level': 'warn',
};

export interface EngineMachine {
  /** Its first process, as this machine counts them. */
  readonly first: number;
  /** A copy of what is tracked in this checkout, where commands are run. */
  readonly directory: string;
  /** For files of a trial; gone with the machine. */
  readonly work: string;
  /**
   * Runs lines of bash, each of which has to end with 0.
   *
   * @returns what they printed
   * @throws Error with all of that, when one does not
   */
  run(lines: string, options?: RunOptions): Promise<Ran>;
  /** A command of ours in there, such as a TypeScript file's. */
  spawn(command: readonly string[], env?: NodeJS.ProcessEnv): Inside;
  /** What the engine itself has complained of. */
  log(): Promise<string>;
  stop(): Promise<void>;
}

interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

type Inside = ChildProcessByStdio<Writable, Readable, Readable>;

/**
 * Starts one with an address that nobody shares, 192.0.2.10.
 *
 * @throws NotToBeHad where there is no root, no package, or a kernel that does not give what it takes
 */
export async function startEngineMachine(): Promise<EngineMachine> {
  if (process.getuid?.() !== 0) throw new NotToBeHad('this needs root: it makes namespaces');
  await ensureEngine();
  const machine = await start('engine');
  try {
    await machine.run(`
      ip link add eth0 type veth peer name neighbour
      ip address add 192.0.2.10/24 dev eth0
      ip link set eth0 up
    `);
    return machine;
  } catch (error) {
    await machine.stop();
    throw error;
  }
}

/** Starts a second one, at the other end of the wire: 192.0.2.11. */
export async function startNeighbour(machine: EngineMachine): Promise<EngineMachine> {
  const neighbour = await start('neighbour');
  try {
    const to = String(neighbour.first);
    const move = ['ip', 'link', 'set', 'neighbour', 'netns', to];
    await runProgram('nsenter', ['--target', String(machine.first), '--net', ...move]);
    await neighbour.run(`
      ip link set neighbour name eth0
      ip address add 192.0.2.11/24 dev eth0
      ip link set eth0 up
    `);
    return neighbour;
  } catch (error) {
    await neighbour.stop();
    throw error;
  }
}

async function start(name: string): Promise<EngineMachine> {
  // What the engine keeps from run to run: images, and layers of builds.
  const data = join(CACHE, name);
  // Is there when the run before has ended in order.
  const clean = join(CACHE, `${name}-is-clean`);
  const plugin = await manifestTool('docker-compose');
  const work = await mkdtemp(join(tmpdir(), `gatehouse-${name}-`));
  const directory = join(work, 'gatehouse');
  const env = await prepare(work, { plugin, directory }).catch(async (error: unknown) => {
    await rm(work, { recursive: true, force: true });
    throw error;
  });
  // From here on it goes with the shell that watches.
  const given = [work, data, join(CACHE, `${name}-lock`), INSIDE, `gatehouse-${name}`];
  const watch = spawn('bash', ['-c', WATCH, 'bash', ...given], {
    cwd: directory,
    detached: true,
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(watch, 'close');
  const release = async () => {
    watch.stdin.end();
    await ended;
  };
  try {
    const gone = ended.then(() => 'it has ended');
    const said = await interruptible((signal) =>
      Promise.race([once(watch.stdout, 'data', { signal }).then(String), gone]),
    );
    if (!/^\d+$/.test(said.trim())) throw new Error(said.trim());
    const first = await pollUntil(() => firstProcess(Number(said)), {
      deadlineMs: START_DEADLINE_MS,
    });
    const machine = machineOf({ first, directory, work, env });
    await pollUntil(() => machine.run('docker info').then(() => true), {
      deadlineMs: START_DEADLINE_MS,
      everyMs: 100,
    });
    const stop = async () => {
      try {
        await machine.run(CLEAN_UP);
        await pollUntil(
          () =>
            access(`/proc/${first}`).then(
              () => false,
              () => true,
            ),
          {
            deadlineMs: STOP_DEADLINE_MS,
          },
        );
        await writeFile(clean, '');
      } finally {
        await release();
      }
    };
    return { ...machine, stop };
  } catch (error) {
    const log = await readFile(join(work, 'dockerd.log'), 'utf8').catch(() => '');
    await release();
    const reason = log.trim().split('\n').slice(-5).join('\n');
    throw new Error(`the Docker engine does not start: ${reason || error}`, {
      cause: error,
    });
  }
}

/** @returns the environment of what runs there */
async function prepare(
  work: string,
  { plugin, directory }: { plugin: string; directory: string },
): Promise<NodeJS.ProcessEnv> {
  await writeFile(join(work, 'daemon.json'), JSON.stringify(DAEMON));
  const plugins = join(work, 'docker/cli-plugins');
  await mkdir(plugins, { recursive: true });
  await symlink(plugin, join(plugins, 'docker-compose'));
  await copyTracked(directory);
  return environment(work);
}

function machineOf(at: {
  first: number;
  directory: string;
  work: string;
  env: NodeJS.ProcessEnv;
}): Omit<EngineMachine, 'stop'> {
  const { first, directory, work, env } = at;
  const enter = ['--mount', '--net', '--pid', '--ipc', '--uts', '--cgroup'];
  const into = ['--target', String(first), ...enter];
  return {
    first,
    directory,
    work,
    run: (lines, { cwd = directory, env: more = {}, input = '' } = {}) =>
      runProgram('nsenter', [...into, 'bash', '--norc', '-euc', `cd "$0"\n${lines}`, cwd], {
        env: { ...env, ...more },
        input,
      }),
    spawn: (command, more = {}) =>
      spawn('nsenter', [...into, ...command], {
        env: { ...env, ...more },
        stdio: 'pipe',
      }),
    log: () => readFile(join(work, 'dockerd.log'), 'utf8'),
  };
}

async function ensureEngine(): Promise<void> {
  await ensurePrograms({
    '/usr/sbin/ip': 'iproute2',
    '/usr/sbin/iptables': 'iptables',
    '/usr/bin/nsenter': 'util-linux',
    '/usr/bin/flock': 'util-linux',
  });
  if (!/^\d+:memory:/m.test(await readFile('/proc/self/cgroup', 'utf8'))) {
    throw new NotToBeHad('cgroups of version 1, which are what this is made for');
  }
  await runProgram('unshare', [
    '--mount',
    '--net',
    '--pid',
    '--fork',
    'ip',
    'link',
    'add',
    'x',
    'type',
    'bridge',
  ]).catch((cause: unknown) => {
    throw new NotToBeHad('namespaces and bridges, which this kernel or this user has not', {
      cause,
    });
  });
  if (await isThere(PROGRAMS)) return;
  await mkdir(CACHE, { recursive: true });
  await unpackPackages(PACKAGES, PROGRAMS).catch((cause: unknown) => {
    throw new NotToBeHad(`Debian's packages ${PACKAGES.join(', ')}`, { cause });
  });
}

/** Nothing of this one but what leads to programs. */
async function environment(work: string): Promise<NodeJS.ProcessEnv> {
  const { stdout } = await runProgram('git', ['rev-parse', '--absolute-git-dir']);
  const library = 'lib/x86_64-linux-gnu';
  const places = (...paths: string[]) => paths.map((path) => join(PROGRAMS, path)).join(':');
  return {
    // What a trial puts before the engine's own comes first.
    PATH: `${work}/bin:${places('usr/bin', 'usr/sbin', 'sbin')}:${dirname(process.execPath)}:/usr/sbin:/usr/bin:/sbin:/bin`,
    LD_LIBRARY_PATH: places(library, `usr/${library}`),
    HOME: work,
    DOCKER_CONFIG: join(work, 'docker'),
    // The commands of the manual ask for the commit.
    GIT_DIR: stdout.trim(),
  };
}

async function copyTracked(into: string): Promise<void> {
  const { stdout: files } = await runProgram('git', ['ls-files', '-z', '--deduplicate']);
  await mkdir(into);
  const copy = 'tar --create --null --files-from - | tar --extract --directory "$1"';
  await runProgram('bash', ['-c', copy, 'bash', into], { input: files });
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
