/**
 * `npm run release -- [--dry-run]`: makes a release of what is on this branch: the version that its
 * commits ask for, a section of the changelog, a commit and a tag. It pushes nothing.
 *
 * `npm run release -- --notes VERSION` prints what the changelog says of one.
 *
 * It works on the repository that it is run in.
 */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { cutRelease, notesOf } from './changelog.ts';
import { bumpOf, nextVersion } from './conventional-commits.ts';

const ROOT = process.cwd();
const CHANGELOG = join(ROOT, 'CHANGELOG.md');
/** Each with the version once at its beginning; the lock file repeats it for its root. */
const VERSIONED = ['package.json', 'package-lock.json'];

const run = promisify(execFile);

async function git(...args: readonly string[]): Promise<string> {
  const { stdout } = await run('git', args, { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 });
  return stdout.trim();
}

/** The messages since the last release; all of them before the first. */
async function messagesSince(tag: string | undefined): Promise<string[]> {
  const range = tag === undefined ? 'HEAD' : `${tag}..HEAD`;
  return (await git('log', '--no-merges', '--format=%B%x00', range))
    .split('\0')
    .map((message) => message.trim())
    .filter((message) => message !== '');
}

async function lastRelease(): Promise<string | undefined> {
  return git('describe', '--tags', '--abbrev=0', '--match=v*').catch(() => undefined);
}

async function setVersion(from: string, to: string): Promise<void> {
  for (const name of VERSIONED) {
    const path = join(ROOT, name);
    const text = await readFile(path, 'utf8');
    const document = JSON.parse(text);
    if (document.version !== from)
      throw new Error(`${name} is of ${document.version}, not ${from}`);
    document.version = to;
    const itself = document.packages?.[''];
    if (itself !== undefined) itself.version = to;
    await writeFile(path, `${JSON.stringify(document, null, 2)}\n`);
  }
}

async function release(dryRun: boolean): Promise<void> {
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  const tag = await lastRelease();
  const bump = bumpOf(await messagesSince(tag));
  if (bump === undefined) throw new Error(`since ${tag} nothing changed that anybody would notice`);
  // What was never released is released as what it calls itself.
  const next = tag === undefined ? version : nextVersion(version, bump);
  const day = new Date().toISOString().slice(0, 10);
  const { changelog, notes } = cutRelease(await readFile(CHANGELOG, 'utf8'), next, day);
  process.stdout.write(`${next} (${bump}, after ${tag ?? 'nothing'})\n\n${notes}\n`);
  if (dryRun) return;
  if ((await git('status', '--porcelain')) !== '') {
    throw new Error('there are changes that are not committed');
  }
  await setVersion(version, next);
  await writeFile(CHANGELOG, changelog);
  await git('add', 'CHANGELOG.md', ...VERSIONED);
  await git('commit', '--message', `chore: release ${next}`);
  await git(
    'tag',
    '--annotate',
    `v${next}`,
    '--message',
    `${next}\n\n${notes}`,
    '--cleanup=verbatim',
  );
  process.stdout.write(`\ngit push --atomic --follow-tags: publishes v${next}\n`);
}

const { values } = parseArgs({
  options: { 'dry-run': { type: 'boolean', default: false }, notes: { type: 'string' } },
});
try {
  if (values.notes === undefined) await release(values['dry-run']);
  else process.stdout.write(`${notesOf(await readFile(CHANGELOG, 'utf8'), values.notes)}\n`);
} catch (error) {
  process.stderr.write(`no release: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
