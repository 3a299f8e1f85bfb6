import { Agent, type IncomingHttpHeaders, type RequestListener, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { closeServer, createHttpServer, listen } from '../http/create-http-server.ts';

/** A server that a test has started. */
export interface ServedApp {
  readonly port: number;
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  close(): Promise<void>;
}

/** Serves a listener (of Koa: `app.callback()`) on a free port of the loopback address. */
export async function serveApp(listener: RequestListener): Promise<ServedApp> {
  const server = createHttpServer(listener);
  const { port } = await listen(server, { what: 'test', host: '127.0.0.1', port: 0 });
  return { port, url: `http://127.0.0.1:${port}`, close: () => closeServer(server) };
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One request exactly as written: any path, any header, which `fetch` would refuse or change. */
export async function rawRequest(
  port: number,
  options: {
    method?: string;
    path?: string;
    headers?: Record<string, string | string[]>;
    body?: string | Buffer;
    agent?: Agent;
  } = {},
): Promise<RawAnswer> {
  const { method = 'GET', path = '/', headers = {}, body } = options;
  const agent = options.agent ?? new Agent({ keepAlive: false });
  const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>();
  const sent = request({ host: '127.0.0.1', port, method, path, headers, agent }, (answer) => {
    text(answer).then(
      (received) =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: received }),
      reject,
    );
  });
  sent.once('error', reject);
  sent.end(body);
  return promise;
}
