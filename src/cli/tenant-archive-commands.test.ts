import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createPasswordHasher, pepperId } from '../accounts/password-hasher.ts';
import { createSealer, sealingKey } from '../crypto/sealing.ts';
import { loadTenantOrigins } from '../keys/tenant-origins.ts';
import { createPostgresTenantOriginStore } from '../storage/postgres/tenant-origin-store.ts';
import { createTestCli, type TestCli } from '../testing/cli.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { ACME_ALICE } from '../testing/demo-clients.ts';
import { DEMO_SEED } from '../testing/gatehouse.ts';
import { silentLogger } from '../testing/silent-logger.ts';

/** A deployment of its own: another database, another sealing key, other peppers. */
interface Place {
  readonly database: TestDatabase;
  readonly cli: TestCli;
}

describe('gatehouse tenant export and import', () => {
  let directory: string;
  let passphrase: string;
  let first: Place;
  let second: Place;
  let third: Place;
  let files = 0;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'gatehouse-archives-'));
    passphrase = join(directory, 'passphrase');
    await writeFile(passphrase, 'a passphrase of this test alone\nand a remark\n');
    const settle = async (): Promise<Place> => {
      const database = await createTestDatabase();
      return { database, cli: createTestCli({ databaseUrl: database.url }) };
    };
    [first, second, third] = await Promise.all([settle(), settle(), settle()]);
    const { code, stderr } = await first.cli.run('seed', 'apply', DEMO_SEED);
    assert.equal(code, 0, stderr);
  });
  after(async () => {
    for (const place of [first, second, third]) await place.database.drop();
    await rm(directory, { recursive: true });
  });

  const secretly = () => ['--passphrase-file', passphrase];
  const exported = async (from: Place, slug: string, ...more: string[]) => {
    files += 1;
    const path = join(directory, `${slug}-${files}`);
    await from.cli.json('tenant', 'export', slug, '-o', path, ...secretly(), ...more);
    return path;
  };
  const imported = (to: Place, path: string, ...more: string[]) =>
    to.cli.json('tenant', 'import', path, ...secretly(), ...more);

  it('copy a tenant within a deployment, under another slug, and say what that changes', async () => {
    const path = await exported(first, 'acme');
    const options = ['--as', 'acme-copy', '--disabled'];
    const { code, stdout, stderr } = await first.cli.run(
      'tenant',
      'import',
      path,
      ...secretly(),
      ...options,
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^Tenant acme-copy is here, and still disabled\.$/m);
    assert.match(stdout, /^Its issuer was \S+\/t\/acme and is \S+\/t\/acme-copy here:/m);
    assert.equal((await first.cli.json('tenant', 'show', 'acme-copy')).disabled, true);
    await first.cli.json('tenant', 'enable', 'acme-copy');
    assert.equal((await first.cli.json('tenant', 'show', 'acme-copy')).disabled, false);
    const [event] = await first.cli.json('audit', 'list', '--kind', 'tenant.exported');
    assert.equal(event.subject.id, 'acme');
    assert.equal(event.detail.accounts, 1);
  });

  it('are left to the release that knows all of the schema', async () => {
    const { db } = first.database;
    const path = await exported(first, 'acme');
    await db('knex_migrations').insert({ name: '9999_later', batch: 9 });
    await db('migration_needs').insert({ migration: '9999_later', needs: null });
    try {
      const missing = join(directory, 'not-written');
      for (const command of [
        ['export', 'acme', '-o', missing],
        ['import', path, '--as', 'acme-later'],
      ]) {
        const { code, stderr } = await first.cli.run('tenant', ...command, ...secretly());
        assert.equal(code, 1);
        assert.match(
          stderr,
          /9999_later\), and this one does not know all of it: use the gatehouse/,
        );
      }
      assert.ok(!(await readdir(directory)).includes('not-written'));
    } finally {
      await db('knex_migrations').where({ name: '9999_later' }).delete();
      await db('migration_needs').where({ migration: '9999_later' }).delete();
    }
  });

  it('bring the tenant at PUBLIC_URL to a deployment where nobody has used its own', async () => {
    const path = await exported(first, 'default');
    const { tenant, counts } = await imported(second, path);
    assert.equal(tenant, 'default');
    assert.equal(counts.accounts, 2);
    const clients = await second.cli.json('client', 'list');
    assert.ok(clients.length > 4);
    const again = await second.cli.run('tenant', 'import', path, ...secretly(), '--dry-run');
    assert.equal(again.code, 1);
    assert.match(again.stdout, /there is a tenant default already/);
  });

  it('go on from there: hashes of the first deployment are compared in the third', async () => {
    await imported(second, await exported(first, 'acme'));
    await imported(third, await exported(second, 'acme'));
    const { db } = third.database;
    const secret = Buffer.from(third.cli.environment.KEY_ENCRYPTION_KEYS ?? '', 'base64');
    const sealer = createSealer([sealingKey(secret)]);
    const store = createPostgresTenantOriginStore(db);
    const logger = silentLogger;
    const origins = [
      ...(await loadTenantOrigins({ origins: store, sealer, logger })).values(),
    ].flat();
    assert.equal(origins.length, 2);
    const hasher = createPasswordHasher({
      pepper: 'the pepper of the third deployment',
      otherPepper: (id) =>
        origins.find(({ passwordPepper }) => pepperId(passwordPepper) === id)?.passwordPepper,
      concurrency: 1,
      queueLimit: 8,
    });
    const { hash } = await db('passwords').first('hash');
    assert.equal(await hasher.verify(hash, ACME_ALICE.password), 'match_needs_upgrade');
    assert.equal(await hasher.verify(hash, 'another password'), 'mismatch');
    assert.equal(hasher.problem(hash), undefined);
  });

  it('leave to the next apply whose the tenant is, the secrets of clients, and nothing else', async () => {
    const plan = await second.cli.json('seed', 'plan', DEMO_SEED);
    const changed = plan.changes.flatMap(({ fields }: { fields: { field: string }[] }) =>
      fields.map(({ field }) => field),
    );
    assert.deepEqual([...new Set(changed)], ['managedBy', 'client_secret']);
  });

  it('bring audit events only where that is asked for', async () => {
    const without = await first.cli.json(
      'tenant',
      'import',
      await exported(first, 'acme'),
      ...secretly(),
      '--as',
      'quiet',
      '--dry-run',
    );
    assert.equal(without.header.counts.audit_events, undefined);
    const path = await exported(first, 'acme', '--audit');
    const { counts } = await imported(third, path, '--as', 'told');
    assert.ok(counts.audit_events > 0);
    const events = await third.cli.json('audit', 'list', '--tenant', 'told');
    const kinds = events.map(({ kind }: { kind: string }) => kind);
    assert.ok(kinds.includes('tenant.imported') && kinds.includes('tenant.exported'), `${kinds}`);
  });

  it('write a file beside what a run that was killed has left, and leave nothing themselves', async () => {
    const path = join(directory, 'again');
    await writeFile(`${path}.part`, 'a part');
    await first.cli.json('tenant', 'export', 'acme', '-o', path, ...secretly());
    const names = (await readdir(directory)).filter((name) => name.startsWith('again'));
    assert.deepEqual(names.toSorted(), ['again', 'again.part']);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
  });

  it('say in one line what is wrong, and write nothing', async () => {
    const short = join(directory, 'short');
    await writeFile(short, 'too short\n');
    const path = await exported(first, 'acme');
    const into = join(directory, 'never');
    const elsewhere = join(directory, 'nowhere', 'file');
    const wrong: readonly [string[], 1 | 64, RegExp][] = [
      [['export', 'acme'], 64, /required option '-o, --output <file>' not specified/],
      [['export', 'acme', '-o', into], 64, /required option '--passphrase-file <file>'/],
      [['export', 'acme', '-o', into, '--passphrase-file', short], 64, /has 9 characters: a/],
      [['export', 'acme', '-o', into, '--passphrase-file', into], 64, /cannot read the passphrase/],
      [['export', 'nowhere', '-o', into, ...secretly()], 1, /tenant nowhere not found/],
      [['export', 'acme', '-o', elsewhere, ...secretly()], 1, /cannot write .*nowhere/],
      [['export', 'acme', '-o', path, ...secretly()], 1, /is there already; nothing was written/],
      [['import', into, ...secretly()], 1, /cannot read .*never/],
      [['import', path, ...secretly(), '--as', 'No Slug'], 64, /No Slug is no slug/],
      [['import', path, ...secretly(), '--dry-run', '--resume'], 64, /exclude each other/],
      [['import', path, ...secretly(), '--resume'], 64, /no import of this file to go on with/],
      [['import', path, ...secretly(), '--discard'], 64, /no import of this file was interrupted/],
      [['import', path, ...secretly()], 1, /there is a tenant acme already.*--as/],
      [['disable', 'nowhere'], 1, /tenant nowhere not found/],
    ];
    const before = await first.database.db('tenants').count();
    for (const [args, code, message] of wrong) {
      const result = await first.cli.run('tenant', ...args);
      assert.equal(result.code, code, `${args}: ${result.stderr}`);
      assert.match(result.stderr, message);
      assert.match(result.stderr, /^(error: .*\n)+$/, result.stderr);
    }
    assert.deepEqual(await first.database.db('tenants').count(), before);
    assert.ok(!(await readdir(directory)).some((name) => name.startsWith('never')));
  });
});
