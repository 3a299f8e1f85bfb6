import { once } from 'node:events';
import {
  type ClientHttp2Session,
  connect,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
} from 'node:http2';
import type { TcpSocketConnectOpts } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import type { Certificate } from './certificate-authority.ts';

/** Statuses whose answers have no body. */
const EMPTY = [204, 205, 304];

/** Sends everything over one connection of HTTP/2, from an address of loopback of its own. */
export interface Http2Client {
  /** Follows no redirect, and takes no other encoding unless asked to. */
  readonly fetch: typeof fetch;
  /** Of the connection: such as `h2` and `TLSv1.3`. */
  readonly spoken: { readonly application: string; readonly tls: string };
  close(): Promise<void>;
}

/**
 * Connects to an origin whose certificate is one of `authority`.
 *
 * @param options.certificate - to show when it is asked for
 * @param options.headers - sent along with every request
 * @throws Error when the handshake fails, or ends in another protocol
 */
export async function connectHttp2(options: {
  origin: string;
  authority: string;
  localAddress?: string;
  certificate?: Certificate;
  headers?: Readonly<Record<string, string>>;
}): Promise<Http2Client> {
  const { origin, authority, localAddress = '127.0.0.1', certificate, headers = {} } = options;
  const { hostname, port } = new URL(origin);
  const secured = Promise.withResolvers<TLSSocket>();
  const where: ConnectionOptions & Pick<TcpSocketConnectOpts, 'localAddress'> = {
    host: '127.0.0.1',
    port: Number(port),
    localAddress,
    servername: hostname,
    ca: authority,
    ALPNProtocols: ['h2'],
    ...(certificate && { cert: certificate.certificate, key: certificate.key }),
  };
  const socket = connectTls(where, () => secured.resolve(socket));
  socket.once('error', secured.reject);
  await secured.promise;
  const session = connect(origin, { createConnection: () => socket });
  // Whatever goes wrong with the connection goes wrong with each request on it.
  session.on('error', () => undefined);
  return {
    spoken: { application: socket.alpnProtocol || 'none', tls: socket.getProtocol() ?? 'none' },
    async fetch(input, init) {
      const request = new Request(input, { ...init, redirect: 'manual' });
      return exchange(session, request, headers);
    },
    async close() {
      // One that was lost has nobody to tell of its end.
      if (session.destroyed) return;
      const closed = once(session, 'close');
      session.close();
      await closed;
    },
  };
}

async function exchange(
  session: ClientHttp2Session,
  request: Request,
  more: Readonly<Record<string, string>>,
): Promise<Response> {
  const url = new URL(request.url);
  const body = Buffer.from(await request.arrayBuffer());
  const { promise, resolve, reject } = Promise.withResolvers<
    IncomingHttpHeaders & IncomingHttpStatusHeader
  >();
  const headers = {
    ':method': request.method,
    ':path': `${url.pathname}${url.search}`,
    ...Object.fromEntries(request.headers),
    ...more,
  };
  const stream = session.request(headers, { endStream: body.length === 0 });
  stream.once('response', resolve).once('error', reject);
  // Nginx ends a connection after its thousandth request.
  stream.once('close', () => reject(new Error('the connection has ended')));
  if (body.length > 0) stream.end(body);
  const { ':status': status = 0, ...received } = await promise;
  const named = new Headers();
  for (const [name, value] of Object.entries(received)) {
    for (const one of [value ?? []].flat()) named.append(name, one);
  }
  const bytes = await buffer(stream);
  return new Response(EMPTY.includes(status) ? null : new Uint8Array(bytes), {
    status,
    headers: named,
  });
}
