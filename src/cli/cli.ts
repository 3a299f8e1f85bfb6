#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { openCliContext } from '../compose-cli.ts';
import { doctorProbes } from '../compose-doctor.ts';
import { environmentVariable } from '../config/environment-variable.ts';
import { createLogger } from '../telemetry/create-logger.ts';
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

// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', () => process.exit());
process.exitCode = await runCommandLine(host, addCommands(host.version), process.argv.slice(2));

/** The version in package.json, which stands above `src/` as well as above `dist/`. */
function readVersion(): string {
  for (let directory = import.meta.dirname; directory !== dirname(directory); ) {
    directory = dirname(directory);
    try {
      const text = readFileSync(join(directory, 'package.json'), 'utf8');
      return String(JSON.parse(text).version);
    } catch {
      // Not there yet: one further up.
    }
  }
  return 'unknown';
}

/** A container may run under a user id that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
