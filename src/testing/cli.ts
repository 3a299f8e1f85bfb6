import { randomBytes } from 'node:crypto';
import type { CliHost } from '../cli/cli-context.ts';
import { addCommands } from '../cli/commands.ts';
import type { DoctorProbes } from '../cli/doctor-probes.ts';
import type { ExitCode } from '../cli/exit-codes.ts';
import { runCommandLine } from '../cli/run-command.ts';
import { openCliContext } from '../compose-cli.ts';
import { silentLogger } from './silent-logger.ts';

/** What one command line did. */
interface CliResult {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

export interface TestCli {
  /** The environment that a process of its own needs for the same deployment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Runs a command line in this process, over the real stores. */
  run(...args: string[]): Promise<CliResult>;
  /** The same, as a person at a terminal. */
  runAtTerminal(...args: string[]): Promise<CliResult>;
  /** Runs with `--json`, expects success, and reads what was printed. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into documents of many shapes
  json(...args: string[]): Promise<any>;
}

/** A command line over a test's database. */
export function createTestCli(options: {
  databaseUrl: string;
  redisUrl?: string;
  /** More environment variables: of a deployment that runs, to be its operator. */
  environment?: Readonly<Record<string, string>>;
  readEnv?: (name: string) => string | undefined;
  doctor?: DoctorProbes;
}): TestCli {
  const environment: Record<string, string> = {
    DATABASE_URL: options.databaseUrl,
    KEY_ENCRYPTION_KEYS: randomBytes(32).toString('base64'),
    ...(options.redisUrl === undefined ? {} : { REDIS_URL: options.redisUrl }),
    ...options.environment,
  };
  const runAs = async (isTerminal: boolean, args: readonly string[]): Promise<CliResult> => {
    let stdout = '';
    let stderr = '';
    const host: CliHost = {
      version: '1.2.3',
      openContext: (options) =>
        openCliContext(silentLogger, options, { values: environment, problems: [] }),
      doctor: options.doctor ?? nothingToExamine(),
      readEnv: options.readEnv ?? (() => undefined),
      stdout: (text) => {
        stdout += text;
      },
      stderr: (text) => {
        stderr += text;
      },
      isTerminal,
      columns: isTerminal ? 80 : undefined,
      operator: { type: 'operator', id: 'tester' },
    };
    const code = await runCommandLine(host, addCommands(host.version), args);
    return { code, stdout, stderr };
  };

  return {
    environment,
    run: (...args) => runAs(false, args),
    runAtTerminal: (...args) => runAs(true, args),
    async json(...args) {
      const { code, stdout, stderr } = await runAs(false, [...args, '--json']);
      if (code !== 0 && code !== 2) throw new Error(`exit code ${code}: ${stderr}`);
      return JSON.parse(stdout);
    },
  };
}

function nothingToExamine(): DoctorProbes {
  const refuse = async () => {
    throw new Error('this test has nothing to examine');
  };
  return {
    nodeVersion: process.versions.node,
    now: () => new Date(),
    config: () => {
      throw new Error('this test has nothing to examine');
    },
    openDatabase: refuse,
    openRedis: refuse,
    lookAtMail: refuse,
  };
}
