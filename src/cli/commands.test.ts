import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createTestCli, type TestCli } from '../testing/cli.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { insertSecondFactors } from '../testing/factor-rows.ts';
import { defaultTenant } from '../testing/fixtures.ts';

const DEMO = fileURLToPath(new URL('../../seeds/demo.yaml', import.meta.url));

describe('a command', () => {
  let database: TestDatabase;
  let cli: TestCli;
  let directory: string;
  before(async () => {
    database = await createTestDatabase();
    directory = await mkdtemp(join(tmpdir(), 'gatehouse-cli-'));
    cli = createTestCli({ databaseUrl: database.url });
    const { code, stderr } = await cli.run('seed', 'apply', DEMO);
    assert.equal(code, 0, stderr);
  });
  after(async () => {
    await database.drop();
    await rm(directory, { recursive: true });
  });

  describe('lists and shows', () => {
    it('tenants with their issuers', async () => {
      const tenants = await cli.json('tenant', 'list');
      assert.deepEqual(
        tenants.map(({ slug, issuer }: { slug: string; issuer: string }) => [slug, issuer]),
        [
          ['acme', 'http://localhost:3000/t/acme'],
          ['default', 'http://localhost:3000'],
        ],
      );
      const page = await cli.run('tenant', 'list', '--limit', '1');
      assert.match(page.stdout, /^acme .*\n\nThere may be more: --after acme\n$/m);
      const next = await cli.json('tenant', 'list', '--after', 'acme');
      assert.deepEqual(
        next.map(({ slug }: { slug: string }) => slug),
        ['default'],
      );
      const { stdout } = await cli.run('tenant', 'show', 'acme');
      assert.match(stdout, /accessTokenSeconds +300\n/);
      assert.equal(
        (await cli.json('tenant', 'show', 'acme')).settings.lifetimes.accessTokenSeconds,
        300,
      );
    });

    it('clients without their digests', async () => {
      const stored = await database.db('clients').whereNotNull('secret_digest').select();
      const list = await cli.run('client', 'list');
      assert.match(
        list.stdout,
        /^reports-job +notes +client_secret_basic +client_credentials +enabled$/m,
      );
      const shown = await cli.run('client', 'show', 'reports-job');
      assert.match(shown.stdout, /^roles at https:\/\/api\.notes\.example +reader$/m);
      const document = await cli.json('client', 'show', 'reports-job');
      assert.match(document.secrets[0].fingerprint, /^sha256:[0-9a-f]{12}$/);
      const everything = [list.stdout, shown.stdout, JSON.stringify(document)].join();
      for (const { secret_digest: digest } of stored) assert.ok(!everything.includes(digest));
    });

    it('accounts by user name, e-mail address or id, with the roles of their groups', async () => {
      const [alice] = await cli.json('account', 'list', '--limit', '1');
      assert.equal(alice.username, 'alice');
      for (const name of ['ALICE', 'alice@example.com', alice.id]) {
        const shown = await cli.json('account', 'show', name);
        assert.deepEqual(shown.roles, [
          'notes:editor',
          'payroll:clerk',
          'playground:curator',
          'playground:visitor',
        ]);
      }
      const { stdout } = await cli.run('account', 'list', '--limit', '1');
      assert.match(stdout, /There may be more: --after alice\n$/);
      assert.equal((await cli.json('account', 'list', '--after', 'alice'))[0].username, 'bob');
    });

    it('everything that is stored of an account, which leaves an event', async () => {
      const { stdout } = await cli.run('account', 'export', 'alice');
      const [alice] = await cli.json('account', 'list', '--limit', '1');
      const document = JSON.parse(stdout);
      assert.equal(document.format, 'gatehouse-account/1');
      assert.equal(document.account.id, alice.id);
      assert.deepEqual(document.roles, (await cli.json('account', 'show', 'alice')).roles);
      assert.deepEqual(
        Object.keys(await cli.json('account', 'export', alice.id)),
        Object.keys(document),
      );
      const [event] = await cli.json('audit', 'list', '--kind', 'account.data_exported');
      assert.deepEqual(event.actor, { type: 'operator', id: 'tester' });
      assert.deepEqual(event.subject, { type: 'account', id: alice.id });
    });

    it('audit events, newest first', async () => {
      const events = await cli.json('audit', 'list', '--tenant', 'acme', '--kind', 'seed.applied');
      assert.deepEqual(
        events.map(({ kind, tenant, actor }: Record<string, unknown>) => [kind, tenant, actor]),
        [['seed.applied', 'acme', { type: 'operator', id: 'tester' }]],
      );
      const { stdout } = await cli.run('audit', 'list', '--limit', '1');
      assert.match(stdout, /There may be more: --before [0-9a-f-]{36}\n$/);
    });
  });

  describe('changes', () => {
    it('a client, and says so to the other replicas and the audit log', async () => {
      const version = async () => (await cli.json('tenant', 'show', 'default')).version;
      const before = await version();
      await cli.run('client', 'disable', 'notes-spa');
      assert.equal((await cli.json('client', 'show', 'notes-spa')).disabled, true);
      assert.ok((await version()) > before);
      await cli.run('client', 'enable', 'notes-spa');
      assert.equal((await cli.json('client', 'show', 'notes-spa')).disabled, false);
      const events = await cli.json('audit', 'list', '--subject', 'notes-spa');
      assert.deepEqual(
        events.map(({ kind }: { kind: string }) => kind),
        ['client.enabled', 'client.disabled'],
      );
    });

    it('an account', async () => {
      await cli.run('account', 'disable', 'bob');
      assert.equal((await cli.json('account', 'show', 'bob')).disabled, true);
      const { stderr } = await cli.run('account', 'reset-password', 'bob', '--reveal');
      assert.match(stderr, /the account is disabled/);
      await cli.run('account', 'enable', 'bob');
      assert.equal((await cli.json('account', 'show', 'bob')).disabled, false);
    });

    it('the second factors of an account that lost them, and shows which there are', async () => {
      const { id, factors } = await cli.json('account', 'show', 'bob');
      assert.deepEqual(factors, { totp: null, passkeys: 0, recoveryCodesLeft: 0 });
      const none = await cli.run('account', 'reset-factors', 'bob');
      assert.match(none.stdout, /bob of tenant default: nothing, it had no second factor\./);

      const tenantId = await defaultTenant(database.db);
      await insertSecondFactors(database.db, tenantId, id);
      const shown = await cli.json('account', 'show', 'bob');
      assert.equal(shown.factors.totp.lastUsedAt, null);
      assert.equal(shown.factors.recoveryCodesLeft, 1);
      const { stdout } = await cli.run('account', 'show', 'bob');
      assert.match(stdout, /^authenticator app +since \d{4}-/m);
      assert.match(stdout, /^recovery codes left +1$/m);

      const reset = await cli.run('account', 'reset-factors', 'bob');
      assert.match(
        reset.stdout,
        /bob of tenant default: the authenticator app, 1 recovery code, 1 remembered browser\./,
      );
      assert.deepEqual((await cli.json('account', 'show', 'bob')).factors, factors);
      const [event] = await cli.json('audit', 'list', '--kind', 'second_factor.reset');
      assert.deepEqual(event.subject, { type: 'account', id });
      assert.equal(event.detail.totp, true);
    });

    it('cookie keys, one at a time', async () => {
      assert.match((await cli.run('keys', 'rotate-cookies')).stdout, /signs an hour from now/);
      const { code, stderr } = await cli.run('keys', 'rotate-cookies');
      assert.equal(code, 1);
      assert.match(stderr, /a new cookie key is on its way already/);
    });

    it('signing keys', async () => {
      assert.match((await cli.run('keys', 'list')).stdout, /Tenant default has no keys yet/);
      const { published } = await cli.json('keys', 'rotate');
      assert.equal(published.length, 2);
      assert.match(
        (await cli.run('keys', 'rotate')).stdout,
        /Nothing to do: a rotation of tenant default is on its way/,
      );
      const forced = await cli.json('keys', 'rotate', '--force');
      assert.deepEqual([...forced.activated].sort(), [...published].sort());
      const { dropped } = await cli.json('keys', 'rotate', '--compromised', published[0]);
      assert.deepEqual(dropped, [published[0]]);
      const keys = await cli.json('keys', 'list');
      assert.ok(keys.every(({ kid }: { kid: string }) => kid !== published[0]));
    });
  });

  describe('shows a secret once, and to a person alone', () => {
    it('a new client secret; the one before works until the overlap ends', async () => {
      const digests = () => database.db('clients').where({ client_id: 'notes-web' }).first();
      const before = await digests();
      const refused = await cli.run('client', 'rotate-secret', 'notes-web');
      assert.equal(refused.code, 64);
      assert.match(refused.stderr, /not a terminal: add --reveal/);
      assert.deepEqual(await digests(), before);

      const { stdout } = await cli.runAtTerminal('client', 'rotate-secret', 'notes-web');
      assert.match(stdout, /\n {2}[A-Za-z0-9_-]{43}\n/);
      const rotated = await digests();
      assert.notEqual(rotated.secret_digest, before.secret_digest);
      assert.equal(rotated.previous_secret_digest, before.secret_digest);
      const hours = (rotated.previous_secret_expires_at.getTime() - Date.now()) / 3_600_000;
      assert.ok(hours > 23.9 && hours <= 24, String(hours));

      const { client_secret: secret } = await cli.json(
        'client',
        'rotate-secret',
        'notes-web',
        '--reveal',
      );
      assert.match(secret, /^[A-Za-z0-9_-]{43}$/);
    });

    it('a client secret into a file, with which a seed file then agrees', async () => {
      const path = join(directory, 'reports-job.secret');
      const { stdout } = await cli.run(
        'client',
        'rotate-secret',
        'reports-job',
        '--write-to',
        path,
      );
      const secret = await readFile(path, 'utf8');
      assert.ok(!stdout.includes(secret));
      assert.equal((await stat(path)).mode & 0o777, 0o600);
      await cli.run('client', 'rotate-secret', 'reports-job', '--write-to', path);
      assert.notEqual(await readFile(path, 'utf8'), secret);
    });

    it('an invitation, where no mail can be sent', async () => {
      const invited = await cli.json(
        ...['account', 'invite', 'dora@acme.example', '-t', 'acme', '--reveal'],
      );
      assert.equal(invited.mailed, false);
      assert.match(invited.link, /\/t\/acme\/account\/invitation\?token=[\w-]{43}$/);
      const [listed] = await cli.json('account', 'invitations', '-t', 'acme');
      assert.equal(listed.email, 'dora@acme.example');
      assert.equal('link' in listed, false);
      const { stdout } = await cli.run('account', 'uninvite', 'DORA@acme.example', '-t', 'acme');
      assert.match(stdout, /works no more/);
      const named = ['account.invited', 'account.uninvited'].map(async (kind) => {
        const [event] = await cli.json('audit', 'list', '--kind', kind, '-t', 'acme');
        return event.subject;
      });
      const [from, to] = await Promise.all(named);
      assert.equal(from.type, 'invitation');
      assert.deepEqual(to, from);
      assert.deepEqual(await cli.json('account', 'invitations', '-t', 'acme'), []);
      const twice = await cli.run('account', 'uninvite', 'dora@acme.example', '-t', 'acme');
      assert.equal(twice.code, 1);
    });

    it('a link that sets a new password', async () => {
      const refused = await cli.run('account', 'reset-password', 'alice', '-t', 'acme');
      assert.equal(refused.code, 64);
      const { stdout } = await cli.runAtTerminal(
        'account',
        'reset-password',
        'alice',
        '-t',
        'acme',
      );
      const link = stdout.match(/http\S+/)?.[0] ?? '';
      assert.match(
        link,
        /^http:\/\/localhost:3000\/t\/acme\/account\/reset-password\?token=[\w-]{43}$/,
      );
      const rows = await database.db('one_time_links').select();
      assert.equal(rows.length, 1);
      assert.ok(!JSON.stringify(rows).includes(new URL(link).searchParams.get('token') ?? '-'));
    });
  });
});
