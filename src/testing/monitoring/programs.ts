import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '../free-port.ts';
import { pollUntil } from '../poll.ts';
import { unpackedProgram } from '../unpacked-debian.ts';

const START_DEADLINE_MS = 30_000;

/** A program that listens on loopback until it is stopped. */
export interface RunningProgram {
  readonly port: number;
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts a program and waits until it answers.
 *
 * @param options.args - told the port that it is to listen on
 * @param options.ready - path that answers 200 once it is ready
 */
export async function startProgram(options: {
  command: string;
  args: (port: number) => readonly string[];
  ready: string;
  env?: Readonly<Record<string, string>>;
  port?: number;
}): Promise<RunningProgram> {
  const port = options.port ?? (await freePort());
  const env = { PATH: process.env.PATH ?? '', ...options.env };
  const child = spawn(options.command, [...options.args(port)], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  child.stdout.on('data', (chunk) => (printed += chunk));
  child.stderr.on('data', (chunk) => (printed += chunk));
  const ended = once(child, 'close');
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  try {
    await pollUntil(
      async () => child.exitCode !== null || (await fetch(`${url}${options.ready}`)).ok,
      { deadlineMs: START_DEADLINE_MS },
    );
    if (child.exitCode !== null) throw new Error('it has ended');
  } catch (error) {
    await stop();
    throw new Error(`${options.command} does not answer: ${printed}`, { cause: error });
  }
  return { port, url, stop };
}

/** Starts an exporter of Debian's. */
export async function startExporter(
  name: 'redis' | 'postgres' | 'blackbox' | 'node',
  options: { args?: readonly string[]; env?: Readonly<Record<string, string>> },
): Promise<RunningProgram> {
  const program = `prometheus-${name}-exporter`;
  const { args = [], env = {} } = options;
  return startProgram({
    command: await unpackedProgram({ package: program, program }),
    args: (port) => [`--web.listen-address=127.0.0.1:${port}`, ...args],
    env,
    ready: '/',
  });
}
