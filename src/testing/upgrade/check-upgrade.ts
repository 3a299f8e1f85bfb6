/**
 * `npm run check:upgrade [-- --from REF]`: whether the release before works with what the migrations
 * of these sources make of its database.
 *
 * 1. What is newer is applied to a database of that release, migration by migration; what is no
 *    expansion is refused.
 * 2. That release's own flow tests run on the newer schema.
 *
 * REF is the newest `v*` tag in the history that is not these sources' own, if not given.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { GatehouseError } from '../../errors.ts';
import { type MigrationSource, migrationSource } from '../../storage/postgres/migration-source.ts';
import { startTemplateServer, TEMPLATE_URL_VARIABLE } from '../database.ts';
import { migration } from '../migrations.ts';
import { findRedisServer } from '../redis.ts';
import { checkMigrations } from './check-migrations.ts';
import { newestRelease, type ReleaseBefore, takeRelease } from './release-before.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Flows that between them read and write every table; those that take longest, and browsers, left out. */
const FLOWS = [
  'authorization-code',
  'code-redemption',
  'refresh-token',
  'offline-access',
  'consent',
  'roles',
  'client-authentication',
  'clients',
  'registration',
  'mail',
  'account-page',
  'account-methods',
  'account-deletion',
  'second-factor',
  'passkey-sign-in',
  'upstream-sign-in',
  'tenants',
  'logs-and-audit',
  'production',
];

/** What stands for the schema to come while there is nothing newer. */
const EXAMPLE = {
  name: '9001_example_of_an_expansion',
  migration: migration(`
    alter table accounts add column example text;
    alter table artifacts add column example text not null default 'none';
    create table examples (id int primary key)`),
};

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** @returns which release came before, and whether it is one */
async function releaseBefore(from: string | undefined): Promise<string> {
  const ref = from ?? (await newestRelease(ROOT));
  if (ref !== undefined) return ref;
  say('There is no release yet (no tag v* in the history): HEAD stands for the release before.');
  return 'HEAD';
}

/** These migrations; where none is newer, an example besides, so that the rest is not for nothing. */
async function migrationsToCome(before: MigrationSource): Promise<MigrationSource> {
  const known = await before.getMigrations();
  const names = await migrationSource.getMigrations();
  if (names.some((name) => !known.includes(name))) return migrationSource;
  say(`No migration is newer. ${EXAMPLE.name} stands for the schema to come: it adds two columns`);
  say('and a table, and shows that this check works, not that an upgrade does.');
  return {
    ...migrationSource,
    getMigrations: async () => [...names, EXAMPLE.name],
    getMigration: async (name) =>
      name === EXAMPLE.name ? EXAMPLE.migration : migrationSource.getMigration(name),
  };
}

/** @returns whether all of them were found to be expansions */
async function checkSchema(before: MigrationSource, after: MigrationSource): Promise<boolean> {
  const { newer, refusals } = await checkMigrations({ before, after });
  for (const name of newer) {
    const refused = refusals.some((refusal) => refusal.migration === name);
    if (!refused) say(`ok       ${name}`);
  }
  for (const refusal of refusals) {
    say(`REFUSED  ${refusal.migration}`);
    for (const reason of refusal.reasons) say(`         ${reason}`);
  }
  if (refusals.length > 0) {
    say('The release before would not work with this. See docs/upgrading.md, "Write a migration".');
  }
  return refusals.length === 0;
}

/** @returns whether the flow tests of a release passed */
async function runFlows(release: ReleaseBefore, templateUrl: string): Promise<boolean> {
  const files: string[] = [];
  for (const name of FLOWS) {
    const file = join('src', 'testing', 'flows', `${name}.test.ts`);
    const isThere = await access(join(release.directory, file)).then(
      () => true,
      () => false,
    );
    if (isThere) files.push(file);
    else say(`The release before has no ${file}.`);
  }
  const tests = spawn(
    process.execPath,
    ['--test', '--test-concurrency=2', '--test-reporter=dot', ...files],
    {
      cwd: release.directory,
      env: {
        ...process.env,
        [TEMPLATE_URL_VARIABLE]: templateUrl,
        NODE_COMPILE_CACHE: join(ROOT, '.cache', 'compile-before'),
      },
      stdio: 'inherit',
    },
  );
  const [code] = await once(tests, 'close');
  return code === 0 && files.length > 0;
}

/** @returns whether the release before works with what is to come */
async function check(ref: string): Promise<boolean> {
  const release = await takeRelease(ROOT, ref);
  try {
    const after = await migrationsToCome(release.migrations);
    const server = await startTemplateServer({ source: after });
    try {
      process.env[TEMPLATE_URL_VARIABLE] = server.templateUrl;
      if (!(await checkSchema(release.migrations, after))) return false;
      await findRedisServer();
      say(`The flow tests of ${ref} on the newer schema:`);
      return await runFlows(release, server.templateUrl);
    } finally {
      await server.stop();
    }
  } finally {
    await release.remove();
  }
}

const { values } = parseArgs({ options: { from: { type: 'string' } } });
const startedAt = performance.now();
const passed = await check(await releaseBefore(values.from)).catch((error: unknown) => {
  if (!(error instanceof GatehouseError)) throw error;
  say(error.message);
  return false;
});
process.exitCode = passed ? 0 : 1;
const seconds = Math.round((performance.now() - startedAt) / 1000);
say(`${passed ? 'passed' : 'FAILED'} in ${seconds} s`);
