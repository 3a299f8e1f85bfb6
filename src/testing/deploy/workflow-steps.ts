/** What `release.yml` does with a repository, a registry and a release, step by step. */
import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePrograms } from '../debian-programs.ts';
import { ROOT, runProgram } from './trial.ts';
import {
  jobOf,
  type Machine,
  runStep,
  type StepRun,
  stepOf,
  toldOn,
  writeStandIns,
} from './workflow-run.ts';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

/** A repository as GitHub has it, and a checkout of it that has its own `npm run release`. */
interface Repository {
  readonly home: string;
  readonly origin: string;
  readonly checkout: string;
  git(...args: readonly string[]): Promise<string>;
  /** Commits something that a release is made of. */
  change(message: string): Promise<void>;
}

async function withRepository<T>(use: (repository: Repository) => Promise<T>): Promise<T> {
  await ensurePrograms({ '/usr/bin/jq': 'jq' });
  const home = await mkdtemp(join(tmpdir(), 'gatehouse-workflow-'));
  const origin = join(home, 'origin.git');
  const checkout = join(home, 'checkout');
  const author = ['-c', 'user.name=Somebody', '-c', 'user.email=somebody@example.com'];
  const git = async (...args: readonly string[]) =>
    (await runProgram('git', [...author, ...args], { cwd: checkout })).stdout.trim();
  const write = (name: string, text: string) => writeFile(join(checkout, name), text);
  const change = async (message: string) => {
    const changelog = await readFile(join(checkout, 'CHANGELOG.md'), 'utf8');
    await write('CHANGELOG.md', changelog.replace('Unreleased\n', `Unreleased\n\n- ${message}\n`));
    await git('add', '--all');
    await git('commit', '--quiet', '--message', message);
  };
  try {
    await runProgram('git', ['init', '--quiet', '--bare', '--initial-branch=main', origin]);
    await runProgram('git', ['clone', '--quiet', origin, checkout]);
    const release = `node '${join(ROOT, 'src/testing/release/release.ts')}'`;
    const version = { name: 'a', version: '0.1.0' };
    const asJson = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
    await write('package.json', asJson({ ...version, scripts: { release } }));
    await write('package-lock.json', asJson({ ...version, packages: { '': version } }));
    await write('CHANGELOG.md', '# Changelog\n\n## Unreleased\n');
    await change('feat: everything');
    await git('push', '--quiet', 'origin', 'HEAD:main');
    return await use({ home, origin, checkout, git, change });
  } finally {
    await rm(home, { recursive: true });
  }
}

const machineIn = (home: string, values: Machine['values'], env: Machine['env'] = {}): Machine => ({
  home,
  values,
  env: { GITHUB_ACTOR: 'somebody', GITHUB_REF_NAME: 'v0.1.0', ...env },
});

async function cut({ home, checkout }: Repository): Promise<StepRun> {
  const job = await jobOf('release.yml', 'cut');
  const step = stepOf(job, 'Version, changelog, commit and tag');
  return await runStep(machineIn(home, {}), job, step, checkout);
}

/** The job `cut`: a commit and its tag are pushed together, or not at all. */
export async function tryCut(): Promise<string> {
  return await withRepository(async (repository) => {
    const { change, git, home, origin } = repository;
    const first = await cut(repository);
    assert.equal(first.code, 0, first.said);
    const released = await git('ls-remote', 'origin', 'refs/heads/main', 'refs/tags/v0.1.0^{}');
    const commits = released.split('\n').map((line) => line.split('\t')[0]);
    assert.deepEqual(commits, Array(2).fill(await git('rev-parse', 'HEAD')), 'cut is not pushed');

    const other = join(home, 'other');
    await runProgram('git', ['clone', '--quiet', origin, other]);
    const author = ['-c', 'user.name=Other', '-c', 'user.email=other@example.com'];
    const elsewhere = ['-C', other, ...author];
    await runProgram('git', [...elsewhere, 'commit', '--quiet', '--allow-empty', '-m', 'fix: it']);
    await runProgram('git', [...elsewhere, 'push', '--quiet']);
    await change('fix: a thing');
    const late = await cut(repository);
    assert.notEqual(late.code, 0, 'cut what is not the newest of main');
    assert.equal(
      await git('ls-remote', 'origin', 'refs/tags/v0.1.1'),
      '',
      'a tag without its commit',
    );
    return 'v0.1.0 was cut, and v0.1.1 not, of what was not main any more';
  });
}

/** The job `version`: what is refused before anything is built. */
export async function tryVersion(): Promise<string> {
  return await withRepository(async (repository) => {
    const { change, checkout, git, home } = repository;
    const job = await jobOf('release.yml', 'version');
    const check = (tag: string) =>
      runStep(
        machineIn(home, {}, { GITHUB_REF_NAME: tag }),
        job,
        stepOf(job, 'The tag is the version, and on main'),
        checkout,
      );
    assert.equal((await cut(repository)).code, 0);
    const good = await check('v0.1.0');
    assert.deepEqual([good.code, good.outputs], [0, { version: '0.1.0' }], good.said);
    assert.match(good.said, /- feat: everything/);
    const other = await check('v0.2.0');
    assert.deepEqual([other.code, other.outputs], [1, {}]);
    assert.match(other.said, /::error::v0\.2\.0 is not the version/);
    await git('checkout', '--quiet', '-b', 'aside');
    await change('fix: a thing');
    await runProgram('npm', ['run', 'release'], { cwd: checkout, env: authored() });
    const aside = await check('v0.1.1');
    assert.deepEqual([aside.code, aside.outputs], [1, {}]);
    assert.match(aside.said, /::error::v0\.1\.1 is not on main/);

    const bases = async (node: string, postgres: string) => {
      const values = { 'vars.NODE_DIGEST': node, 'vars.POSTGRES_DIGEST': postgres };
      const step = stepOf(job, 'The bases are certain images');
      return (await runStep(machineIn(home, values), job, step, checkout)).code;
    };
    assert.equal(await bases(DIGEST, DIGEST), 0);
    assert.equal(await bases(DIGEST, ''), 1);
    assert.equal(await bases('24-bookworm-slim', DIGEST), 1);
    return 'a tag that is not the version, one that is not on main and a base without digest are refused';
  });
}

function authored(): NodeJS.ProcessEnv {
  const [name, email] = ['Somebody', 'somebody@example.com'];
  const author = { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email };
  return { ...process.env, ...author, GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email };
}

/**
 * A registry is a directory of tags, and a container this machine. What was built for one architecture is a
 * list, as buildx makes it: an image, and what is attested of it.
 */
const DOCKER = `
built() { printf '{"digest":"%s"},{"digest":"%s-attested"}' "\${1#*@}" "\${1#*@}"; }
case "$1 $2 $3" in
  'buildx imagetools inspect')
    if [[ "$4" == *@* ]]; then printf '{"digest":"%s","manifests":[%s]}' "\${4#*@}" "$(built "$4")"
    else test -e "$REGISTRY/\${4//\\//_}" && cat "$REGISTRY/\${4//\\//_}"; fi ;;
  'buildx imagetools create')
    printf '{"digest":"sha256:%s","manifests":[%s,%s]}' "$(sha256sum <<<"\${*:6}" | cut -d ' ' -f 1)" \\
      "$(built "$6")" "$(built "$7")" >"$REGISTRY/\${5//\\//_}" ;;
  'run --rm '*) shift 3; exec "$@" ;;
  *) exit 64 ;;
esac`;
const GH = `
case "$1 $2" in
  'release view') test -e "$REGISTRY/$3" ;;
  'release create') touch "$REGISTRY/$3" ;;
  'release edit' | 'release upload') ;;
  *) exit 64 ;;
esac`;

const PUBLISHED = [
  'Both architectures under one tag',
  'What is in them',
  'What is said of it',
] as const;

/**
 * The job `publish`, twice: the second time changes no image and fails at no release. Then with what somebody
 * else has pushed under the version, and with what was built anew.
 */
export async function tryPublish(): Promise<string> {
  return await withRepository(async (repository) => {
    const { checkout, home } = repository;
    assert.equal((await cut(repository)).code, 0);
    await mkdir(join(home, 'registry'));
    await writeStandIns(home, { docker: DOCKER, gh: GH });
    await mkdir(join(checkout, '.ci'));
    const program = '.ci/debian-packages.jq';
    await copyFile(join(ROOT, program), join(checkout, program));
    await writeFile(join(checkout, 'sbom.cdx.json'), '{"bomFormat":"CycloneDX"}\n');

    const built = {
      'gatehouse-amd64': 'a',
      'gatehouse-arm64': 'b',
      'backup-amd64': 'c',
      'backup-arm64': 'd',
    };
    const first = await publish(repository, built);
    const asked = await toldOn(home);
    const images = 'registry.example.com/team';
    for (const [name, one, two] of [
      ['gatehouse', 'a', 'b'],
      ['gatehouse-backup', 'c', 'd'],
    ]) {
      const image = `${images}/${name}`;
      assert.ok(
        asked.includes(`create --tag ${image}:0.1.0 ${image}@${one} ${image}@${two}\n`),
        asked,
      );
    }
    assert.match(asked, /gh release create v0\.1\.0 --verify-tag .* gatehouse-backup\.cdx\.json\n/);
    assert.equal(await readFile(join(checkout, 'notes.md'), 'utf8'), '- feat: everything\n');
    assert.equal(
      await readFile(join(checkout, 'images.txt'), 'utf8'),
      `${images}/gatehouse@${first.gatehouse}\n${images}/gatehouse-backup@${first['gatehouse-backup']}\n`,
    );
    const again = await publish(repository, built);
    assert.deepEqual(again, first, 'what was published is another image now');
    const askedAgain = (await toldOn(home)).slice(asked.length);
    assert.match(
      askedAgain,
      /gh release upload v0\.1\.0 --clobber images\.txt gatehouse\.cdx\.json/,
    );
    assert.doesNotMatch(askedAgain, / create /);

    await refuses(repository, { ...built, 'gatehouse-amd64': 'rebuilt' }, 'gatehouse');
    const registry = join(home, 'registry');
    const tag = join(registry, `${images.replaceAll('/', '_')}_gatehouse-backup:0.1.0`);
    const whole = await readFile(tag, 'utf8');
    for (const [what, others] of Object.entries({
      'one that was not built here': whole.replace('"c"', '"foreign"'),
      'one more': whole.replace('{"digest":"c"}', '$&,{"digest":"foreign"}'),
      'one alone': JSON.stringify({ digest: 'c' }),
    })) {
      assert.notEqual(others, whole, what);
      await writeFile(tag, others);
      await refuses(repository, built, 'gatehouse-backup');
    }
    return `published twice as the same images, with a list of ${await packages(checkout)} Debian packages; what somebody else has pushed under the version, and another build, are refused`;
  });
}

type Built = Readonly<Record<string, string>>;

async function publish(repository: Repository, built: Built): Promise<Record<string, string>> {
  const outputs: Record<string, string> = {};
  for (const name of PUBLISHED) {
    const run = await publishing(repository, built, name, outputs);
    assert.equal(run.code, 0, `${name}:\n${run.said}`);
    Object.assign(outputs, run.outputs);
  }
  return outputs;
}

/** What is under the version already is not taken for what was built. */
async function refuses(repository: Repository, built: Built, image: string): Promise<void> {
  const { code, said, outputs } = await publishing(repository, built, PUBLISHED[0]);
  assert.equal(code, 1, said);
  const holds = `::error::registry.example.com/team/${image}:0.1.0 holds `;
  assert.ok(said.includes(holds) && said.includes('cut the next version'), said);
  assert.equal(outputs[image], undefined);
}

async function publishing(
  { checkout, home }: Repository,
  built: Built,
  name: (typeof PUBLISHED)[number],
  outputs: Built = {},
): Promise<StepRun> {
  const job = await jobOf('release.yml', 'publish');
  const values = {
    'vars.REGISTRY': 'registry.example.com',
    'vars.REGISTRY_NAMESPACE': 'team',
    'needs.version.outputs.version': '0.1.0',
    'github.token': 'token',
    ...prefixed('needs.build.outputs', built),
    ...prefixed('steps.images.outputs', outputs),
  };
  const machine = machineIn(home, values, { REGISTRY: join(home, 'registry') });
  return await runStep(machine, job, stepOf(job, name), checkout);
}

const prefixed = (prefix: string, values: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}.${name}`, value]));

/** @returns how many are in the list, which is as many as this machine has */
async function packages(checkout: string): Promise<number> {
  const server = await readFile(join(checkout, 'gatehouse.cdx.json'), 'utf8');
  assert.equal(server, '{"bomFormat":"CycloneDX"}\n');
  const list = JSON.parse(await readFile(join(checkout, 'gatehouse-backup.cdx.json'), 'utf8'));
  const { stdout } = await runProgram('dpkg-query', ['--show', '--showformat=.']);
  assert.equal(list.components.length, stdout.length);
  const [bash] = list.components.filter(({ name }: { name: string }) => name === 'bash');
  assert.match(bash.purl, /^pkg:deb\/debian\/bash@[\w.%+~-]+\?arch=\w+&distro=debian-\d+$/);
  return list.components.length;
}
