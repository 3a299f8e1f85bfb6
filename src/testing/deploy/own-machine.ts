import { ensurePrograms } from '../debian-programs.ts';
import { NotToBeHad, type Ran, runProgram } from './trial.ts';

const UNSHARE = '/usr/bin/unshare';
const SETPRIV = '/usr/bin/setpriv';
/** A network, mounts and processes of its own: what is done in there leaves nothing behind. */
const OF_ITS_OWN = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
/** However this process ends, that one goes with it. */
const WITH_US = ['--pdeathsig', 'KILL', '--'];
/** Goes before a program to begin it so. */
export const ON_OWN_MACHINE = [SETPRIV, ...WITH_US, UNSHARE, ...OF_ITS_OWN] as const;

/** The machine before anybody does something: a loopback, and a file system that nobody else sees. */
const BEFORE = `
set -eu
ip link set lo up
mount --make-rprivate /
`;

/**
 * Runs a script of bash as on a machine that is nobody's: as root, in a network in which there is
 * nothing but a loopback, with mounts of its own. All that it starts ends with it.
 *
 * @throws NotToBeHad where this user may not make one; Error with all that it printed, when it ends
 *   with anything but 0
 */
export async function onOwnMachine(
  script: string,
  options: { cwd: string; env?: NodeJS.ProcessEnv },
): Promise<Ran> {
  await ensurePrograms({
    '/usr/sbin/ip': 'iproute2',
    [UNSHARE]: 'util-linux',
    [SETPRIV]: 'util-linux',
  });
  await runProgram(UNSHARE, [...OF_ITS_OWN, 'true']).catch((cause: unknown) => {
    throw new NotToBeHad('a network namespace, which this user may not make', { cause });
  });
  const [program, ...args] = ON_OWN_MACHINE;
  return runProgram(program, [...args, 'bash', '--norc', '-c', `${BEFORE}${script}`], options);
}

/**
 * Commands that make `/etc`, `/var` and `/usr/local/bin` as they are, to be written to, and what a trial
 * is to find empty empty, as on a new host. What is written lands below `$WORK`.
 */
export const WRITABLE_FILES = `
for place in etc var usr/local/bin; do
  mkdir -p "$WORK/upper/$place" "$WORK/below/$place"
  mount -t overlay overlay -o "lowerdir=/$place,upperdir=$WORK/upper/$place,workdir=$WORK/below/$place" "/$place"
done
mkdir -p /var/www /var/lib/prometheus/node-exporter
for place in /run /var/backups /var/log/nginx /var/www; do mount -t tmpfs tmpfs "$place"; done
mkdir -p /run/secrets
rm -rf /etc/gatehouse /etc/nginx/site /etc/nginx/tls
`;
