/**
 * An nginx as the official image has it: one that follows the addresses of a name. Debian 12's is
 * older, so this one comes from Debian's testing release, unpacked (not installed) under `.cache/`
 * with the libraries that it was linked to.
 */
import { execFile } from 'node:child_process';
import { access, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { NginxProgram } from './nginx-process.ts';

const CACHE = fileURLToPath(new URL('../../../.cache/newer-nginx', import.meta.url));
const RELEASE = 'testing';
const PACKAGES = ['nginx', 'libc6', 'libcrypt1', 'libpcre2-8-0', 'libssl3t64', 'zlib1g'];
const LOADER = 'usr/lib64/ld-linux-x86-64.so.2';
const LIBRARIES = 'usr/lib/x86_64-linux-gnu';

const run = promisify(execFile);

/** @throws Error when it cannot be had here */
export async function newerNginx(): Promise<NginxProgram> {
  const root = join(CACHE, 'root');
  const isThere = await access(root).then(
    () => true,
    () => false,
  );
  if (!isThere) await unpack(root);
  return [
    join(root, LOADER),
    '--library-path',
    join(root, LIBRARIES),
    join(root, 'usr/sbin/nginx'),
  ];
}

/** With lists of its own: what this machine installs stays of its own release. */
async function unpack(root: string): Promise<void> {
  const work = `${root}.${process.pid}`;
  const lists = join(work, 'lists');
  const sources = join(work, 'sources.list');
  await mkdir(join(lists, 'partial'), { recursive: true });
  try {
    await writeFile(sources, `deb ${await debianMirror()} ${RELEASE} main\n`);
    const own = [
      `Dir::Etc::sourcelist=${sources}`,
      'Dir::Etc::sourceparts=-',
      `Dir::State::lists=${lists}`,
      `Dir::Cache=${work}`,
      'Acquire::Languages=none',
    ].flatMap((option) => ['-o', option]);
    await run('apt-get', [...own, 'update']);
    await run('apt-get', [...own, 'download', ...PACKAGES], { cwd: work });
    const unpacked = join(work, 'unpacked');
    for (const name of await readdir(work)) {
      if (name.endsWith('.deb')) await run('dpkg', ['-x', join(work, name), unpacked]);
    }
    await rename(unpacked, root);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Where this machine has its own packages from. */
async function debianMirror(): Promise<string> {
  const format = ['--format', '$(REPO_URI) $(ORIGIN) $(LABEL)'];
  const { stdout } = await run('apt-get', ['indextargets', ...format]);
  const [uri] = stdout.split('\n').filter((line) => line.endsWith(' Debian Debian'));
  if (uri === undefined) throw new Error('apt-get update has not run here');
  return uri.split(' ')[0] ?? '';
}
