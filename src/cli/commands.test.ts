import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { createTestCli, type TestCli } from '../testing/cli.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { insertSecondFactors } from '../testing/factor-rows.ts';
import { defaultTenant } from '../testing/fixtures.ts';
import { addCommands } from './commands.ts';

const DEMO = fileURLToPath(new URL('../../seeds/demo.yaml', import.meta.url));

describe('the command line', () => {
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

  describe('helps', () => {
    const program = new Command('gatehouse');
    addCommands('1.2.3')(program, () => async () => undefined);
    for (const { path, command } of leavesOf(program)) {
      it(`with an example: ${path.join(' ')} --help`, async () => {
        const { code, stdout, stderr } = await cli.run(...path, '--help');
        assert.equal(code, 0, stderr);
        assert.match(stdout, new RegExp(`^Usage: gatehouse ${path.join(' ')} `));
        assert.match(stdout, /\nExamples?:\n {2}gatehouse /);
        assert.match(stdout, /--json/);
        assert.ok(command.summary().length > 10 && command.description().endsWith('.'));
        assert.ok(
          stdout.split('\n').every((line) => line.length <= 110),
          stdout,
        );
      });
    }

    it('with a list of the commands, on stderr, when none is named', async () => {
      for (const args of [[], ['client'], ['seed']]) {
        const { code, stdout, stderr } = await cli.run(...args);
        assert.equal(code, 64);
        assert.equal(stdout, '');
        assert.match(stderr, /^Usage: gatehouse/);
      }
    });

    it('prints its version', async () => {
      assert.deepEqual(await cli.run('--version'), { code: 0, stdout: '1.2.3\n', stderr: '' });
    });
  });

  describe('refuses nonsense in one clear line', () => {
    const nonsense: readonly [string, 1 | 64, RegExp][] = [
      ['clinet', 64, /unknown command 'clinet' \(Did you mean client\?\)/],
      ['client lst', 64, /unknown command 'lst' \(Did you mean list\?\)/],
      ['--jsn', 64, /unknown option '--jsn' \(Did you mean --json\?\)/],
      ['migrate now', 64, /too many arguments/],
      ['migrate --force', 64, /unknown option '--force'/],
      ['seed plan', 64, /missing required argument 'file'/],
      ['seed apply', 64, /missing required argument 'file'/],
      ['seed plan /nowhere/seed.yaml', 1, /a problem in the seed files; nothing was changed/],
      ['tenant show', 64, /missing required argument 'slug'/],
      ['tenant show nowhere', 1, /tenant nowhere not found/],
      ['tenant list all', 64, /too many arguments/],
      ['client list --tenant nowhere', 1, /tenant nowhere not found/],
      ['client show', 64, /missing required argument 'client_id'/],
      ['client show nobody', 1, /client nobody of tenant default not found/],
      ['client show portal-web', 1, /client portal-web of tenant default not found/],
      ['client disable nobody', 1, /client nobody of tenant default not found/],
      ['client enable nobody', 1, /client nobody of tenant default not found/],
      ['client rotate-secret nobody --reveal', 1, /client nobody of tenant default not found/],
      ['client rotate-secret playground --reveal', 1, /client playground has no secret/],
      ['client rotate-secret notes-web --overlap soon', 64, /Expected a time such as 30s/],
      ['client rotate-secret notes-web --overlap 31d', 64, /at most 30d/],
      [
        'client rotate-secret notes-web --write-to /proc/nowhere/x',
        1,
        /cannot write \/proc\/nowhere\/x/,
      ],
      ['account list --limit many', 64, /Expected a whole number from 1 to 1000/],
      ['account show', 64, /missing required argument 'account'/],
      ['account show nobody', 1, /account nobody of tenant default not found/],
      ['account disable nobody', 1, /account nobody of tenant default not found/],
      ['account enable nobody', 1, /account nobody of tenant default not found/],
      ['account reset-password nobody --reveal', 1, /account nobody of tenant default not found/],
      ['account invite nobody', 64, /nobody is not an e-mail address/],
      ['account invite carol@acme.example', 64, /the link would be printed once/],
      ['account invite a@b.example --reveal --role x:y', 1, /role x:y of tenant default not found/],
      ['account uninvite carol@acme.example', 1, /invitation for carol@acme\.example of tenant/],
      ['account invitations --tenant nowhere', 1, /tenant nowhere not found/],
      ['upstream list --tenant nowhere', 1, /tenant nowhere not found/],
      ['upstream show', 64, /missing required argument 'key'/],
      ['upstream show nobody', 1, /upstream provider nobody of tenant default not found/],
      ['upstream check nobody', 1, /upstream provider nobody of tenant default not found/],
      ['upstream disable nobody', 1, /upstream provider nobody of tenant default not found/],
      ['upstream enable nobody', 1, /upstream provider nobody of tenant default not found/],
      ['account reset-factors nobody', 1, /account nobody of tenant default not found/],
      ['account export nobody', 1, /account nobody of tenant default not found/],
      ['keys list --tenant nowhere', 1, /tenant nowhere not found/],
      [
        'keys rotate --compromised no-such-kid',
        1,
        /signing key no-such-kid of tenant default not found/,
      ],
      ['keys rotate --force --compromised x', 64, /expected --force or --compromised, found both/],
      ['mail list --status lost', 64, /Expected one of queued, sent, bounced, failed/],
      ['mail list --tenant nowhere', 1, /tenant nowhere not found/],
      ['mail list --limit 0', 64, /Expected a whole number from 1 to 1000/],
      ['mail retry', 64, /expected the id of a message, or --all/],
      ['mail retry x --all', 64, /expected the id of a message, or --all/],
      ['mail retry nothing', 1, /message nothing of tenant default not found/],
      ['audit list --kind sign_in.faild', 64, /Did you mean sign_in\.failed\?/],
      ['audit list --kind nonsense', 64, /There is no such kind/],
      ['audit list --before nonsense', 1, /before is not the id of an audit event/],
      ['doctor all', 64, /too many arguments/],
    ];
    for (const [line, code, expected] of nonsense) {
      it(`${line} (exit code ${code})`, async () => {
        const args = line.split(' ');
        const result = await cli.run(...args);
        assert.equal(result.code, code, result.stderr);
        assert.equal(result.stdout, '');
        const lines = result.stderr.trimEnd().split('\n');
        assert.match(lines.at(-1) ?? '', expected);
        assert.match(lines.at(-1) ?? '', /^error: /);

        const asJson = await cli.run(...args, '--json');
        assert.equal(asJson.code, code);
        assert.equal(asJson.stdout, '');
        const { error } = JSON.parse(asJson.stderr);
        assert.match(error.message, expected);
        assert.match(error.code, /^[a-z_]+$/);
      });
    }

    it('and shows what a terminal would obey', async () => {
      const { stderr } = await cli.run('account', 'show', '\u001b[31m\u202egnihtemos');
      assert.match(stderr, /account \\u001b\[31m\\u202egnihtemos of tenant default not found/);
    });
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

/** Every command that does something, with the words that lead to it. */
function leavesOf(
  command: Command,
  path: readonly string[] = [],
): { path: string[]; command: Command }[] {
  return command.commands.flatMap((child) => {
    const childPath = [...path, child.name()];
    return child.commands.length > 0
      ? leavesOf(child, childPath)
      : [{ path: childPath, command: child }];
  });
}
