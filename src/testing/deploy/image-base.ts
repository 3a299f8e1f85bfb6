import { chmod, copyFile, cp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buildah, hasImage, UNSIGNED } from './buildah.ts';
import { NotToBeHad, runProgram } from './trial.ts';

/** Of Debian. */
const RELEASE = 'bookworm';

/** What the real one has in front of every program. */
const ENTRYPOINT = `#!/bin/sh
set -e
exec "$@"
`;
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What the real one does not have either. */
const LEFT_OUT = ['var/cache/apt', 'var/lib/apt/lists', 'usr/share/doc', 'usr/share/man'];

/**
 * Makes what stands for `node:24-bookworm-slim`: the smallest Debian that debootstrap makes, with the
 * Node.js that runs this and the npm of this machine, where the real one has them; with its entry
 * point and its user, too. Made once for each version of Node.js.
 *
 * @returns its name
 * @throws NotToBeHad where apt knows no mirror of that Debian
 */
export async function ensureBase(): Promise<string> {
  const name = `localhost/node:${process.versions.node}-${RELEASE}-slim`;
  if (await hasImage(name)) return name;
  const from = await mirror();
  const { stdout } = await buildah('from', 'scratch');
  const container = stdout.trim();
  try {
    const { stdout: mounted } = await buildah('mount', container);
    const root = mounted.trim();
    await runProgram('debootstrap', ['--variant=minbase', RELEASE, root, from]);
    for (const path of LEFT_OUT) {
      await rm(join(root, path), { recursive: true });
      await mkdir(join(root, path));
    }
    await addNode(root);
    const entrypoint = JSON.stringify(['docker-entrypoint.sh']);
    const settings = ['--env', `PATH=${PATH}`, '--entrypoint', entrypoint, '--cmd', 'node'];
    await buildah('config', ...settings, container);
    await buildah('commit', '--quiet', '--format=docker', container, name);
  } finally {
    await buildah('rm', container);
  }
  return name;
}

/** Of PostgreSQL, in that Debian. */
const MAJOR = '15';

/**
 * Makes what stands for `postgres:16-bookworm`: that Debian, with its own PostgreSQL's programs on the
 * path, and with the entry point, the signal and the volume that the real one has.
 *
 * @returns its name
 */
export async function ensurePostgresBase(): Promise<string> {
  const name = `localhost/postgres:${MAJOR}-${RELEASE}`;
  if (await hasImage(name)) return name;
  const { stdout } = await buildah('from', ...UNSIGNED, '--pull-never', await ensureBase());
  const container = stdout.trim();
  try {
    const install = `apt-get install --yes --no-install-recommends postgresql-client-${MAJOR}`;
    const script = `apt-get update && ${install} && rm -rf /var/lib/apt/lists/*`;
    await buildah('run', '--network=host', container, 'sh', '-c', script);
    const data = '/var/lib/postgresql/data';
    const env = [
      '--env',
      `PATH=${PATH}:/usr/lib/postgresql/${MAJOR}/bin`,
      '--env',
      `PGDATA=${data}`,
    ];
    const settings = [...env, '--cmd', 'postgres', '--stop-signal', 'SIGINT', '--volume', data];
    await buildah('config', ...settings, container);
    await buildah('commit', '--quiet', '--format=docker', container, name);
  } finally {
    await buildah('rm', container);
  }
  return name;
}

/** Where this machine gets Debian from. */
async function mirror(): Promise<string> {
  const format = ['--format', '$(REPO_URI) $(RELEASE)'];
  const { stdout } = await runProgram('apt-get', ['indextargets', ...format]);
  const found = stdout.split('\n').find((line) => line.endsWith(` ${RELEASE}`));
  if (found === undefined) throw new NotToBeHad(`a mirror of Debian ${RELEASE} that apt knows`);
  return found.split(' ')[0] ?? '';
}

async function addNode(root: string): Promise<void> {
  const bin = join(root, 'usr/local/bin');
  await copyFile(process.execPath, join(bin, 'node'));
  await chmod(join(bin, 'node'), 0o755);
  const { stdout: modules } = await runProgram('npm', ['root', '--global']);
  const npm = join(root, 'usr/local/lib/node_modules/npm');
  await mkdir(dirname(npm), { recursive: true });
  await cp(join(modules.trim(), 'npm'), npm, { recursive: true, verbatimSymlinks: true });
  for (const program of ['npm', 'npx']) {
    await symlink(`../lib/node_modules/npm/bin/${program}-cli.js`, join(bin, program));
  }
  await writeFile(join(bin, 'docker-entrypoint.sh'), ENTRYPOINT, { mode: 0o755 });
  await runProgram('chroot', [root, 'useradd', '--uid', '1000', '--create-home', 'node']);
}
