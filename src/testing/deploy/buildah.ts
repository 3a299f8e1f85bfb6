/**
 * Images without a container engine: Debian's buildah, which builds in a changed root directory, with
 * all that it keeps under `.cache/image/`.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensurePrograms } from '../debian-programs.ts';
import { NotToBeHad, type Ran, ROOT, runProgram } from './trial.ts';

const BUILDAH = '/usr/bin/buildah';

/** Kept from run to run: images and what was downloaded. */
export const IMAGE_CACHE = join(ROOT, '.cache', 'image');

const POLICY = join(IMAGE_CACHE, 'policy.json');

/** Of commands that take images from somewhere: there is no signature to check on our own ones. */
export const UNSIGNED = ['--signature-policy', POLICY];

/**
 * Installs what is needed to build and to run.
 *
 * @throws NotToBeHad without root, without the packages, or where nothing may be mounted
 */
export async function ensureBuildah(): Promise<void> {
  if (process.getuid?.() !== 0)
    throw new NotToBeHad('this needs root: it mounts and changes roots');
  try {
    await ensurePrograms({ [BUILDAH]: 'buildah', '/usr/sbin/debootstrap': 'debootstrap' });
    await runProgram('unshare', [
      '--mount',
      '--pid',
      '--fork',
      'mount',
      '-t',
      'tmpfs',
      'x',
      '/mnt',
    ]);
  } catch (error) {
    throw new NotToBeHad(error instanceof Error ? error.message : 'buildah', { cause: error });
  }
  await mkdir(join(IMAGE_CACHE, 'tmp'), { recursive: true });
  await writeFile(POLICY, JSON.stringify({ default: [{ type: 'insecureAcceptAnything' }] }));
}

/** Runs buildah on the storage of this checkout. */
export function buildah(...args: string[]): Promise<Ran> {
  const storage = ['--root', join(IMAGE_CACHE, 'storage'), '--runroot', join(IMAGE_CACHE, 'run')];
  return runProgram(BUILDAH, ['--storage-driver', 'vfs', ...storage, ...args], {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      TMPDIR: join(IMAGE_CACHE, 'tmp'),
      BUILDAH_ISOLATION: 'chroot',
    },
  });
}

/** @param name - in full, with `localhost/` in front: others may be taken for images of a registry */
export async function hasImage(name: string): Promise<boolean> {
  const { stdout } = await buildah('images', '--format', '{{.Name}}:{{.Tag}}');
  return stdout.split('\n').includes(name);
}
