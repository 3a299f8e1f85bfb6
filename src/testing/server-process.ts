import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.ts';
import { pollUntil } from './poll.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

/** `main.ts` in a process of its own, as `npm start` runs it. */
export interface ServerProcess {
  readonly child: ChildProcess;
  readonly issuer: string;
  readonly adminUrl: string;
  readonly playgroundUrl: string;
  /** Everything that it has printed. */
  output(): string;
  /** Milliseconds from the start of the process to the first answer of `/health/ready`. */
  untilReady(): Promise<number>;
  /** @returns the exit code, once it has ended */
  ended(): Promise<number | null>;
}

/**
 * Starts the server with an environment of its own: what is not given here is not set.
 *
 * @param options.uid - as that user; needs root
 * @param options.main - of other sources than these
 */
export async function startServerProcess(options: {
  env?: Record<string, string>;
  uid?: number;
  main?: string;
}): Promise<ServerProcess> {
  const port = options.env?.PORT ?? (await freePort());
  const [adminPort, playgroundPort] = [await freePort(), await freePort()];
  const startedAt = performance.now();
  const child = spawn(process.execPath, [options.main ?? MAIN], {
    env: {
      PATH: process.env.PATH ?? '',
      PORT: String(port),
      ADMIN_PORT: String(adminPort),
      PLAYGROUND_PORT: String(playgroundPort),
      ...options.env,
    },
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'close').then(([code]) => code as number | null);
  let printed = '';
  child.stdout.on('data', (chunk) => (printed += chunk));
  child.stderr.on('data', (chunk) => (printed += chunk));
  const adminUrl = `http://127.0.0.1:${adminPort}`;

  return {
    child,
    issuer: `http://localhost:${port}`,
    adminUrl,
    playgroundUrl: `http://localhost:${playgroundPort}`,
    output: () => printed,
    ended: () => exited,
    async untilReady() {
      await pollUntil(
        async () => {
          if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}: ${printed}`);
          return (await fetch(`http://localhost:${port}/health/ready`)).ok;
        },
        { deadlineMs: 60_000 },
      );
      return performance.now() - startedAt;
    },
  };
}
