import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { ROOT } from './trial.ts';
import { parseWorkflow, workflowProblems } from './workflow-rules.ts';

const WORKFLOWS = '.github/workflows';
const MANUAL = 'docs/releasing.md';
const NEEDED = 'needs: [test, version]';

/** What is changed in a file of the pipeline, and what the rules say then. */
const BROKEN: readonly { what: string; in: string; from: string; to: string; says: RegExp }[] = [
  {
    what: 'an action by its tag',
    in: 'release.yml',
    from: 'docker/login-action@74a5d142397b4f367a81961eba4e8cd7edddf772',
    to: 'docker/login-action@v3',
    says: /login-action@v3 is no commit/,
  },
  {
    what: 'a token that stays in a checkout',
    in: 'deploy.yml',
    from: 'persist-credentials: false',
    to: 'persist-credentials: true',
    says: /deploy: a checkout keeps its token/,
  },
  {
    what: 'a permission that nothing uses',
    in: 'release.yml',
    from: '      contents: write',
    to: '      contents: write\n      packages: write',
    says: /publish: nothing in it uses packages: write/,
  },
  {
    what: 'permissions that nobody counted',
    in: 'ci.yml',
    from: 'permissions:\n  contents: read',
    to: 'permissions: write-all',
    says: /has write-all/,
  },
  {
    what: 'a secret for the whole repository',
    in: 'release.yml',
    from: '    timeout-minutes: 30\n    environment: release',
    to: '    timeout-minutes: 30',
    says: /build: reads secrets\.REGISTRY_PASSWORD, and is of no environment/,
  },
  {
    what: 'a shell that goes on when what is before a pipe fails',
    in: 'release.yml',
    from: 'shell: bash',
    to: 'shell: sh',
    says: /publish: has a pipe/,
  },
  {
    what: 'a way back from what was never applied',
    in: 'deploy.yml',
    from: "failure() && steps.apply.outcome != 'skipped'",
    to: 'failure()',
    says: /goes back although not steps\.apply\.outcome/,
  },
  {
    what: 'a way back from whatever is there',
    in: 'deploy.yml',
    from: ' --to-revision="$BEFORE"',
    to: '',
    says: /goes back to whatever was before/,
  },
  {
    what: 'a base that floats',
    in: 'release.yml',
    from: `            NODE_DIGEST=\${{ vars.NODE_DIGEST }}\n`,
    to: '',
    says: /builds \. without NODE_DIGEST=/,
  },
  {
    what: 'a release that cannot be made again',
    in: 'release.yml',
    from: 'gh release view',
    to: 'true',
    says: /publish: makes a release without asking/,
  },
  {
    what: 'a release that waits for no test',
    in: 'release.yml',
    from: NEEDED,
    to: 'needs: version',
    says: /build: does not wait for .*ci\.yml/,
  },
  {
    what: 'a release of any branch',
    in: 'release.yml',
    from: 'git merge-base --is-ancestor HEAD origin/main ||',
    to: 'true ||',
    says: /tags that are not on main/,
  },
  {
    what: 'an architecture that no commit is built for',
    in: 'ci.yml',
    from: 'runner: [ubuntu-24.04, ubuntu-24.04-arm]',
    to: 'runner: [ubuntu-24.04]',
    says: /release\.yml builds \. on ubuntu-24\.04-arm, ci\.yml does not/,
  },
  {
    what: 'an architecture that is emulated',
    in: 'release.yml',
    from: 'context: deploy/backup',
    to: 'context: deploy/backup\n          platforms: linux/amd64,linux/arm64',
    says: /deploy\/backup for linux\/amd64,linux\/arm64, emulated/,
  },
  {
    what: 'a deployment by tag',
    in: 'release.yml',
    from: `@\${{ needs.publish.outputs.digest }}`,
    to: `:\${{ needs.publish.outputs.version }}`,
    says: /staging: image .* is no digest/,
  },
  {
    what: 'two of the same release',
    in: 'release.yml',
    from: `concurrency: release-\${{ github.ref }}\n`,
    to: '',
    says: /release\.yml: two may run at once/,
  },
  {
    what: 'a setting that nobody is told of',
    in: MANUAL,
    from: '| `REGISTRY_USER` |',
    to: '| the user |',
    says: /REGISTRY_USER is read, and documented nowhere/,
  },
  {
    what: 'a setting that does nothing',
    in: MANUAL,
    from: '| `REGISTRY_USER` |',
    to: '| `REGISTRY_USER` |\n| `REGISTRY_NAME` |',
    says: /REGISTRY_NAME is documented, and nothing reads it/,
  },
];

describe('the rules for workflows', () => {
  const files = new Map<string, string>();
  before(async () => {
    const read = async (name: string, path: string) =>
      files.set(name, await readFile(join(ROOT, path), 'utf8'));
    for (const name of await readdir(join(ROOT, WORKFLOWS)))
      await read(name, join(WORKFLOWS, name));
    await read(MANUAL, MANUAL);
    for (const context of ['.', 'deploy/backup']) await read(context, join(context, 'Dockerfile'));
  });

  /** @param changed - a file that is not as it is */
  const problems = (changed: Readonly<Record<string, string>> = {}) => {
    const text = (name: string) => changed[name] ?? files.get(name) ?? assert.fail(name);
    const names = [...files.keys()].filter((name) => name.endsWith('.yml'));
    return workflowProblems({
      workflows: new Map(names.map((name) => [name, parseWorkflow(text(name))])),
      dockerfiles: new Map(['.', 'deploy/backup'].map((name) => [name, text(name)])),
      manual: text(MANUAL),
    });
  };

  it('have nothing against those that there are', () => assert.deepEqual(problems(), []));

  for (const { what, in: name, from, to, says } of BROKEN) {
    it(`notice ${what}`, () => {
      const good = files.get(name) ?? '';
      assert.ok(good.includes(from), `${name} has no ${from}`);
      const found = problems({ [name]: good.replace(from, to) });
      assert.ok(
        found.some((problem) => says.test(problem)),
        found.join('\n'),
      );
    });
  }
});
