#!/usr/bin/env node
import { userInfo } from 'node:os';
import { openCliContext } from '../compose-cli.ts';
import { doctorProbes } from '../compose-doctor.ts';
import { environmentVariable } from '../config/environment-variable.ts';
import { endOnSignal } from '../end-on-signal.ts';
import { createLogger } from '../telemetry/create-logger.ts';
import { readVersion } from '../version.ts';
import type { CliHost } from './cli-context.ts';
import { addCommands } from './commands.ts';
import { runCommandLine } from './run-command.ts';

/**
 * The command line: `gatehouse …`. Commands parse, call functions of the rooms, and print; what
 * they work with is opened for the time of the command. This file is the program and nothing else;
 * `commands.ts` lists the commands, `run-command.ts` is their one error boundary.
 */
const logger = createLogger({ level: 'warn', destination: process.stderr });

const host: CliHost = {
  version: readVersion(),
  openContext: (options) => openCliContext(logger, options),
  doctor: doctorProbes(logger),
  readEnv: environmentVariable,
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
  isTerminal: process.stdout.isTTY === true,
  columns: process.stdout.columns,
  operator: { type: 'operator', id: userName() },
};

// What has begun in the database is undone by it.
endOnSignal();
// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', () => process.exit());
process.exitCode = await runCommandLine(host, addCommands(host.version), process.argv.slice(2));

/** A container may run under a user id that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
