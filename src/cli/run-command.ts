import { Command, CommanderError, type OptionValues } from 'commander';
import { ConfigurationError } from '../config/configuration-error.ts';
import { GatehouseError } from '../errors.ts';
import type { CliContext, CliHost, OpenOptions } from './cli-context.ts';
import { describeError, type ErrorStyle } from './describe-error.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { UsageError } from './usage-error.ts';

/** Columns of help that people read with ease. */
const MAX_HELP_WIDTH = 100;

/** What an action works with. */
export interface CommandRun {
  readonly host: CliHost;
  /** Prints the one result of the command: the document with `--json`, else the text. */
  readonly print: (document: unknown, text: string) => void;
  /** Opens the stores, and refuses a database whose schema is not this release's. */
  readonly open: () => Promise<CliContext>;
  /** The same, and refuses one that a newer release has migrated: for what has to know all of it. */
  readonly openOwnSchema: () => Promise<CliContext>;
  /** Opens the database whatever its schema is, without Redis: for `migrate` alone. */
  readonly openAnySchema: () => Promise<CliContext>;
}

/** One command: `args` are its operands, `options` as declared, the defaults filled in. */
export type Action<Options extends OptionValues> = (
  run: CommandRun,
  args: readonly string[],
  options: Options,
) => Promise<ExitCode | undefined>;

/** Makes commander's action of one of ours. */
export type ActionMaker = <Options extends OptionValues>(
  action: Action<Options>,
) => (...parameters: unknown[]) => Promise<void>;

/**
 * The one error boundary of the CLI: runs a command line, prints what went wrong in one form, and
 * says how it ended. Whatever was opened is closed before it returns; it never throws.
 *
 * @param build - adds the commands to the program
 * @param args - the command line without the program's name
 */
export async function runCommandLine(
  host: CliHost,
  build: (program: Command, act: ActionMaker) => void,
  args: readonly string[],
): Promise<ExitCode> {
  // Read before parsing, so that a mistake in the command line itself is JSON too.
  const style = { json: args.includes('--json'), debug: args.includes('--debug') };
  const closers: (() => Promise<void>)[] = [];
  let exitCode: ExitCode = EXIT.ok;
  const helpWidth = Math.min(host.columns ?? MAX_HELP_WIDTH, MAX_HELP_WIDTH);
  let help = '';

  const openContext = async (options?: OpenOptions) => {
    const context = await host.openContext(options);
    closers.push(context.close);
    return context;
  };
  const open = async () => {
    const context = await openContext();
    await context.schema.assertKnown();
    return context;
  };
  const run: CommandRun = {
    host,
    print: (document, text) => {
      const output = style.json ? JSON.stringify(document, null, 2) : text;
      host.stdout(output.endsWith('\n') ? output : `${output}\n`);
    },
    openAnySchema: () => openContext({ databaseOnly: true }),
    open,
    openOwnSchema: async () => {
      const context = await open();
      const { newer } = await context.schema.state();
      if (newer.length === 0) return context;
      throw new GatehouseError(
        'schema_newer',
        `A newer release has migrated the database (${newer.join(', ')}), and this one does not ` +
          'know all of it: use the gatehouse of that release.',
      );
    },
  };
  const act: ActionMaker =
    (action) =>
    async (...parameters) => {
      const command = parameters.at(-1);
      if (!(command instanceof Command)) throw new TypeError('commander passed no command');
      exitCode = (await action(run, command.args, command.optsWithGlobals())) ?? EXIT.ok;
    };

  try {
    const program = new Command('gatehouse')
      .exitOverride()
      .configureOutput({
        writeOut: host.stdout,
        writeErr: (text) => {
          help += text;
        },
        getOutHelpWidth: () => helpWidth,
        getErrHelpWidth: () => helpWidth,
      })
      .configureHelp({ showGlobalOptions: true });
    build(program, act);
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    exitCode = exitCodeOf(error);
    host.stderr(isMissingCommand(error) && !style.json ? help : explain(error, style));
  } finally {
    for (const close of closers) await close().catch(() => undefined);
  }
  return exitCode;
}

function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommanderError || error instanceof UsageError) return EXIT.usage;
  return error instanceof ConfigurationError ? EXIT.configuration : EXIT.error;
}

/** `gatehouse client` without a command after it: the answer is the help. */
function isMissingCommand(error: unknown): boolean {
  return error instanceof CommanderError && error.code === 'commander.help';
}

function explain(error: unknown, style: ErrorStyle): string {
  if (!(error instanceof CommanderError)) return describeError(error, style);
  const message = isMissingCommand(error)
    ? 'expected a command; --help lists them'
    : error.message.replace(/^error: /, '');
  return describeError(new UsageError(message), style);
}
