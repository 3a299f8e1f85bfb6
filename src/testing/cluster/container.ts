/**
 * A container without an engine: the command is process 1 of process ids of its own, in the pod's
 * network, as the pod's user without any capability, with nothing of our environment, on a root that
 * has the programs and libraries of this machine, and what is mounted where the pod says.
 *
 * Limits of memory and processor are not held to.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { firstProcess } from '../deploy/first-process.ts';
import type { Image } from './images.ts';

/**
 * $1 directory that the root is made at, $2 sources of ours, $3 the Node.js that runs them, $4 `ro` or
 * `rw`, $5 file of what is mounted, by lines of `kind mode from at`; then the program.
 */
const RUN = `
set -e
root=$1 sources=$2 node=$3 mode=$4 mounts=$5
shift 5
mount -t tmpfs -o mode=755 tmpfs "$root"
for directory in bin sbin lib lib64 usr; do
  if [ -L "/$directory" ]; then cp -P "/$directory" "$root/$directory"
  elif [ -d "/$directory" ]; then
    mkdir "$root/$directory"
    mount --bind "/$directory" "$root/$directory"
    mount -o remount,bind,ro "$root/$directory"
  fi
done
mkdir -p "$root/proc" "$root/dev" "$root/etc/ssl" "$root/run" "$root/tmp" "$root/app" "$root/opt/bin"
mount -t proc proc "$root/proc"
for device in null zero full random urandom; do
  : >"$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
for file in passwd group nsswitch.conf ld.so.cache; do cp "/etc/$file" "$root/etc/"; done
mount --bind /etc/ssl "$root/etc/ssl"
if [ -d /etc/alternatives ]; then
  mkdir "$root/etc/alternatives"
  mount --bind /etc/alternatives "$root/etc/alternatives"
fi
mount --bind "$sources" "$root/app"
mount -o remount,bind,ro "$root/app"
: >"$root/opt/bin/node"
mount --bind "$node" "$root/opt/bin/node"
printf '#!/bin/sh\\nexec node /app/src/cli/cli.ts "$@"\\n' >"$root/opt/bin/gatehouse"
chmod 755 "$root/opt/bin/gatehouse"
while read -r kind access from at; do
  if [ "$kind" = file ]; then
    : >"$root$at"
    mount --bind "$from" "$root$at"
  else
    mkdir -p "$root$at"
    if [ "$kind" = memory ]; then mount -t tmpfs -o "mode=1777,size=$from" tmpfs "$root$at"
    else mount --bind "$from" "$root$at"; fi
  fi
  [ "$access" = rw ] || mount -o remount,bind,ro "$root$at"
done <"$mounts"
mount -o "remount,$mode" "$root"
exec chroot "$root" "$@"
`;

/** What a pod says of who runs in its containers. */
export interface User {
  readonly runAsUser: number;
  readonly runAsGroup: number;
  readonly fsGroup: number;
}

interface ContainerRun {
  readonly image: Image;
  /** Empty: the image's own. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly user: User;
  readonly noNewPrivileges: boolean;
  readonly readOnlyRoot: boolean;
  /** File that `nsenter --net` takes. */
  readonly network: string;
  /** An empty directory. */
  readonly root: string;
  /** File with a line for each mount. */
  readonly mounts: string;
  readonly sources: string;
}

/** A container that has been started. */
export interface RunningContainer {
  readonly startedAt: string;
  /** Everything that it has printed. */
  output(): string;
  /** Sends a signal to its process 1; nothing happens to one that has ended. */
  signal(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Its exit code as engines count: of one that a signal ended, 128 and the signal's number. */
  readonly ended: Promise<number>;
  /** What goes before a command to run it in there. */
  enter(): Promise<readonly string[]>;
  /** Runs a command in there. */
  exec(command: readonly string[], timeoutSeconds: number): Promise<boolean>;
}

const SIGNALS: Readonly<Record<string, number>> = { SIGKILL: 9, SIGTERM: 15, SIGABRT: 6 };

export function startContainer(run: ContainerRun): RunningContainer {
  const { image, root, sources, network, mounts } = run;
  const env = Object.entries({ ...image.env, ...run.env }).map(
    ([name, value]) => `${name}=${value}`,
  );
  const { runAsUser, runAsGroup, fsGroup } = run.user;
  const asUser = [
    'setpriv',
    `--reuid=${runAsUser}`,
    `--regid=${runAsGroup}`,
    `--groups=${fsGroup}`,
    ...(run.noNewPrivileges ? ['--no-new-privs'] : []),
    ...['--bounding-set=-all', '--inh-caps=-all'],
    ...['env', '--ignore-environment', `--chdir=${image.directory}`, ...env],
  ];
  const command = run.command.length > 0 ? run.command : image.command;
  const mode = run.readOnlyRoot ? 'ro' : 'rw';
  const isolated = ['unshare', '--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', RUN, 'sh'];
  const given = [root, sources, process.execPath, mode, mounts];
  const child = spawn(
    'nsenter',
    [`--net=${network}`, ...isolated, ...given, ...asUser, ...command],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH } },
  );
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => (printed += chunk));
  }
  const ended = once(child, 'close').then(([code, signal]) => {
    return typeof code === 'number' ? code : 128 + (SIGNALS[String(signal)] ?? 0);
  });
  const enter = async () => {
    const target = await firstProcess(child.pid);
    const into = ['--mount', '--net', '--pid', '--root'];
    return ['nsenter', `--target=${target}`, ...into, '--', ...asUser];
  };
  return {
    startedAt: new Date().toISOString(),
    output: () => printed,
    ended,
    async signal(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      try {
        process.kill(await firstProcess(child.pid), signal);
      } catch {
        // Before it has begun, or while it ends.
        child.kill(signal);
      }
    },
    enter,
    async exec(words, timeoutSeconds) {
      const [program = '', ...args] = [...(await enter()), ...words];
      const signal = AbortSignal.timeout(timeoutSeconds * 1000);
      const asked = spawn(program, args, { stdio: 'ignore', signal, killSignal: 'SIGKILL' });
      return once(asked, 'close').then(
        ([code]) => code === 0,
        () => false,
      );
    },
  };
}
