import type { CustomFetch } from 'openid-client';
import { UpstreamUnreachableError } from './upstream-failure.ts';

/** Bytes of one answer. The largest honest ones, discovery and keys, have a few thousand. */
export const MAX_ANSWER_BYTES = 256 * 1024;

/** Reaches public addresses, and those that the operator allows; follows no redirect. */
export type Fetch = (url: string, options: RequestInit) => Promise<Response>;

/**
 * Fetches for the protocol library: reads each answer whole, and no further than a bound.
 *
 * Everything that keeps an answer from coming (no connection, the time-out in `signal`, a server
 * error, too many bytes) is one error, whatever the engine calls it.
 *
 * @throws UpstreamUnreachableError
 */
export function createBoundedFetch(fetch: Fetch): CustomFetch {
  return async (url, options) => {
    const { host } = new URL(url);
    try {
      const response = await fetch(url, options as RequestInit);
      if (response.status >= 500 || response.status === 429) {
        await response.body?.cancel();
        throw new UpstreamUnreachableError(host, `status_${response.status}`);
      }
      const { status, statusText, headers } = response;
      const bytes = await readBounded(response, host);
      // 204 and its like may not have a body at all.
      return new Response(bytes.length === 0 ? null : bytes, { status, statusText, headers });
    } catch (error) {
      if (error instanceof UpstreamUnreachableError) throw error;
      throw new UpstreamUnreachableError(host, codeOf(error), error);
    }
  };
}

async function readBounded(response: Response, host: string): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    // Leaving the loop ends the connection.
    if (length > MAX_ANSWER_BYTES) throw new UpstreamUnreachableError(host, 'answer_too_large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** `fetch` wraps what happened; its code tells more than "fetch failed". */
function codeOf(error: unknown): string {
  if (error instanceof DOMException && error.name === 'TimeoutError') return 'timeout';
  const reason = error instanceof TypeError ? error.cause : error;
  const code = reason instanceof Error && 'code' in reason ? reason.code : undefined;
  return typeof code === 'string' && /^[\w-]{1,64}$/.test(code) ? code : 'fetch_failed';
}
