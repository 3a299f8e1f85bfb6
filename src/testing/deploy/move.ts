/** `deploy/backup/move.sh`: a backup of production into staging, with its refusals. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import { type BackupScripts, backupScripts } from '../backup/scripts.ts';
import { createTestCli, type TestCli } from '../cli.ts';
import { demoParty, visitor } from '../demo-clients.ts';
import { freePort } from '../free-port.ts';
import { ALICE, DEMO_SEED } from '../gatehouse.ts';
import { type InstalledPostgres, startInstalledPostgres } from '../installed-postgres.ts';
import { signIn } from '../relying-party.ts';
import { startServerProcess } from '../server-process.ts';
import { ROOT } from './trial.ts';

/** @returns what was seen */
export async function tryMove(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'gatehouse-move-'));
  const postgres = await startInstalledPostgres();
  try {
    const scripts = await backupScripts(home, postgres.bin);
    const world = { postgres, scripts, home };
    const { dump, sealingKey } = await backUpProduction(world);
    await refusals(world, dump);
    await withoutPeople(world, dump);
    await withPeople(world, dump, sealingKey);
    return 'refused 6 times; then nobody came along, and alice signed in by staging’s own seeds and keys; with people, typed at a terminal, all 3 came and none of their sessions or mail, sealed and signed by keys of its own';
  } finally {
    await postgres.stop();
    await rm(home, { recursive: true, force: true });
  }
}

interface World {
  readonly postgres: InstalledPostgres;
  readonly scripts: BackupScripts;
  readonly home: string;
}

async function backUpProduction(world: World): Promise<{ dump: string; sealingKey: string }> {
  const { postgres, scripts } = world;
  await postgres.createDatabase('gatehouse');
  const cli = createTestCli({ databaseUrl: postgres.url('gatehouse') });
  await operate(cli, ['migrate'], ['seed', 'apply', DEMO_SEED], ['keys', 'rotate']);
  await postgres.run(
    'gatehouse',
    `comment on database gatehouse is 'environment: production';
     update tenants set custom_issuer = 'https://acme.example', custom_host = 'acme.example' where slug = 'acme';
     insert into mail_outbox (tenant_id, id, kind, language, recipient, status, next_attempt_at,
                              give_up_at, sealed_content, created_at, expires_at)
     select id, gen_random_uuid(), 'sign_in_code', 'en', 'alice@real.example', 'queued', now(),
            now() + interval '1 day', 'sealed', now(), now() + interval '1 day' from tenants limit 1;
     insert into artifacts (tenant_id, model, key, payload, expires_at)
     select id, 'RefreshToken', 'k', '{}', now() + interval '1 day' from tenants limit 1`,
  );
  await postgres.run('postgres', 'create role gatehouse_backup in role pg_read_all_data');
  const { code, stdout, stderr } = await scripts.run('backup', {
    ...postgres.variables('gatehouse'),
    PGOPTIONS: '-c role=gatehouse_backup',
  });
  assert.equal(code, 0, stderr);
  return { dump: stdout.trim(), sealingKey: cli.environment.KEY_ENCRYPTION_KEYS ?? '' };
}

/** Staging, with somebody of its own in it. */
async function refusals({ postgres, scripts }: World, dump: string): Promise<void> {
  await postgres.createDatabase('staging');
  const staging = postgres.variables('staging');
  await operate(createTestCli({ databaseUrl: postgres.url('staging') }), ['migrate']);
  await postgres.run('staging', `update tenants set name = 'As it was'`);
  const refused = async (target: Record<string, string>, why: RegExp, ...args: string[]) => {
    const { code, stderr } = await scripts.run('move', target, ...args, dump);
    assert.equal(code, 1, stderr);
    assert.match(stderr, why);
    assert.match(stderr, /nothing was changed/);
  };
  await refused(staging, /does not say which environment it is/, '--yes', 'staging');
  await postgres.run('staging', `comment on database staging is 'environment: production-eu'`);
  await refused(
    staging,
    /this is production-eu: it is never overwritten/,
    '--yes',
    'production-eu',
  );
  await postgres.run('staging', `comment on database staging is 'environment: staging'`);
  await refused(postgres.variables('gatehouse'), /is never overwritten/, '--yes', 'production');
  await refused(staging, /nobody is there to confirm it/);
  await refused(staging, /it is called staging, not production/, '--yes', 'production');
  const server = new pg.Client({ connectionString: postgres.url('staging') });
  await server.connect();
  await refused(staging, /connections are open/, '--yes', 'staging').finally(() => server.end());
  assert.deepEqual(await column(postgres, 'staging', 'select name from tenants'), ['As it was']);
}

async function withoutPeople({ postgres, scripts }: World, dump: string): Promise<void> {
  const { code, stderr } = await scripts.run(
    'move',
    postgres.variables('staging'),
    '--yes',
    'staging',
    dump,
  );
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^ {2}acme: https:\/\/acme\.example$/m);
  assert.match(stderr, /^ {2}http:\/\/localhost:8080$/m);
  for (const [table, rows] of Object.entries({
    accounts: 0,
    passwords: 0,
    artifacts: 0,
    mail_outbox: 0,
    audit_events: 0,
    signing_keys: 0,
    deployment_secrets: 0,
    tenants: 2,
    clients: 8,
  })) {
    const found = await column(postgres, 'staging', `select count(*) from ${table}`);
    assert.deepEqual([table, Number(found[0])], [table, rows]);
  }
  // It lives by its own keys and its own seeds.
  const port = await freePort();
  const publicUrl = `http://localhost:${port}`;
  const cli = createTestCli({
    databaseUrl: postgres.url('staging'),
    environment: { PUBLIC_URL: publicUrl, PORT: String(port), ARTIFACT_STORE: 'postgres' },
  });
  await operate(cli, ['seed', 'apply', DEMO_SEED]);
  const server = await startServerProcess({ env: { ...cli.environment } });
  try {
    await server.untilReady();
    await signIn(visitor({ publicUrl }), await demoParty({ publicUrl }, 'notes-web'), ALICE);
  } finally {
    server.child.kill('SIGTERM');
    await server.ended();
  }
}

async function withPeople(
  { postgres, scripts }: World,
  dump: string,
  sealingKey: string,
): Promise<void> {
  // As production has it: the role that owns the tables is not the one that logs in.
  await postgres.run(
    'postgres',
    'create role gatehouse_owner; alter database staging owner to gatehouse_owner',
  );
  // With a terminal, on which somebody types.
  const command = [join(ROOT, 'deploy/backup/move.sh'), '--with-people', dump];
  const env = {
    ...scripts.settings,
    ...postgres.variables('staging'),
    PGOPTIONS: '-c role=gatehouse_owner',
  };
  const child = spawn('script', ['-qec', command.join(' '), '/dev/null'], { env, stdio: 'pipe' });
  const closed = once(child, 'close');
  child.stdin.end('staging\n');
  const [said, [code]] = await Promise.all([text(child.stdout), closed]);
  assert.equal(code, 0, said);
  assert.match(said, /people: 3 accounts .*PERSONAL DATA/s);
  assert.match(said, /keys rotate --tenant SLUG --compromised all/);
  const owners = `select distinct tableowner from pg_tables where schemaname = 'public'`;
  assert.deepEqual(await column(postgres, 'staging', owners), ['gatehouse_owner']);
  for (const [table, rows] of Object.entries({
    accounts: 3,
    passwords: 3,
    artifacts: 0,
    mail_outbox: 0,
  })) {
    const found = await column(postgres, 'staging', `select count(*) from ${table}`);
    assert.deepEqual([table, Number(found[0])], [table, rows]);
  }
  await makeItsOwn(postgres, sealingKey);
}

/** As move.sh says: the keys of there behind its own until all is sealed anew, and other signing keys. */
async function makeItsOwn(postgres: InstalledPostgres, sealingKey: string): Promise<void> {
  const databaseUrl = postgres.url('staging');
  const kids = () => column(postgres, 'staging', 'select kid from signing_keys order by kid');
  const ofProduction = await kids();
  const own = randomBytes(32).toString('base64');
  const both = { KEY_ENCRYPTION_KEYS: `${own},${sealingKey}` };
  await operate(createTestCli({ databaseUrl, environment: both }), ['keys', 'reseal']);
  const cli = createTestCli({ databaseUrl, environment: { KEY_ENCRYPTION_KEYS: own } });
  for (const slug of await column(postgres, 'staging', 'select slug from tenants')) {
    await operate(cli, ['keys', 'rotate', '--tenant', String(slug), '--compromised', 'all']);
  }
  const now = await kids();
  assert.ok(now.length > 0 && !now.some((kid) => ofProduction.includes(kid)), String(now));
}

async function operate(cli: TestCli, ...commands: string[][]): Promise<void> {
  for (const command of commands) {
    const { code, stderr } = await cli.run(...command);
    assert.equal(code, 0, `${command.join(' ')}: ${stderr}`);
  }
}

async function column(
  postgres: InstalledPostgres,
  database: string,
  statement: string,
): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: postgres.url(database) });
  await client.connect();
  try {
    const { rows } = await client.query(statement);
    return rows.flatMap((row) => Object.values(row));
  } finally {
    await client.end();
  }
}
