import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { createTestCli, type TestCli } from '../testing/cli.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
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
