/** A backup that is made and restored by the role that migrates: every role may do what it could before. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backupScripts } from '../backup/scripts.ts';
import { createTestCli } from '../cli.ts';
import { DEMO_SEED } from '../gatehouse.ts';
import { installedPrograms } from '../installed-postgres.ts';
import { CARE } from './database-world.ts';
import { DATABASE, type InitializedPostgres, initializePostgres } from './initialized-postgres.ts';

/** Who may do what to tables, sequences and functions, and from now on. */
const PRIVILEGES = `
  select string_agg(what, chr(10) order by what) from (
    select relname || ' ' || pg_get_userbyid(relowner) || ' ' || coalesce((select string_agg(a::text, ',' order by a::text) from unnest(
             coalesce(relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner))) a), '') as what
      from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'S', 'v')
    union all
    select proname || ' ' || coalesce((select string_agg(a::text, ',' order by a::text) from unnest(proacl) a), '')
      from pg_proc where pronamespace = 'public'::regnamespace
    union all
    select 'default ' || defaclobjtype::text || ' ' || defaclacl::text from pg_default_acl
    union all
    select 'column ' || attrelid::regclass || '.' || attname || ' ' || attacl::text
      from pg_attribute where attacl is not null and attrelid::regclass::text !~ '^pg_'
    union all
    select 'schema ' || (select string_agg(a::text, ',' order by a::text) from unnest(nspacl) a)
      from pg_namespace where nspname = 'public') w`;

/** @returns what was seen */
export async function tryRestoreWithRoles(): Promise<string> {
  const { bin } = await installedPrograms();
  const postgres = await initializePostgres({ build: 'debian' });
  const home = await mkdtemp(join(tmpdir(), 'gatehouse-restore-'));
  try {
    const scripts = await backupScripts(home, bin);
    const passFile = join(home, 'pgpass');
    const lines = `*:*:*:gatehouse_migrator:${postgres.password('migrator')}\n`;
    await writeFile(passFile, lines, { mode: 0o600 });
    const migrator = {
      PGHOST: '127.0.0.1',
      PGPORT: String(postgres.port),
      PGUSER: 'gatehouse_migrator',
      PGDATABASE: DATABASE,
      PGPASSFILE: passFile,
    };
    await prepare(postgres);
    const before = await postgres.administer(PRIVILEGES);
    const made = await scripts.run('backup', migrator);
    assert.equal(made.code, 0, made.stderr);
    const dump = made.stdout.trim();
    const restored = await scripts.run('restore', migrator, '--replace', dump);
    assert.equal(restored.code, 0, restored.stderr);
    assert.equal(await postgres.administer(PRIVILEGES), before);
    const manifest = dump.replace('.dump.age', '.manifest');
    const rows = await scripts.run('verify', migrator, 'rows', manifest);
    assert.equal(rows.code, 0, rows.stderr);
    return `${before.split('\n').length} privileges, the same afterwards`;
  } finally {
    await postgres.stop();
    await rm(home, { recursive: true, force: true });
  }
}

async function prepare(postgres: InitializedPostgres): Promise<void> {
  const cli = createTestCli({ databaseUrl: postgres.url('migrator') });
  for (const command of [['migrate'], ['seed', 'apply', DEMO_SEED]]) {
    const { code, stderr } = await cli.run(...command);
    assert.equal(code, 0, stderr);
  }
  await postgres.psql([
    '-d',
    DATABASE,
    '-v',
    'ON_ERROR_STOP=1',
    '-q',
    '-f',
    join(CARE, 'monitor.sql'),
  ]);
}
