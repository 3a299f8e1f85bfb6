import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { createTestCli } from '../cli.ts';
import { type InstalledPostgres, startInstalledPostgres } from '../installed-postgres.ts';
import { type BackupScripts, backupScripts, newSigningKey } from './scripts.ts';

const run = promisify(execFile);

type CallOfScript = Parameters<BackupScripts['run']>;

const NOT_SIGNED = /\.manifest is not signed$/m;
const CHANGED = /is not signed by the key of BACKUP_VERIFY_KEY, or was changed$/m;

describe('backups that are signed', () => {
  let postgres: InstalledPostgres;
  let home: string;
  let scripts: BackupScripts;
  let signing: { BACKUP_SIGNING_KEY: string };
  let verifying: { BACKUP_VERIFY_KEY: string };
  let databases = 0;
  before(async () => {
    postgres = await startInstalledPostgres();
    home = await mkdtemp(join(tmpdir(), 'gatehouse-signed-'));
    await postgres.createDatabase('gatehouse');
    const { code, stderr } = await createTestCli({ databaseUrl: postgres.url('gatehouse') }).run(
      'migrate',
    );
    assert.equal(code, 0, stderr);
    const { privateKey, publicKey } = await newSigningKey(home);
    signing = { BACKUP_SIGNING_KEY: privateKey };
    verifying = { BACKUP_VERIFY_KEY: publicKey };
  });
  beforeEach(async () => {
    scripts = await backupScripts(await mkdtemp(join(home, 'case-')), postgres.bin);
  });
  after(async () => {
    await postgres?.stop();
    await rm(home, { recursive: true, force: true });
  });

  const newKey = async (name: string, ...algorithm: string[]) => {
    const path = join(home, name);
    await run('openssl', ['genpkey', '-algorithm', ...algorithm, '-out', path]);
    return path;
  };
  const backUp = async (settings: Readonly<Record<string, string>>) => {
    const source = postgres.variables('gatehouse');
    const { code, stdout, stderr } = await scripts.run('backup', { ...source, ...settings });
    assert.equal(code, 0, stderr);
    const dump = stdout.trim();
    return { dump, manifest: dump.replace('.dump.age', '.manifest') };
  };
  const newDatabase = async () => {
    databases += 1;
    const name = `restored_${databases}`;
    await postgres.createDatabase(name);
    return postgres.variables(name);
  };
  const tablesIn = async (env: Record<string, string>) => {
    const count = `select count(*) from pg_class where relnamespace = 'public'::regnamespace`;
    const { stdout } = await run(join(postgres.bin, 'psql'), ['-XqAtc', count], { env });
    return Number(stdout);
  };

  it('are restored, and said to be ours', async () => {
    const { dump, manifest } = await backUp(signing);
    const target = { ...(await newDatabase()), ...verifying };
    const restored = await scripts.run('restore', target, dump);
    assert.equal(restored.code, 0, restored.stderr);
    assert.match(restored.stderr, /^held: gatehouse-\w+\.manifest is signed$/m);
    assert.doesNotMatch(restored.stderr, /^warning/m);
    const { code, stdout, stderr } = await scripts.run('verify', target, 'rows', manifest);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /is signed\nheld: \d+ tables have the rows that were backed up$/m);
  });

  it('are no others: what somebody else signed, or nobody, is refused, though we can open it', async () => {
    const target = await newDatabase();
    const ours = { ...target, ...verifying };
    const kinds: readonly [Readonly<Record<string, string>>, RegExp][] = [
      [{}, NOT_SIGNED],
      [{ BACKUP_SIGNING_KEY: await newKey('foreign.pem', 'ed25519') }, CHANGED],
    ];
    for (const [settings, why] of kinds) {
      const { dump, manifest } = await backUp(settings);
      const calls: readonly CallOfScript[] = [
        ['restore', ours, dump],
        ['move', ours, '--yes', 'staging', dump],
        ['verify', verifying, 'signature', manifest],
        ['verify', ours, 'rows', manifest],
        ['verify', verifying, 'service', manifest, 'http://127.0.0.1:9'],
      ];
      for (const call of calls) {
        const { code, stderr } = await scripts.run(...call);
        assert.equal(code, 1, `${call[0]}: ${stderr}`);
        assert.match(stderr, why);
      }
      assert.equal(await tablesIn(target), 0);
    }
  });

  it('are not asked for without a key, and then somebody says so', async () => {
    const { dump } = await backUp({});
    const { code, stderr } = await scripts.run('restore', await newDatabase(), dump);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^warning: nobody has looked who made this backup/m);
  });

  it('are asked for where the key is empty, as of a variable that somebody forgot', async () => {
    const { dump, manifest } = await backUp({});
    const [snapshot, laid] = [join(home, 'redis-1.rdb.age'), join(home, 'redis-1.manifest')];
    for (const file of [snapshot, laid]) await writeFile(file, '');
    const target = await newDatabase();
    const calls: readonly CallOfScript[] = [
      ['restore', target, dump],
      ['move', target, '--yes', 'staging', dump],
      ['redis-restore', target, snapshot, home],
      ['verify', target, 'signature', manifest],
      ['verify', target, 'rows', manifest],
      ['verify', target, 'service', manifest, 'http://127.0.0.1:9'],
    ];
    for (const [script, variables, ...args] of calls) {
      const { code, stderr } = await scripts.run(
        script,
        { ...variables, BACKUP_VERIFY_KEY: '' },
        ...args,
      );
      assert.equal(code, 64, `${script}: ${stderr}`);
      assert.match(stderr, /^error: BACKUP_VERIFY_KEY is set, and empty/m);
    }
    assert.equal(await tablesIn(target), 0);
  });

  it('are not made, of PostgreSQL nor of Redis, where the key that signs is empty', async () => {
    for (const script of ['backup', 'redis-snapshot'] as const) {
      const settings = { ...postgres.variables('gatehouse'), BACKUP_SIGNING_KEY: '' };
      const { code, stderr } = await scripts.run(script, settings);
      assert.equal(code, 64, `${script}: ${stderr}`);
      assert.match(stderr, /^error: BACKUP_SIGNING_KEY is set, and empty/m);
    }
    await assert.rejects(scripts.dumps(), /ENOENT/);
  });

  it('are refused with another dump, and with a line that was changed or added', async () => {
    const { dump, manifest } = await backUp(signing);
    const said = await readFile(manifest, 'utf8');
    const [signature = ''] = /^signature .*\n/m.exec(said) ?? [];
    const target = { ...(await newDatabase()), ...verifying };
    const sum = `sha256 ${'0'.repeat(64)}`;
    const changes: readonly [string, RegExp][] = [
      [said.replace(/^sha256 .*$/m, sum), CHANGED],
      [said.replace(/^rows accounts .*$/m, 'rows accounts 4'), CHANGED],
      [`${sum}\n${said}`, CHANGED],
      [`${said}${sum}\n`, NOT_SIGNED],
      [`${said}${sum}\n${signature}`, CHANGED],
    ];
    for (const [text, why] of changes) {
      await writeFile(manifest, text);
      const { code, stderr } = await scripts.run('restore', target, dump);
      assert.equal(code, 1, stderr);
      assert.match(stderr, why);
    }
    await writeFile(manifest, said);
    await writeFile(dump, (await readFile(dump)).subarray(1));
    const { code, stderr } = await scripts.run('restore', target, dump);
    assert.equal(code, 1, stderr);
    assert.match(stderr, /is not what its manifest says/);
    assert.equal(await tablesIn(target), 0);
  });

  it('are restored as they were looked at, whatever becomes of the files meanwhile', async () => {
    const { dump, manifest } = await backUp(signing);
    const said = await readFile(manifest, 'utf8');
    // Whoever writes to the storage waits for the look at the dump, and then changes both.
    const meanwhile = await mkdtemp(join(home, 'meanwhile-'));
    const script = `#!/bin/sh\n/usr/bin/sha256sum "$@"\necho another >'${dump}'\necho another >'${manifest}'\n`;
    await writeFile(join(meanwhile, 'sha256sum'), script, { mode: 0o755 });
    const target = { ...(await newDatabase()), ...verifying };
    const path = { PATH: `${meanwhile}:${scripts.settings.PATH}` };
    const restored = await scripts.run('restore', { ...target, ...path }, dump);
    assert.equal(restored.code, 0, restored.stderr);
    assert.equal(await readFile(dump, 'utf8'), 'another\n');
    await writeFile(manifest, said);
    const { code, stderr } = await scripts.run('verify', target, 'rows', manifest);
    assert.equal(code, 0, stderr);
  });

  it('are not taken for a later one under its name', async () => {
    const older = await backUp(signing);
    const later = await backUp(signing);
    await writeFile(later.manifest, await readFile(older.manifest));
    await writeFile(later.dump, await readFile(older.dump));
    const target = { ...(await newDatabase()), ...verifying };
    const { code, stderr } = await scripts.run('restore', target, later.dump);
    assert.equal(code, 1, stderr);
    assert.match(stderr, /\.manifest is the manifest of gatehouse-\w+\.dump\.age$/m);
    assert.equal(await tablesIn(target), 0);
  });

  it('are not made, nor looked at, with a key that is no Ed25519 key', async () => {
    const other = await newKey('other.pem', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256');
    for (const key of ['/nowhere', other, verifying.BACKUP_VERIFY_KEY]) {
      const settings = { ...postgres.variables('gatehouse'), BACKUP_SIGNING_KEY: key };
      const { code, stderr } = await scripts.run('backup', settings);
      assert.equal(code, 64, stderr);
      assert.match(stderr, /BACKUP_SIGNING_KEY is no private Ed25519 key/);
    }
    const { manifest } = await backUp(signing);
    for (const key of ['/nowhere', other]) {
      const settings = { BACKUP_VERIFY_KEY: key };
      const { code, stderr } = await scripts.run('verify', settings, 'signature', manifest);
      assert.equal(code, 64, stderr);
      assert.match(stderr, /BACKUP_VERIFY_KEY is no public Ed25519 key/);
    }
  });
});
