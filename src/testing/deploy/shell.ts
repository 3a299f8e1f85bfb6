import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { ensurePrograms } from '../debian-programs.ts';
import { shippedFiles } from './shipped-files.ts';
import { NotToBeHad, ROOT, runProgram, type Trial } from './trial.ts';

const REDIS_SNAPSHOT = 'src/testing/deploy/redis-snapshot.ts';
const REDIS_CLUSTER = 'src/testing/deploy/redis-cluster.ts';

/**
 * What runs each script as operators do, and the words there that do. A script that is not here must
 * not be shipped.
 */
const TESTS: Readonly<Record<string, readonly [file: string, words: string]>> = {
  '.ci/hooks/commit-msg': ['src/testing/release/hooks.test.ts', "commit('made it better')"],
  '.ci/hooks/pre-commit': ['src/testing/release/hooks.test.ts', "commit('fix: what is broken')"],
  '.ci/run': ['.github/workflows/ci.yml', 'run: bash .ci/run'],
  'deploy/backup/backup.sh': ['src/testing/backup/scripts.test.ts', "scripts.run('backup'"],
  'deploy/backup/move.sh': ['src/testing/deploy/move.ts', "join(ROOT, 'deploy/backup/move.sh')"],
  'deploy/backup/redis-restore.sh': [REDIS_SNAPSHOT, "scripts.run('redis-restore'"],
  'deploy/backup/redis-snapshot.sh': [REDIS_SNAPSHOT, "scripts.run('redis-snapshot'"],
  'deploy/backup/restore.sh': ['src/testing/backup/scripts.test.ts', "scripts.run('restore'"],
  'deploy/backup/verify.sh': ['src/testing/backup/scripts.test.ts', "scripts.run('verify'"],
  'deploy/compose/make-secrets.sh': [
    'src/testing/deploy/database-tls.ts',
    "runProgram(join(ROOT, 'deploy/compose/make-secrets.sh')",
  ],
  'deploy/health.sh': [
    'src/testing/deploy/health-world.ts',
    "runScript(join(ROOT, 'deploy/health.sh')",
  ],
  'deploy/kubernetes/components/redis-cluster/join.sh': [REDIS_CLUSTER, "run('join.sh'"],
  'deploy/kubernetes/components/redis-cluster/start-node.sh': [
    REDIS_CLUSTER,
    "run('start-node.sh'",
  ],
  'deploy/kubernetes/prometheus-rule.sh': [
    'src/testing/deploy/kubernetes.ts',
    "runProgram('deploy/kubernetes/prometheus-rule.sh'",
  ],
  'deploy/pgbouncer/start.sh': [
    'src/testing/deploy/pgbouncer.ts',
    "join(home, 'pgbouncer-configuration/start.sh')",
  ],
  'deploy/postgres/init/10-roles.sh': [
    'src/testing/deploy/postgres-init.ts',
    "join(postgres.home, 'init/10-roles.sh')",
  ],
  'deploy/swarm/in-backup-image.sh': [
    'src/testing/deploy/engine-swarm.ts',
    "backUp(machine, 'deploy/swarm/in-backup-image.sh",
  ],
  'deploy/redis/start.sh': ['src/testing/deploy/redis.ts', "join(ROOT, 'deploy/redis/start.sh')"],
  'deploy/swarm/with-hashes.sh': [
    'src/testing/deploy/swarm-stack.ts',
    "join(root, 'deploy/swarm/with-hashes.sh')",
  ],
};

/** Every shell script there is for operators and for ourselves, each named with what runs it. */
export const SHELL: readonly Trial[] = [
  {
    artefact: 'shell scripts',
    how: 'shellcheck, of deploy/ and .ci/, and for each the test that runs it, and where it does',
    covers: [],
    async run() {
      try {
        await ensurePrograms({ '/usr/bin/shellcheck': 'shellcheck' });
      } catch (error) {
        throw new NotToBeHad(`shellcheck: ${error instanceof Error ? error.message : error}`);
      }
      const scripts = await shellScripts();
      await runProgram('shellcheck', ['--external-sources', ...scripts]);
      const untested: string[] = [];
      for (const script of scripts) if (!(await isTested(script))) untested.push(script);
      assert.deepEqual(untested, [], 'name their tests in src/testing/deploy/shell.ts');
      const gone = Object.keys(TESTS).filter((script) => !scripts.includes(script));
      assert.deepEqual(gone, [], 'named, and not there');
      return `${scripts.length} scripts`;
    },
  },
];

/** By their name or their first line. */
async function shellScripts(): Promise<string[]> {
  const scripts: string[] = [];
  for (const file of [...(await shippedFiles(ROOT)), ...(await ourOwn())]) {
    if (file.endsWith('.sh')) scripts.push(file);
    else if (/^#!.*\b(ba|da)?sh\b/.test((await readFile(join(ROOT, file))).toString('latin1'))) {
      scripts.push(file);
    }
  }
  return scripts;
}

/** What runs before a commit, and after a push. */
async function ourOwn(): Promise<string[]> {
  const entries = await readdir(join(ROOT, '.ci'), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(ROOT, join(parentPath, name)));
}

/** Whether the test that is named for a script runs it: the words are there, and in no comment. */
async function isTested(script: string): Promise<boolean> {
  const [test, words] = TESTS[script] ?? [];
  if (test === undefined || words === undefined) return false;
  const lines = (await readFile(join(ROOT, test), 'utf8')).split('\n');
  return lines.some((line) => line.includes(words) && !/^\s*(\/?\*|\/\/|#)/.test(line));
}
