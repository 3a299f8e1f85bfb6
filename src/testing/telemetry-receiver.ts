import type { IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { serveApp } from './serve-app.ts';

/** What a receiver got in one request. */
interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** How a receiver behaves; a test may change it at any time. */
interface Behaviour {
  /** Default: 200. */
  status?: number;
  headers?: Record<string, string>;
  /** Takes what comes and never says so. */
  silent?: boolean;
}

/** A server on loopback that takes telemetry, and takes nothing that breaks its protocol. */
export interface TelemetryReceiver<Item> {
  readonly url: string;
  /** What arrived and was taken. */
  readonly items: readonly Item[];
  /** Every request, taken or not. */
  readonly requests: readonly Received[];
  /** What broke the protocol; a test asserts that it is empty. */
  readonly problems: readonly string[];
  behaviour: Behaviour;
  stop(): Promise<void>;
}

/**
 * Starts a receiver.
 *
 * @param read - throws when a request breaks the protocol; it is answered with 400 then
 * @param answer - what the receiver says when all is well
 */
export async function startReceiver<Item>(
  read: (received: Received) => readonly Item[],
  answer: (items: readonly Item[]) => object,
): Promise<TelemetryReceiver<Item>> {
  const items: Item[] = [];
  const requests: Received[] = [];
  const problems: string[] = [];
  let behaviour: Behaviour = {};

  const server = await serveApp((req, res) => {
    void text(req).then((body) => {
      const received = {
        method: req.method ?? '',
        path: req.url ?? '',
        headers: req.headers,
        body,
      };
      requests.push(received);
      const { status = 200, headers = {}, silent = false } = behaviour;
      if (silent) return;
      try {
        const read_ = read(received);
        if (status < 300) items.push(...read_);
        res.writeHead(status, { 'Content-Type': 'application/json', ...headers });
        res.end(JSON.stringify(answer(read_)));
      } catch (error) {
        problems.push(error instanceof Error ? error.message : String(error));
        res.writeHead(400).end();
      }
    });
  });
  return {
    url: server.url,
    items,
    requests,
    problems,
    get behaviour() {
      return behaviour;
    },
    set behaviour(next) {
      behaviour = next;
    },
    stop: server.close,
  };
}

/** What a protocol calls for. */
export function demand(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}

/** An object of JSON, and nothing else. */
export function objectOf(value: unknown, what: string): Record<string, unknown> {
  demand(
    typeof value === 'object' && value !== null && !Array.isArray(value),
    `${what}: no object`,
  );
  return { ...value };
}
