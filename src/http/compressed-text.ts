import { promisify } from 'node:util';
import { brotliCompress, constants, crc32, gzip } from 'node:zlib';
import type { ParameterizedContext } from 'koa';

/** A tiny text only grows when it is compressed. */
const WORTH_COMPRESSING_BYTES = 1024;

/** How hard to try: what is made once at the start may take its time, what somebody waits for not. */
export const EFFORT = { once: constants.BROTLI_MAX_QUALITY, quick: 5 } as const;

const GZIP_BEST = 9;

/** The encodings that are offered, the better one last. */
const ENCODINGS = ['gzip', 'br'] as const;

/** ISLAST 1, ISLASTEMPTY 1. */
const BROTLI_LAST_EMPTY = Buffer.from([3]);

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
 * Compresses what many texts begin with, once: each of them is then copied together, and nothing is
 * compressed for it. Its end goes out as it is, in what either format has for bytes that are not
 * compressed, and should be short.
 *
 * @returns makes the text with that end, of 1 to 65,535 bytes
 * @see RFC 1951, section 3.2.4; RFC 1952, section 2.3.1; RFC 7932, section 9.2
 */
export async function compressBeginning(
  beginning: Buffer,
): Promise<(end: Buffer) => CompressedText> {
  // Flushed, both stop at a whole byte, and more may follow.
  const [br, zipped] = await Promise.all([
    promisify(brotliCompress)(beginning, {
      params: { [constants.BROTLI_PARAM_QUALITY]: EFFORT.once },
      finishFlush: constants.BROTLI_OPERATION_FLUSH,
    }),
    promisify(gzip)(beginning, { level: GZIP_BEST, finishFlush: constants.Z_SYNC_FLUSH }),
  ]);
  const checksum = crc32(beginning);
  return (end) => {
    const plain = Buffer.concat([beginning, end]);
    return {
      plain,
      encoded: {
        br: Buffer.concat([br, brotliHead(end.length), end, BROTLI_LAST_EMPTY]),
        gzip: Buffer.concat([
          zipped,
          deflateHead(end.length),
          end,
          gzipTrailer(crc32(end, checksum), plain.length),
        ]),
      },
    };
  };
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

/** ISLAST 0, MNIBBLES 0 (four of them), MLEN - 1, ISUNCOMPRESSED 1; zeros up to the byte. */
function brotliHead(length: number): Buffer {
  const head = Buffer.alloc(3);
  head.writeUIntLE(((length - 1) << 3) | (1 << 19), 0, 3);
  return head;
}

/** BFINAL 1, BTYPE 00, zeros up to the byte; LEN, NLEN. */
function deflateHead(length: number): Buffer {
  const head = Buffer.from([1, 0, 0, 0, 0]);
  head.writeUInt16LE(length, 1);
  head.writeUInt16LE(length ^ 0xffff, 3);
  return head;
}

/** CRC32, ISIZE. */
function gzipTrailer(checksum: number, size: number): Buffer {
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(checksum, 0);
  trailer.writeUInt32LE(size, 4);
  return trailer;
}
