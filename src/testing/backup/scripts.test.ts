import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { createTestCli } from '../cli.ts';
import { ensurePrograms } from '../debian-programs.ts';
import { DEMO_SEED } from '../gatehouse.ts';
import { type InstalledPostgres, startInstalledPostgres } from '../installed-postgres.ts';
import { pollUntil } from '../poll.ts';
import { type BackupScripts, backupScripts } from './scripts.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

const run = promisify(execFile);

describe('the scripts of deploy/backup', () => {
  let postgres: InstalledPostgres;
  let home: string;
  let scripts: BackupScripts;
  let databases = 0;
  before(async () => {
    postgres = await startInstalledPostgres();
    home = await mkdtemp(join(tmpdir(), 'gatehouse-backup-'));
    await postgres.createDatabase('gatehouse');
    const cli = createTestCli({ databaseUrl: postgres.url('gatehouse') });
    for (const command of [['migrate'], ['seed', 'apply', DEMO_SEED], ['keys', 'rotate']]) {
      const { code, stderr } = await cli.run(...command);
      assert.equal(code, 0, stderr);
    }
  });
  beforeEach(async () => {
    scripts = await backupScripts(await mkdtemp(join(home, 'case-')), postgres.bin);
  });
  after(async () => {
    await postgres?.stop();
    await rm(home, { recursive: true, force: true });
  });

  const source = () => postgres.variables('gatehouse');
  const backUp = async () => {
    const { code, stderr } = await scripts.run('backup', source());
    assert.equal(code, 0, stderr);
    const dump = (await scripts.dumps()).at(-1) ?? '';
    return { dump, manifest: dump.replace('.dump.age', '.manifest') };
  };
  const newDatabase = async () => {
    databases += 1;
    const name = `restored_${databases}`;
    await postgres.createDatabase(name);
    return postgres.variables(name);
  };
  const ask = async (variables: Record<string, string>, statement: string) => {
    const psql = join(postgres.bin, 'psql');
    return Number((await run(psql, ['-XqAtc', statement], { env: variables })).stdout);
  };
  const tablesIn = (variables: Record<string, string>) =>
    ask(variables, `select count(*) from pg_class where relnamespace = 'public'::regnamespace`);

  it('are found in order by shellcheck', async () => {
    await ensurePrograms({ '/usr/bin/shellcheck': 'shellcheck' });
    const names = ['backup', 'restore', 'verify'].map((name) => `deploy/backup/${name}.sh`);
    await run('shellcheck', names, { cwd: ROOT });
  });

  it('make a backup for its owner alone, in which nothing can be read', async () => {
    const { dump, manifest } = await backUp();
    for (const file of [dump, manifest]) assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.equal((await stat(scripts.directory)).mode & 0o777, 0o700);
    const left = (await readdir(scripts.directory)).filter((name) => name.startsWith('.under-way'));
    assert.deepEqual(left, []);
    const bytes = await readFile(dump);
    for (const word of ['alice', 'argon2id', 'notes-web', 'PGDMP']) {
      assert.ok(!bytes.includes(word), word);
    }
    const said = await readFile(manifest, 'utf8');
    assert.match(said, /^rows accounts 3$/m);
    assert.match(said, /^kid default \S+$/m);
    assert.match(said, /^sealing_key \S{8}$/m);
    assert.doesNotMatch(said, /alice|argon2id|v1\./);
  });

  it('restore into an empty database all that was backed up', async () => {
    const { dump, manifest } = await backUp();
    const target = await newDatabase();
    const restored = await scripts.run('restore', target, dump);
    assert.equal(restored.code, 0, restored.stderr);
    const { code, stdout, stderr } = await scripts.run('verify', target, 'rows', manifest);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^held: \d+ tables have the rows that were backed up$/m);
  });

  it('number the changes of tenants anew, as another cluster counts its transactions', async () => {
    const { dump } = await backUp();
    const target = await newDatabase();
    const changes = 'select count(distinct changed_xid) from tenants';
    assert.equal(await ask(source(), changes), 2);
    await scripts.run('restore', target, dump);
    assert.equal(await ask(target, changes), 1);
  });

  it('say which table is not what was backed up', async () => {
    const { dump, manifest } = await backUp();
    const target = await newDatabase();
    await scripts.run('restore', target, dump);
    await ask(target, 'delete from passwords');
    const { code, stderr } = await scripts.run('verify', target, 'rows', manifest);
    assert.equal(code, 1);
    assert.match(stderr, /^backed up: rows passwords 3\nfound: {5}rows passwords 0\nerror: /m);
  });

  it('do what belongs to the same transaction, or nothing at all', async () => {
    const { dump } = await backUp();
    const target = await newDatabase();
    const then = join(scripts.directory, 'then.sql');
    await writeFile(then, 'delete from public.passwords; select 1 / 0;');
    const failed = await scripts.run('restore', target, '--then', then, dump);
    assert.equal(failed.code, 1, failed.stdout);
    assert.equal(await tablesIn(target), 0);
    await writeFile(then, 'delete from public.passwords;');
    const done = await scripts.run('restore', target, '--then', then, dump);
    assert.equal(done.code, 0, done.stderr);
    assert.equal(await ask(target, 'select count(*) from passwords'), 0);
  });

  it('name the environment that they are of, where the database says it', async () => {
    await postgres.run('postgres', `comment on database gatehouse is 'environment: somewhere'`);
    const { manifest } = await backUp();
    await postgres.run('postgres', 'comment on database gatehouse is null');
    assert.match(await readFile(manifest, 'utf8'), /^environment somewhere$/m);
  });

  it('say what they are about to restore, and restore nothing of another environment', async () => {
    const name = (database: string, environment: string) =>
      postgres.run('postgres', `comment on database ${database} is 'environment: ${environment}'`);
    await name('gatehouse', 'somewhere');
    const { dump } = await backUp();
    await postgres.run('postgres', 'comment on database gatehouse is null');
    const target = await newDatabase();
    const restore = (...args: string[]) => scripts.run('restore', target, ...args, dump);
    const wrong = await restore('--of', 'elsewhere');
    assert.equal(wrong.code, 1, wrong.stderr);
    assert.match(
      wrong.stderr,
      /^error: it is of somewhere, not of elsewhere; nothing was changed$/m,
    );
    await name(target.PGDATABASE ?? '', 'elsewhere');
    const others = await restore();
    assert.equal(others.code, 1, others.stderr);
    assert.match(others.stderr, /it is of somewhere, and database restored_\d+ is of elsewhere/);
    assert.equal(await tablesIn(target), 0);
    const { code, stderr } = await restore('--of', 'somewhere');
    assert.equal(code, 0, stderr);
    assert.match(
      stderr,
      /^restoring: somewhere, as it was 0 hours ago \(\d{8} [\d:]{8} UTC\), into restored_\d+ on /m,
    );
  });

  it('restore nothing that is older than somebody wants it', async () => {
    const { dump, manifest } = await backUp();
    const target = await newDatabase();
    const said = await readFile(manifest, 'utf8');
    const then = new Date(Date.now() - 26 * 3_600_000).toISOString().replaceAll(/[-:.]/g, '');
    await writeFile(manifest, said.replace(/^taken_at .*$/m, `taken_at ${then}`));
    const restore = (hours: string) =>
      scripts.run('restore', target, '--younger-than', hours, dump);
    const old = await restore('26');
    assert.equal(old.code, 1, old.stderr);
    assert.match(
      old.stderr,
      /^error: it was made 26 hours ago, and is to be younger than 26; nothing/m,
    );
    assert.equal(await tablesIn(target), 0);
    const { code, stderr } = await restore('27');
    assert.equal(code, 0, stderr);
  });

  it('hold nothing of a tenant whose keys were not backed up', async () => {
    const { manifest } = await backUp();
    const publishesNothing = createServer((_request, response) => response.end('{"keys":[]}'));
    await new Promise<void>((resolve) => publishesNothing.listen(0, '127.0.0.1', resolve));
    const { port } = publishesNothing.address() as AddressInfo;
    try {
      const look = (TENANT: string) =>
        scripts.run('verify', { TENANT }, 'service', manifest, `http://127.0.0.1:${port}`);
      const typo = await look('acmee');
      assert.equal(typo.code, 1, typo.stdout);
      assert.match(typo.stderr, /names no key of tenant acmee/);
      const known = await look('default');
      assert.equal(known.code, 1, known.stdout);
      assert.match(
        known.stderr,
        /^error: key \S+ signed when the backup was made, and is not publ/,
      );
    } finally {
      publishesNothing.close();
    }
  });

  it('restore as the owner, beside extensions that only a superuser may make', async () => {
    const extended = `create schema extensions; create extension pgstattuple with schema extensions;
                      grant usage on schema extensions to owning`;
    await postgres.run('postgres', 'create role owning');
    await postgres.run('gatehouse', extended);
    const { dump, manifest } = await backUp();
    const target = await newDatabase();
    await postgres.run(target.PGDATABASE ?? '', extended);
    await postgres.run('postgres', `alter database ${target.PGDATABASE} owner to owning`);
    const owner = { ...target, PGOPTIONS: '-c role=owning' };
    for (const args of [[dump], ['--replace', dump]]) {
      const restored = await scripts.run('restore', owner, ...args);
      assert.equal(restored.code, 0, restored.stderr);
      const verified = await scripts.run('verify', target, 'rows', manifest);
      assert.equal(verified.code, 0, verified.stderr);
    }
    assert.equal(await ask(target, 'select count(*) from pg_extension'), 2);
  });

  it('restore nothing over what is there, unless that is said', async () => {
    const { dump, manifest } = await backUp();
    const target = await newDatabase();
    await scripts.run('restore', target, dump);
    await ask(target, 'delete from passwords');
    const refused = await scripts.run('restore', target, dump);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /is not empty: restore into a new one, or say --replace/);
    const replaced = await scripts.run('restore', target, '--replace', dump);
    assert.equal(replaced.code, 0, replaced.stderr);
    const verified = await scripts.run('verify', target, 'rows', manifest);
    assert.equal(verified.code, 0, verified.stderr);
  });

  it('restore once a connection that was ending is gone', async () => {
    const { dump } = await backUp();
    const target = await newDatabase();
    const leaving = new pg.Client({ connectionString: postgres.url(target.PGDATABASE ?? '') });
    await leaving.connect();
    const restoring = scripts.run('restore', target, dump);
    const isSeen = `select from pg_stat_activity
                    where datname = $1 and application_name = 'psql' and query like '%usesysid is not null%'`;
    await pollUntil(async () => (await leaving.query(isSeen, [target.PGDATABASE])).rowCount !== 0, {
      deadlineMs: 10_000,
      everyMs: 5,
    });
    await leaving.end();
    const { code, stderr } = await restoring;
    assert.equal(code, 0, stderr);
  });

  it('restore nothing under a server that is connected as another role', async () => {
    const { dump } = await backUp();
    const passFile = join(home, 'restorer');
    await writeFile(passFile, '*:*:*:restorer:a-password\n', { mode: 0o600 });
    await postgres.run('postgres', `create role restorer login password 'a-password'`);
    const target = await newDatabase();
    await postgres.run('postgres', `alter database ${target.PGDATABASE} owner to restorer`);
    const server = new pg.Client({ connectionString: postgres.url(target.PGDATABASE ?? '') });
    await server.connect();
    try {
      const restorer = { ...target, PGUSER: 'restorer', PGPASSFILE: passFile };
      const { code, stderr } = await scripts.run('restore', restorer, dump);
      assert.equal(code, 1, stderr);
      assert.match(stderr, /1 connections are open to database .*: stop the servers/);
      assert.equal(await tablesIn(target), 0);
    } finally {
      await server.end();
    }
  });

  it('restore nothing of a backup that was cut, changed or sealed for somebody else', async () => {
    const { dump, manifest } = await backUp();
    const target = await newDatabase();
    const bytes = await readFile(dump);
    const cut = bytes.subarray(0, bytes.length - 1000);
    const changed = Buffer.from(bytes);
    changed.writeUInt8(changed.readUInt8(bytes.length - 500) ^ 1, bytes.length - 500);
    for (const wrong of [cut, changed]) {
      await writeFile(dump, wrong);
      const noticed = await scripts.run('restore', target, dump);
      assert.equal(noticed.code, 1);
      assert.match(noticed.stderr, /is not what its manifest says: damaged, or another one/);
      // Nor when the manifest was changed along with it.
      const said = await readFile(manifest, 'utf8');
      const { stdout } = await run('sha256sum', [dump]);
      await writeFile(manifest, said.replace(/sha256 .*/, `sha256 ${stdout.split(' ')[0]}`));
      const { code, stderr } = await scripts.run('restore', target, dump);
      assert.equal(code, 1);
      assert.match(stderr, /could not be restored.*; nothing was changed/);
      assert.equal(await tablesIn(target), 0);
      await writeFile(manifest, said);
    }
    await writeFile(dump, bytes);
    const other = await backupScripts(await mkdtemp(join(home, 'other-')), postgres.bin);
    const stranger = { ...target, BACKUP_IDENTITY: other.identity };
    const { code } = await scripts.run('restore', stranger, dump);
    assert.equal(code, 1);
    assert.equal(await tablesIn(target), 0);
  });

  it('remove what is older than they were told, and never the newest', async () => {
    await backUp();
    const old = 'gatehouse-20200101T000000000Z';
    const young = `gatehouse-${new Date(Date.now() - 86_400_000)
      .toISOString()
      .replaceAll(/[-:.]/g, '')}`;
    for (const name of [old, young]) {
      await writeFile(join(scripts.directory, `${name}.dump.age`), '');
      await writeFile(join(scripts.directory, `${name}.manifest`), '');
    }
    const failed = await scripts.run('backup', { ...source(), PGDATABASE: 'nowhere' });
    assert.equal(failed.code, 1);
    assert.ok((await readdir(scripts.directory)).includes(`${old}.manifest`));
    await backUp();
    const names = await readdir(scripts.directory);
    assert.ok(!names.some((name) => name.startsWith(old)), String(names));
    assert.ok(names.includes(`${young}.manifest`) && names.includes(`${young}.dump.age`));
  });

  it('say that a backup was made, even where an older one stays', async () => {
    await backUp();
    const old = join(scripts.directory, 'gatehouse-20200101T000000000Z.manifest');
    await mkdir(old);
    const { code, stdout, stderr } = await scripts.run('backup', source());
    assert.equal(code, 4, stderr);
    assert.match(stderr, /the backup was made, but older ones could not be removed/);
    assert.deepEqual((await scripts.dumps()).at(-1), stdout.trim());
  });

  it('clear what a run that was killed has left', async () => {
    const left = join(scripts.directory, '.under-way.killed');
    await mkdir(left, { recursive: true });
    await writeFile(join(left, 'dump'), 'a part');
    await backUp();
    assert.ok(!(await readdir(scripts.directory)).includes('.under-way.killed'));
  });

  it('hand the new files to a program, and say when it fails', async () => {
    const hook = join(home, 'upload.sh');
    await writeFile(hook, '#!/bin/sh\necho "$@" >"$0.seen"\nexit "$UPLOAD_ENDS_WITH"\n');
    await chmod(hook, 0o700);
    const settings = { ...source(), BACKUP_UPLOAD: hook };
    const good = await scripts.run('backup', { ...settings, UPLOAD_ENDS_WITH: '0' });
    assert.equal(good.code, 0, good.stderr);
    const [dump = ''] = await scripts.dumps();
    const seen = await readFile(`${hook}.seen`, 'utf8');
    assert.equal(seen.trim(), `${dump} ${dump.replace('.dump.age', '.manifest')}`);
    const bad = await scripts.run('backup', { ...settings, UPLOAD_ENDS_WITH: '7' });
    assert.equal(bad.code, 3);
    assert.match(bad.stderr, /the backup was made, but .*upload\.sh ended with 7/);
  });

  it('say in one line what is wrong with how they were called', async () => {
    const wrong: readonly [Parameters<BackupScripts['run']>, number, RegExp][] = [
      [['backup', source(), 'now'], 64, /takes no arguments/],
      [['backup', { ...source(), BACKUP_DIR: '' }], 64, /BACKUP_DIR is not set/],
      [['backup', { ...source(), BACKUP_RECIPIENTS: '/nowhere' }], 64, /BACKUP_RECIPIENTS is not/],
      [['backup', { ...source(), BACKUP_KEEP_DAYS: '0' }], 64, /expected 1 to 9999/],
      [['backup', { ...source(), BACKUP_UPLOAD: '/nowhere' }], 64, /no such program/],
      [['backup', { ...source(), PGDATABASE: 'postgres' }], 1, /postgres holds no Gatehouse/],
      [['backup', { ...source(), PGPASSFILE: '/dev/null' }], 1, /does not let us in/],
      [['redis-snapshot', { REDIS_CA: '' }], 64, /REDIS_CA is set, and empty/],
      [['restore', source()], 64, /usage: restore\.sh/],
      [['restore', source(), '/nowhere.dump.age'], 64, /cannot be read/],
      [['restore', source(), '--younger-than', '1d', '/nowhere'], 64, /1d is no number of hours/],
      [['restore', source(), '--of', '', '/nowhere'], 64, /--of needs the name/],
      [['verify', source()], 64, /usage: verify\.sh/],
      [['verify', source(), 'rows', '/nowhere'], 64, /cannot be read/],
      [['verify', source(), 'rows', '/etc/passwd'], 64, /is no manifest of a backup/],
    ];
    for (const [call, code, message] of wrong) {
      const result = await scripts.run(...call);
      assert.equal(result.code, code, result.stderr);
      assert.match(result.stderr, message);
    }
  });
});
