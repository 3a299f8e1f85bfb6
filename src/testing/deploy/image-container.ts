/**
 * Runs what is in an image as a container engine would: the program is process 1 of process ids of
 * its own, on a root file system that is mounted read-only, with an empty /tmp, secrets under
 * /run/secrets, the user of the image without any capability, and nothing of our environment.
 *
 * Two things are not as there. `buildah run` itself, with its isolation by chroot, mounts the root to
 * be written to and knows no process ids of its own; so the mounts are made here, with the same calls
 * of the kernel. And the network is this machine's: ports are loopback ones.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pollUntil } from '../poll.ts';
import { firstProcess } from './first-process.ts';
import type { ImageConfig } from './image-build.ts';

/**
 * $1 root, $2 `ro` or `rw`, $3 secrets, $4 uid, $5 gid, $6 work directory, $7 lines of `from:at` to mount,
 * then `NAME=value`s and the program.
 */
const RUN = `
set -e
root=$1 mode=$2 secrets=$3 uid=$4 gid=$5 directory=$6 mounts=$7
shift 7
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom; do
  : > "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
ln -s /proc/self/fd "$root/dev/fd"
mount -o remount,ro "$root/dev"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mkdir "$root/run/secrets"
mount --bind "$secrets" "$root/run/secrets"
mount -o remount,bind,ro "$root/run/secrets"
mount -o remount,ro "$root/run"
printf %s "$mounts" | while IFS=: read -r from at; do
  mkdir -p "$root$at"
  mount --bind "$from" "$root$at"
done
mount -o "remount,bind,$mode" "$root"
exec chroot "$root" setpriv --reuid "$uid" --regid "$gid" --clear-groups --no-new-privs \\
  --bounding-set=-all --inh-caps=-all env --ignore-environment --chdir="$directory" "$@"
`;

const START_DEADLINE_MS = 60_000;

/** What of an image it takes to run it. */
export interface RunnableImage {
  /** Its files, as a container has them. */
  readonly root: string;
  readonly config: Pick<ImageConfig, 'User' | 'Env' | 'Entrypoint' | 'Cmd' | 'WorkingDir'>;
}

export interface ContainerOptions {
  /** In the place of the image's own. */
  readonly command?: readonly string[];
  /** Beside the image's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** By name of the file under /run/secrets; read by its user alone. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Directories of this machine by where it finds them; to be written to, as far as they let its user. */
  readonly mounts?: Readonly<Record<string, string>>;
  /** Its standard input. */
  readonly input?: string;
  /** To see what its user could write, were it not for that. */
  readonly writableRoot?: boolean;
}

interface Container {
  /** Everything that it has printed. */
  output(): string;
  /** Sends a signal to its process 1. */
  signal(signal: NodeJS.Signals): Promise<void>;
  /** Names of what it has in a directory of its own. */
  list(directory: string): Promise<readonly string[]>;
  /** @returns its exit code, once it has ended */
  ended(): Promise<number | null>;
  /** Milliseconds from its start to the first 200 of an address. */
  untilReady(url: string): Promise<number>;
  /** Ends it, if it still runs, and what was made for it. */
  remove(): Promise<void>;
}

export async function startContainer(
  image: RunnableImage,
  options: ContainerOptions = {},
): Promise<Container> {
  const { config, root } = image;
  const [uid = '', gid = uid] = config.User.split(':');
  const secrets = await mkdtemp(join(tmpdir(), 'gatehouse-secrets-'));
  await chown(secrets, Number(uid), Number(gid));
  for (const [name, value] of Object.entries(options.secrets ?? {})) {
    const path = join(secrets, name);
    await writeFile(path, `${value}\n`, { mode: 0o400 });
    await chown(path, Number(uid), Number(gid));
  }
  const env = Object.entries(options.env ?? {}).map(([name, value]) => `${name}=${value}`);
  const program = [...(config.Entrypoint ?? []), ...(options.command ?? config.Cmd)];
  const mode = options.writableRoot === true ? 'rw' : 'ro';
  const mounts = Object.entries(options.mounts ?? {})
    .map(([at, from]) => `${from}:${at}\n`)
    .join('');
  const directory = config.WorkingDir;
  const given = [root, mode, secrets, uid, gid, directory, mounts, ...config.Env, ...env];
  const startedAt = performance.now();
  const child = spawn(
    'unshare',
    ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', RUN, 'sh', ...given, ...program],
    { stdio: 'pipe' },
  );
  child.stdin.on('error', () => undefined).end(options.input);
  const exited = once(child, 'close').then(([code]) => code as number | null);
  let printed = '';
  child.stdout.on('data', (chunk) => (printed += chunk));
  child.stderr.on('data', (chunk) => (printed += chunk));
  return {
    output: () => printed,
    async signal(signal) {
      process.kill(await firstProcess(child.pid), signal);
    },
    list: async (directory) => readdir(`/proc/${await firstProcess(child.pid)}/root${directory}`),
    ended: () => exited,
    async untilReady(url) {
      const ready = async () => {
        if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}: ${printed}`);
        return (await fetch(url)).ok;
      };
      await pollUntil(ready, { deadlineMs: START_DEADLINE_MS, everyMs: 5 });
      return performance.now() - startedAt;
    },
    async remove() {
      child.kill('SIGKILL');
      await exited;
      await rm(secrets, { recursive: true });
    },
  };
}

/** Runs a command in a container of its own to its end. */
export async function runInContainer(
  image: RunnableImage,
  command: readonly string[],
  options: Omit<ContainerOptions, 'command'> = {},
): Promise<{ code: number | null; output: string }> {
  const container = await startContainer(image, { ...options, command });
  try {
    return { code: await container.ended(), output: container.output() };
  } finally {
    await container.remove();
  }
}
