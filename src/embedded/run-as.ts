import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';

/** The user and group that a program runs as and that its files belong to. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * One way of running PostgreSQL, which refuses to run as root and should die with this process.
 */
export interface RunAs {
  /** For the log. */
  readonly description: string;
  /** Whom the data directory must belong to; undefined: to this process's own user. */
  readonly owner: Owner | undefined;
  /** What goes before the program. */
  readonly prefix: readonly string[];
  /** User and group for spawn, where nothing in `prefix` changes them. */
  readonly spawnAs: Owner | undefined;
  /**
   * Whether `prefix` makes the kernel end the program when this process dies. Otherwise a shell
   * beside it waits for the end of a pipe from us.
   */
  readonly diesWithParent: boolean;
}

/** Runs a program, and on the death of this process interrupts it. */
const WATCHED = `
exec 3<&0
"$@" </dev/null 3<&- &
program=$!
{ cat <&3 >/dev/null; kill -INT "$program"; } 2>/dev/null &
watcher=$!
exec 3<&-
wait "$program"
code=$?
kill "$watcher" 2>/dev/null
exit "$code"
`;

/**
 * The ways that could work here, best first.
 *
 * As root: a user namespace, in which root's files seem to belong to an ordinary user, so that
 * nothing changes hands and directories that only root can read still work; where namespaces are
 * forbidden (many containers), a dropped user, at need with the one capability to pass through
 * directories that it could not read. Files that already belong to an ordinary user are served as
 * that user.
 *
 * @param dataOwner - whom the cluster's files belong to; undefined when there are none yet
 */
export async function waysToRun(dataOwner: Owner | undefined): Promise<RunAs[]> {
  const plain = await asThisUser();
  const nobody = await unprivilegedUser();
  if (process.getuid?.() !== 0) return hasName() ? [plain] : [inNamespace(plain, nobody), plain];
  if (dataOwner !== undefined && dataOwner.uid !== 0) {
    return dropped(dataOwner, plain.diesWithParent);
  }
  return [inNamespace(plain, nobody), ...dropped(nobody, plain.diesWithParent)];
}

/** As the user that this process is, root or not. */
export async function asThisUser(): Promise<RunAs> {
  const die = ['setpriv', '--pdeathsig', 'INT', '--'];
  const hasSetpriv = await succeeds('setpriv', [...die.slice(1), 'true']);
  return {
    description: 'this user',
    owner: undefined,
    prefix: hasSetpriv ? die : [],
    spawnAs: undefined,
    diesWithParent: hasSetpriv,
  };
}

function inNamespace(plain: RunAs, seemsToBe: Owner): RunAs {
  const { uid, gid } = seemsToBe;
  const map = [`--map-user=${uid}`, `--map-group=${gid}`];
  return {
    ...plain,
    description: 'a user namespace',
    prefix: ['unshare', '--user', ...map, '--', ...plain.prefix],
  };
}

function dropped(owner: Owner, hasSetpriv: boolean): RunAs[] {
  const { uid, gid } = owner;
  const way = { description: `user ${uid}`, owner, spawnAs: undefined, diesWithParent: true };
  const drop = ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
  // PostgreSQL asks access(2), which heeds capabilities of an ordinary user only with this bit.
  const pass = [
    '--securebits=+no_setuid_fixup',
    ...['--inh-caps', '--ambient-caps', '--bounding-set'].map((of) => `${of}=-all,+dac_override`),
  ];
  const die = ['--pdeathsig', 'INT', '--'];
  return hasSetpriv
    ? [
        { ...way, prefix: [...drop, ...die] },
        { ...way, prefix: [...drop, ...pass, ...die] },
      ]
    : [{ ...way, prefix: [], spawnAs: owner, diesWithParent: false }];
}

/**
 * Starts a program in that way, in a session of its own: an interrupt typed at the terminal
 * reaches this process alone, which then stops the program in its turn.
 */
export function spawnAs(
  way: RunAs,
  program: string,
  args: readonly string[],
  options: { cwd?: string; stdio: 'ignore' | 'pipe' },
): ChildProcess {
  const watched = way.diesWithParent ? [] : ['sh', '-c', WATCHED, 'sh'];
  const [command = program, ...rest] = [...watched, ...way.prefix, program, ...args];
  const settings: SpawnOptions = {
    stdio: [way.diesWithParent ? 'ignore' : 'pipe', options.stdio, options.stdio],
    detached: true,
    // Nothing of our environment: it may hold secrets, or settings meant for another PostgreSQL.
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C' },
  };
  if (options.cwd !== undefined) settings.cwd = options.cwd;
  if (way.spawnAs !== undefined) Object.assign(settings, way.spawnAs);
  return spawn(command, rest, settings);
}

/** Whether a program, started in that way, runs and ends well. */
export function worksAs(way: RunAs, program: string, args: readonly string[]): Promise<boolean> {
  return endsWell(spawnAs(way, program, args, { cwd: '/', stdio: 'ignore' }));
}

function succeeds(program: string, args: readonly string[]): Promise<boolean> {
  return endsWell(spawn(program, args, { stdio: 'ignore' }));
}

function endsWell(child: ChildProcess): Promise<boolean> {
  return new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('close', (code) => resolve(code === 0));
  });
}

/** `initdb` refuses a user that the system has no name for. */
function hasName(): boolean {
  try {
    return userInfo().username !== '';
  } catch {
    return false;
  }
}

/** `nobody` by the system's own list of users, whatever its number is here. */
async function unprivilegedUser(): Promise<Owner> {
  const users = (await readFile('/etc/passwd', 'utf8').catch(() => ''))
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name, , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ uid, gid }) => uid > 0 && gid > 0);
  const { uid, gid } = users.find(({ name }) => name === 'nobody') ??
    users.at(-1) ?? { uid: 65534, gid: 65534 };
  return { uid, gid };
}
