import type { IncomingMessage } from 'node:http';
import { GatehouseError } from '../errors.ts';

/** The body is larger than the route reads. */
export class BodyTooLargeError extends GatehouseError {
  constructor(limitBytes: number) {
    super('payload_too_large', `the body is larger than ${limitBytes} bytes`, {
      status: 413,
      expose: true,
    });
  }
}

/** The caller went away, or stopped, before the body was whole. */
export class BodyAbortedError extends GatehouseError {
  constructor(cause?: unknown) {
    super('invalid_request', 'the body did not arrive in full', {
      status: 400,
      expose: true,
      cause,
    });
  }
}

/**
 * Reads a whole body and leaves the connection usable, so that even a refusal can be answered.
 *
 * @param limitBytes - a larger body is refused as soon as it is known to be
 * @throws BodyTooLargeError
 * @throws BodyAbortedError
 */
export async function readRawBody(req: IncomingMessage, limitBytes: number): Promise<Buffer> {
  if (Number(req.headers['content-length'] ?? 0) > limitBytes) {
    throw new BodyTooLargeError(limitBytes);
  }
  const chunks: Buffer[] = [];
  let received = 0;
  try {
    for await (const chunk of req.iterator({ destroyOnReturn: false })) {
      const bytes: Buffer = chunk;
      received += bytes.length;
      if (received > limitBytes) throw new BodyTooLargeError(limitBytes);
      chunks.push(bytes);
    }
  } catch (error) {
    throw error instanceof GatehouseError ? error : new BodyAbortedError(error);
  }
  return Buffer.concat(chunks, received);
}
