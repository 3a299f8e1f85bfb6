import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ensurePrograms } from '../debian-programs.ts';
import { shippedFiles } from './shipped-files.ts';
import { NotToBeHad, ROOT, runProgram, type Trial } from './trial.ts';

/** What runs each script as operators do. A script that is not here must not be shipped. */
const TESTS: Readonly<Record<string, string>> = {
  'deploy/backup/backup.sh': 'src/testing/backup/scripts.test.ts',
  'deploy/backup/move.sh': 'src/testing/deploy/move.ts',
  'deploy/backup/redis-restore.sh': 'src/testing/deploy/redis-snapshot.ts',
  'deploy/backup/redis-snapshot.sh': 'src/testing/deploy/redis-snapshot.ts',
  'deploy/backup/restore.sh': 'src/testing/backup/scripts.test.ts',
  'deploy/backup/verify.sh': 'src/testing/backup/scripts.test.ts',
  'deploy/compose/make-secrets.sh': 'src/testing/deploy/database-tls.ts',
  'deploy/health.sh': 'src/testing/deploy/health.ts',
  'deploy/kubernetes/components/redis-cluster/join.sh': 'src/testing/deploy/redis-cluster.ts',
  'deploy/kubernetes/components/redis-cluster/start-node.sh': 'src/testing/deploy/redis-cluster.ts',
  'deploy/kubernetes/prometheus-rule.sh': 'src/testing/deploy/kubernetes.ts',
  'deploy/pgbouncer/start.sh': 'src/testing/deploy/pgbouncer.ts',
  'deploy/postgres/init/10-roles.sh': 'src/testing/deploy/postgres-init.ts',
  'deploy/redis/start.sh': 'src/testing/deploy/redis.ts',
};

/** Every shell script that is shipped, by shellcheck, and each named with what runs it. */
export const SHELL: readonly Trial[] = [
  {
    artefact: 'shell scripts',
    how: 'shellcheck, and each is named by the test that runs it',
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
  for (const file of await shippedFiles(ROOT)) {
    if (file.endsWith('.sh')) scripts.push(file);
    else if (/^#!.*\b(ba|da)?sh\b/.test((await readFile(join(ROOT, file))).toString('latin1'))) {
      scripts.push(file);
    }
  }
  return scripts;
}

/** Whether the test that is named for a script names it, too. */
async function isTested(script: string): Promise<boolean> {
  const test = TESTS[script];
  if (test === undefined) return false;
  const name = basename(script).replace(/\.sh$/, '');
  return (await readFile(join(ROOT, test), 'utf8')).includes(name);
}
