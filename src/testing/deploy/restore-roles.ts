/**
 * A backup that is made by the role that only reads, and restored by the role that migrates: every role may
 * do what it could before.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backupScripts } from '../backup/scripts.ts';
import { createTestCli } from '../cli.ts';
import { DEMO_SEED } from '../gatehouse.ts';
import { installedPrograms } from '../installed-postgres.ts';
import { CARE } from './database-world.ts';
import {
  ask,
  DATABASE,
  type InitializedPostgres,
  initializePostgres,
} from './initialized-postgres.ts';

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

/** As docs/deploy.md has the superuser make it. */
const backupRole = (password: string) => `
  create role gatehouse_backup login in role pg_read_all_data password '${password}';
  grant connect on database ${DATABASE} to gatehouse_backup`;

/** What nobody can have it do who finds its password on the machine that backs up. */
const REFUSED = [
  'create table mine (id int)',
  'create temporary table mine (id int)',
  "update tenants set name = 'mine'",
  'delete from audit_events',
  'set role gatehouse_owner',
];

/** @returns what was seen */
export async function tryRestoreWithRoles(): Promise<string> {
  const { bin } = await installedPrograms();
  const postgres = await initializePostgres({ build: 'debian' });
  const home = await mkdtemp(join(tmpdir(), 'gatehouse-restore-'));
  try {
    const scripts = await backupScripts(home, bin);
    const passFile = join(home, 'pgpass');
    const password = randomBytes(24).toString('hex');
    const lines = `*:*:*:gatehouse_migrator:${postgres.password('migrator')}\n*:*:*:gatehouse_backup:${password}\n`;
    await writeFile(passFile, lines, { mode: 0o600 });
    const as = (user: string) => ({
      PGHOST: '127.0.0.1',
      PGPORT: String(postgres.port),
      PGUSER: user,
      PGDATABASE: DATABASE,
      PGPASSFILE: passFile,
    });
    const migrator = as('gatehouse_migrator');
    await prepare(postgres);
    await postgres.administer(backupRole(password));
    const url = `postgres://gatehouse_backup:${password}@127.0.0.1:${postgres.port}/${DATABASE}`;
    for (const statement of REFUSED) {
      await assert.rejects(ask(url, statement), { code: '42501' }, statement);
    }
    const before = await postgres.administer(PRIVILEGES);
    const made = await scripts.run('backup', as('gatehouse_backup'));
    assert.equal(made.code, 0, made.stderr);
    const dump = made.stdout.trim();
    const restored = await scripts.run('restore', migrator, '--replace', dump);
    assert.equal(restored.code, 0, restored.stderr);
    assert.equal(await postgres.administer(PRIVILEGES), before);
    const manifest = dump.replace('.dump.age', '.manifest');
    const rows = await scripts.run('verify', migrator, 'rows', manifest);
    assert.equal(rows.code, 0, rows.stderr);
    return `made as gatehouse_backup, which was refused ${REFUSED.length} changes; ${before.split('\n').length} privileges, the same afterwards`;
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
