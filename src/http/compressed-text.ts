import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { ParameterizedContext } from 'koa';

/** A tiny text only grows when it is compressed. */
const WORTH_COMPRESSING_BYTES = 1024;

/** How hard to try: what is made once at the start may take its time, what somebody waits for not. */
export const EFFORT = { once: constants.BROTLI_MAX_QUALITY, quick: 5 } as const;

const GZIP_BEST = 9;

/** The encodings that are offered, the better one last. */
const ENCODINGS = ['gzip', 'br'] as const;

/** A text as it is and in the encodings that are worth it. */
export interface CompressedText {
  readonly plain: Buffer;
  readonly encoded: Readonly<Partial<Record<(typeof ENCODINGS)[number], Buffer>>>;
}

/** Compresses a text, off the event loop. For what is kept: each of these is some milliseconds. */
export async function compressText(
  plain: Buffer,
  effort: (typeof EFFORT)[keyof typeof EFFORT],
): Promise<CompressedText> {
  if (plain.length < WORTH_COMPRESSING_BYTES) return { plain, encoded: {} };
  const [br, zipped] = await Promise.all([
    promisify(brotliCompress)(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: effort } }),
    promisify(gzip)(plain, { level: effort === EFFORT.once ? GZIP_BEST : effort }),
  ]);
  return { plain, encoded: { br, gzip: zipped } };
}

/**
 * Answers with a text in the best encoding that was asked for. The media type is the caller's.
 *
 * @returns the encoding, for whatever must differ with it; undefined: as it is
 * @see RFC 9110, section 12.5.3
 */
export function answerCompressed(
  ctx: ParameterizedContext,
  { plain, encoded }: CompressedText,
): (typeof ENCODINGS)[number] | undefined {
  ctx.vary('Accept-Encoding');
  ctx.body = plain;
  let chosen: (typeof ENCODINGS)[number] | undefined;
  // One by one: asked for several, Koa takes the browser's first, and browsers begin with gzip.
  for (const encoding of ENCODINGS) {
    const body = encoded[encoding];
    if (body === undefined || ctx.acceptsEncodings(encoding) !== encoding) continue;
    ctx.set('Content-Encoding', encoding);
    ctx.body = body;
    chosen = encoding;
  }
  return chosen;
}
