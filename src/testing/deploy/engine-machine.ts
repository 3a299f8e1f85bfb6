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
import { firstProcess } from './first-process.ts';
import { manifestTool } from './manifest-tools.ts';
import { NotToBeHad, type Ran, ROOT, runProgram } from './trial.ts';

const CACHE = join(ROOT, '.cache', 'engine');
const PROGRAMS = join(CACHE, 'programs');
/** The engine, and the libraries of its that a Debian may lack. */
const PACKAGES = ['docker.io', 'containerd', 'runc', 'tini', 'libdevmapper1.02.1'];

/** Images stay, for the next run. */
const CLEAN_UP = `
docker swarm leave --force >/dev/null 2>&1 || true
# A Swarm that was left removes its own meanwhile.
while docker ps --all --quiet | grep -q .; do
  docker ps --all --quiet | xargs --no-run-if-empty docker rm --force --volumes >/dev/null 2>&1 || true
done
docker network prune --force >/dev/null
docker volume ls --quiet | xargs --no-run-if-empty docker volume rm --force >/dev/null
docker image prune --force >/dev/null
kill -TERM 1
`;

const START_DEADLINE_MS = 60_000;
const STOP_DEADLINE_MS = 30_000;
/** Longer than a row of the table takes that has the engine. */
const LOCK_DEADLINE_SECONDS = 1200;

/** $1 directory of this run, $2 data, $3 a file that one holds at a time, $4 what runs inside, $5 host name. */
const WATCH = `
set -u
work=$1 data=$2 lock=$3 inside=$4
trap '' HUP INT TERM
exec 9>"$lock"
waited=0
until flock --nonblock 9; do
  [ "$waited" -gt 0 ] || echo "waits for another trial, which holds $lock" >&2
  waited=$((waited + 1))
  # At the end of the pipe nobody waits any more.
  read -r -t 1 || [ $? -gt 128 ] && [ "$waited" -lt ${LOCK_DEADLINE_SECONDS} ] && continue
  echo "another trial has held $lock for $waited s"
  rm -rf "$work"
  exit 1
done
# What a run before has left when it was killed.
[ -e "$data-is-clean" ] || rm -rf "$data"
rm -f "$data-is-clean"
mkdir -p "$data"
groups=()
while IFS=: read -r _ controllers path; do
  group=/sys/fs/cgroup/\${controllers#name=}\${path%/}
  if [ -n "$controllers" ] && [ -d "$group" ]; then groups+=("$group/gatehouse-engine-$$"); fi
done </proc/self/cgroup
for group in "\${groups[@]}"; do
  mkdir "$group"
  if [ -e "$group/cpuset.cpus" ]; then
    for of in cpus mems; do cat "$group/../cpuset.$of" >"$group/cpuset.$of"; done
  fi
done
(
  for group in "\${groups[@]}"; do echo "$BASHPID" >"$group/cgroup.procs"; done
  exec 9>&- unshare --mount --net --pid --ipc --uts --cgroup --fork --kill-child --mount-proc \\
    bash -c "$inside" bash "$work" "$data" "$5"
) </dev/null &
engine=$!
echo "$engine"
cat >/dev/null
kill -KILL "$engine" 2>/dev/null
wait "$engine" 2>/dev/null
for _ in $(seq 50); do
  find "\${groups[@]}" -depth -type d -exec rmdir {} + 2>/dev/null
  [ -e "\${groups[0]}" ] || break
  sleep 0.1
done
rm -rf "$work"
`;

/** The first process: makes the machine, then is the engine's. */
const INSIDE = `
set -eu
work=$1 data=$2
mount --make-rprivate /
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /sys/fs/cgroup
while IFS=: read -r _ controllers _; do
  case $controllers in
    '') continue ;;
    name=*) options=none,$controllers ;;
    *) options=$controllers ;;
  esac
  at=/sys/fs/cgroup/\${controllers#name=}
  mkdir "$at"
  # One that is not mounted outside cannot be mounted here.
  mount -t cgroup -o "$options" cgroup "$at" 2>/dev/null || rmdir "$at"
done </proc/self/cgroup
for directory in etc var; do
  mkdir -p "$work/$directory/upper" "$work/$directory/work"
  mount -t overlay -o "lowerdir=/$directory,upperdir=$work/$directory/upper,workdir=$work/$directory/work" \\
    overlay "/$directory"
done
mount -t tmpfs tmpfs /run
mkdir -p /var/lib/docker
mount --bind "$data" /var/lib/docker
ip link set lo up
hostname "$3"
exec tini -- dockerd --config-file "$work/daemon.json" >"$work/dockerd.log" 2>&1
`;

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
