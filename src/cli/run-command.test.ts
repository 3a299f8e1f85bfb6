import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigurationError } from '../config/configuration-error.ts';
import { StorageUnavailableError } from '../errors.ts';
import { SeedInvalidError } from '../seeds/seed-problem.ts';
import type { CliHost, OpenCliContext, OpenOptions } from './cli-context.ts';
import { type ActionMaker, type CommandRun, runCommandLine } from './run-command.ts';

describe('the error boundary of the command line', () => {
  it('prints an expected error in one line, and never a stack', async () => {
    const { code, stderr } = await fail(new StorageUnavailableError('postgres', new Error('gone')));
    assert.equal(code, 1);
    assert.equal(stderr, 'error: postgres did not answer: gone\n');
  });

  it('prints an unexpected error in one line, with its stack when asked', async () => {
    const unexpected = new TypeError('first\nsecond');
    assert.equal((await fail(unexpected)).stderr, 'error: first second\n');
    assert.match((await fail(unexpected, '--debug')).stderr, /\n {4}at /);
    assert.equal(JSON.parse((await fail(unexpected, '--json')).stderr).error.code, 'unexpected');
  });

  it('says every problem of the configuration, and exits with 78', async () => {
    const problems = [
      { name: 'PORT', expected: 'a port', found: '"x"' },
      { name: 'HOST', expected: 'a host', found: 'nothing' },
    ];
    const { code, stderr } = await fail(new ConfigurationError(problems));
    assert.equal(code, 78);
    assert.equal(
      stderr,
      'PORT: expected a port; found "x"\nHOST: expected a host; found nothing\nerror: 2 problems in the configuration; nothing was started\n',
    );
    const json = await fail(new ConfigurationError(problems), '--json');
    assert.deepEqual(JSON.parse(json.stderr).error.problems, problems);
  });

  it('says every problem of seed files, with its place', async () => {
    const place = { file: 'a.yaml', line: 3, column: 5, path: 'tenants[0]' };
    const error = new SeedInvalidError([{ place, message: 'expected a, found b' }]);
    const { code, stderr } = await fail(error);
    assert.equal(code, 1);
    assert.equal(
      stderr,
      'a.yaml:3:5 tenants[0]: expected a, found b\nerror: a problem in the seed files; nothing was changed\n',
    );
    assert.deepEqual(JSON.parse((await fail(error, '--json')).stderr).error.problems, [
      { ...place, message: 'expected a, found b' },
    ]);
  });

  it('closes what was opened, however the command ends', async () => {
    const closed: string[] = [];
    for (const fails of [false, true]) {
      await run(
        async ({ open }) => {
          await open();
          if (fails) throw new Error('no');
          return undefined;
        },
        [],
        async () => {
          closed.push('closed');
        },
      );
    }
    assert.deepEqual(closed, ['closed', 'closed']);
  });

  it('refuses a database whose schema is not known, but for migrate', async () => {
    const assertKnown = async () => {
      throw new Error('unknown schema');
    };
    const { stderr } = await run(
      async ({ open }) => void (await open()),
      [],
      undefined,
      assertKnown,
    );
    assert.match(stderr, /unknown schema/);
    const any = await run(
      async ({ openAnySchema }) => void (await openAnySchema()),
      [],
      undefined,
      assertKnown,
    );
    assert.equal(any.code, 0);
  });

  it('opens the database alone for migrate, and everything for the others', async () => {
    const any = await run(async ({ openAnySchema }) => void (await openAnySchema()));
    assert.deepEqual(any.opened, [{ databaseOnly: true }]);
    assert.deepEqual((await run(async ({ open }) => void (await open()))).opened, [undefined]);
  });
});

function fail(error: Error, ...flags: string[]) {
  return run(async () => {
    throw error;
  }, flags);
}

/** Runs one command, `do`, that does `action`. */
async function run(
  action: (run: CommandRun) => Promise<undefined>,
  flags: readonly string[] = [],
  close: () => Promise<void> = async () => undefined,
  assertKnown: () => Promise<string[]> = async () => [],
) {
  let stderr = '';
  const opened: (OpenOptions | undefined)[] = [];
  const context = { close, schema: { assertKnown } } as OpenCliContext;
  const host = {
    version: '0',
    openContext: async (options?: OpenOptions) => {
      opened.push(options);
      return context;
    },
    stdout: () => undefined,
    stderr: (text: string) => {
      stderr += text;
    },
    isTerminal: false,
    columns: undefined,
  } as unknown as CliHost;
  const code = await runCommandLine(
    host,
    (program, act: ActionMaker) => {
      program.option('--json').option('--debug');
      program.command('do').action(act(action));
    },
    ['do', ...flags],
  );
  return { code, stderr, opened };
}
