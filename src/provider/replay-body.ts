import type { IncomingMessage } from 'node:http';

/**
 * Hands an already-read body to the next reader of the request, as if it had just arrived.
 *
 * `oidc-provider` reads bodies itself: it asks `readable`, `readableEncoding` and
 * `iterator({ destroyOnReturn })`, and checks the length against `Content-Length`; a request whose
 * body is gone makes it warn and fall back to `req.body`. Here those answer for the buffer, once;
 * afterwards the request says again that it has been read. May be called again with another body.
 *
 * @param body - sent on as it is; may differ from what the caller sent
 */
export function replayBody(req: IncomingMessage, body: Buffer): void {
  let unread = true;
  async function* iterate(): AsyncGenerator<Buffer, void> {
    if (!unread) return;
    unread = false;
    if (body.length > 0) yield body;
  }
  Object.defineProperties(req, {
    readable: { configurable: true, get: () => unread },
    readableEncoding: { configurable: true, value: null },
    iterator: { configurable: true, value: iterate },
    [Symbol.asyncIterator]: { configurable: true, value: iterate },
  });
  req.headers['content-length'] = String(body.length);
  // Both at once would contradict each other (RFC 9112, section 6.2).
  delete req.headers['transfer-encoding'];
}
