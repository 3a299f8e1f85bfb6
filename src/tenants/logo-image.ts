/** Largest logo, in bytes: it travels inside every page, which has 30 KB for everything. */
export const LOGO_MAX_BYTES = 5 * 1024;
/** Widest and highest, in pixels. */
const MAX_WIDTH = 1200;
const MAX_HEIGHT = 400;

/** What a logo must be, in the words of a message. */
export const LOGO_EXPECTED = 'expected a PNG or WebP of at most 5 KiB and 1200 by 400 pixels';

/** A picture inside a `data:` address. Pixels only: a drawing could hold script. */
const LOGO = /^data:(image\/(?:png|webp));base64,([A-Za-z0-9+/]+={0,2})$/;

/**
 * Reads a tenant's logo from a file's content: a PNG or a WebP of at most 5 KiB and 1200 by 400
 * pixels.
 *
 * @param bytes - the file, any content
 * @returns a `data:` address, or what is wrong with it ("found …")
 */
export function readLogoImage(
  bytes: Uint8Array,
): { readonly logo: string } | { readonly found: string } {
  if (bytes.length > LOGO_MAX_BYTES) return { found: `one of more than ${LOGO_MAX_BYTES} bytes` };
  const image = Buffer.from(bytes);
  const size = pngSize(image) ?? webpSize(image);
  if (size === undefined) return { found: 'another kind of file' };
  const { width, height, type } = size;
  if (width < 1 || height < 1 || width > MAX_WIDTH || height > MAX_HEIGHT) {
    return { found: `one of ${width} by ${height} pixels` };
  }
  return { logo: `data:${type};base64,${image.toString('base64')}` };
}

/** What a logo is, for those who need not see it; undefined when it is none. */
export function describeLogo(logo: string): string | undefined {
  const match = LOGO.exec(logo);
  if (match === null) return undefined;
  return `${match[1]}, ${Buffer.byteLength(match[2] ?? '', 'base64')} bytes`;
}

interface ImageSize {
  readonly type: string;
  readonly width: number;
  readonly height: number;
}

/** Portable Network Graphics (Third Edition), sections 5.2 and 11.2.1 */
function pngSize(image: Buffer): ImageSize | undefined {
  const signature = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
  if (image.length < 33 || !image.subarray(0, 16).equals(signature)) return undefined;
  return { type: 'image/png', width: image.readUInt32BE(16), height: image.readUInt32BE(20) };
}

/** RFC 9649, sections 2.4 to 2.7 */
function webpSize(image: Buffer): ImageSize | undefined {
  const text = (from: number, to: number) => image.toString('latin1', from, to);
  if (image.length < 30 || text(0, 4) !== 'RIFF' || text(8, 12) !== 'WEBP') return undefined;
  const type = 'image/webp';
  switch (text(12, 16)) {
    case 'VP8 ':
      return {
        type,
        width: image.readUInt16LE(26) & 0x3fff,
        height: image.readUInt16LE(28) & 0x3fff,
      };
    case 'VP8L': {
      const bits = image.readUInt32LE(21);
      return { type, width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
    }
    case 'VP8X':
      return { type, width: image.readUIntLE(24, 3) + 1, height: image.readUIntLE(27, 3) + 1 };
    default:
      return undefined;
  }
}
