import type { IncomingMessage } from 'node:http';
import { GatehouseError } from '../errors.ts';

/**
 * Reads a request's body whole.
 *
 * @param limitBytes - more than this is refused before it is read to the end
 * @throws GatehouseError `body_too_large`, 413
 */
export async function readRawBody(req: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of req.iterator({ destroyOnReturn: false })) {
    length += chunk.length;
    if (length > limitBytes) {
      throw new GatehouseError('body_too_large', 'the request body is too large', { status: 413 });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

/**
 * Hands a body that was read, and may have been changed, to the next reader of the request.
 *
 * The library reads `req` as a stream; on a stream that has ended it would fall back to
 * `req.body` and warn about it at the first request. So the request gets what the library looks
 * at: readable again, with the body as its only chunk and the length to go with it.
 */
export function replayBody(req: IncomingMessage, body: Buffer): void {
  Object.defineProperties(req, {
    readable: { value: true, configurable: true },
    iterator: {
      configurable: true,
      value: async function* replay() {
        yield body;
      },
    },
  });
  req.headers['content-length'] = String(body.length);
  delete req.headers['transfer-encoding'];
}
