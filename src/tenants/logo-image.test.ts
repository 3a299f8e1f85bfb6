import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeLogo, LOGO_MAX_BYTES, readLogoImage } from './logo-image.ts';

/** The beginning of a PNG of that size; nobody here decodes the rest. */
function png(width: number, height: number, bytes = 64): Buffer {
  const image = Buffer.alloc(bytes);
  Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex').copy(image);
  image.writeUInt32BE(width, 16);
  image.writeUInt32BE(height, 20);
  return image;
}

function webp(kind: string, fill: (image: Buffer) => void): Buffer {
  const image = Buffer.alloc(64);
  image.write(`RIFF    WEBP${kind}`, 'latin1');
  fill(image);
  return image;
}

describe('a logo', () => {
  it('is a PNG or a WebP of a logo’s size, and becomes a data address', () => {
    const read = readLogoImage(png(240, 48));
    assert.ok('logo' in read);
    assert.match(read.logo, /^data:image\/png;base64,/);
    assert.equal(describeLogo(read.logo), 'image/png, 64 bytes');
    const kinds = [
      webp('VP8 ', (image) => {
        image.writeUInt16LE(240, 26);
        image.writeUInt16LE(48, 28);
      }),
      webp('VP8L', (image) => image.writeUInt32LE(239 | (47 << 14), 21)),
      webp('VP8X', (image) => {
        image.writeUIntLE(239, 24, 3);
        image.writeUIntLE(47, 27, 3);
      }),
    ];
    for (const image of kinds) {
      const found = readLogoImage(image);
      assert.match('logo' in found ? found.logo : '', /^data:image\/webp;base64,/);
    }
  });

  it('is refused with what it is instead', () => {
    const found = (bytes: Uint8Array) => {
      const read = readLogoImage(bytes);
      return 'found' in read ? read.found : undefined;
    };
    assert.equal(found(png(2000, 48)), 'one of 2000 by 48 pixels');
    assert.equal(found(png(0, 48)), 'one of 0 by 48 pixels');
    assert.equal(found(png(10, 10, LOGO_MAX_BYTES + 1)), 'one of more than 5120 bytes');
    for (const other of ['', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'GIF89a', 'RIFF']) {
      assert.equal(found(Buffer.from(other)), 'another kind of file');
    }
    assert.equal(found(png(10, 10).subarray(0, 20)), 'another kind of file');
    assert.equal(found(webp('EXIF', () => undefined)), 'another kind of file');
  });

  it('is described by what it is, and nothing else is one', () => {
    for (const text of ['', 'data:image/svg+xml;base64,PHN2Zz4=', 'https://acme.example/x.png']) {
      assert.equal(describeLogo(text), undefined);
    }
  });
});
