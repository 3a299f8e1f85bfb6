/** A replica whose memory and processor time can be read, through Node's own inspector. */
import { once } from 'node:events';
import { pollUntil } from '../poll.ts';
import { startServerProcess } from '../server-process.ts';
import { pin } from './slices.ts';

/** Bytes, after everything that nothing refers to was collected. */
interface Memory {
  /** Objects, and what they hold outside the heap. */
  readonly used: number;
  /** Resident. */
  readonly rss: number;
}

export interface MeasuredReplica {
  readonly issuer: string;
  /** Milliseconds from the start of the process to the first answer of `/health/ready`. */
  readonly startMs: number;
  /** Collects garbage first. */
  memory(): Promise<Memory>;
  /** Processor time that it has had, in seconds. */
  cpuSeconds(): Promise<number>;
  /** What it counts, by the name of a metric without labels. */
  metric(name: string): Promise<number>;
  stop(): Promise<void>;
}

/**
 * Starts `main.ts` in a process of its own, pinned to the first core, and waits until it is ready.
 *
 * @param env - all of its environment
 */
export async function startMeasuredReplica(env: Record<string, string>): Promise<MeasuredReplica> {
  const server = await startServerProcess({
    env: { ...env, NODE_OPTIONS: '--inspect=127.0.0.1:0' },
  });
  const stop = async () => {
    server.child.kill('SIGTERM');
    await server.ended();
  };
  try {
    await pin(server.child.pid, 0);
    const startMs = await server.untilReady();
    const url = await pollUntil(async () => /ws:\/\/\S+/.exec(server.output())?.[0], {
      deadlineMs: 5_000,
    });
    const inspector = await openInspector(url);
    return {
      issuer: server.issuer,
      startMs,
      async memory() {
        await inspector.call('HeapProfiler.collectGarbage');
        await inspector.call('HeapProfiler.collectGarbage');
        const read = await inspector.evaluate<NodeJS.MemoryUsage>('process.memoryUsage()');
        return { used: read.heapUsed + read.external, rss: read.rss };
      },
      async cpuSeconds() {
        const { user, system } = await inspector.evaluate<NodeJS.CpuUsage>('process.cpuUsage()');
        return (user + system) / 1e6;
      },
      async metric(name) {
        const page = await (await fetch(`${server.adminUrl}/metrics`)).text();
        return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(page)?.[1]);
      },
      async stop() {
        inspector.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Inspector {
  call(method: string, params?: object): Promise<unknown>;
  /** The value of an expression in the process. */
  evaluate<Value>(expression: string): Promise<Value>;
  close(): void;
}

/** @see https://chromedevtools.github.io/devtools-protocol/v8/ */
async function openInspector(url: string): Promise<Inspector> {
  const socket = new WebSocket(url);
  await once(socket, 'open');
  const waiting = new Map<number, (message: { result?: unknown; error?: unknown }) => void>();
  let last = 0;
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data));
    waiting.get(message.id)?.(message);
    waiting.delete(message.id);
  });
  const call = async (method: string, params: object = {}): Promise<unknown> => {
    const id = ++last;
    const { promise, resolve } = Promise.withResolvers<{ result?: unknown; error?: unknown }>();
    waiting.set(id, resolve);
    socket.send(JSON.stringify({ id, method, params }));
    const { result, error } = await promise;
    if (error !== undefined) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return result;
  };
  return {
    call,
    async evaluate<Value>(expression: string) {
      const answer = await call('Runtime.evaluate', { expression, returnByValue: true });
      return (answer as { result: { value: Value } }).result.value;
    },
    close: () => socket.close(),
  };
}
