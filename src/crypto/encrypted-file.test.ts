import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { decryptWith, EncryptedFileError, encryptWith } from './encrypted-file.ts';

const PASSPHRASE = 'a passphrase of this test alone';
const PIECE = 64 * 1024;
const SEALED_PIECE = PIECE + 16;

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
async function collect(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
const encrypt = (bytes: Buffer, options: { log2Cost?: number } = { log2Cost: 10 }) =>
  collect(encryptWith(PASSPHRASE, options)(inChunks(bytes, 10_000)));
const decrypt = (bytes: Buffer, passphrase = PASSPHRASE, size = 7_000) =>
  collect(decryptWith(passphrase)(inChunks(bytes, size)));
const refuses = (bytes: Buffer, message: RegExp, passphrase?: string) =>
  assert.rejects(
    decrypt(bytes, passphrase),
    (error: unknown) => error instanceof EncryptedFileError && message.test(error.message),
  );

describe('an encrypted file', () => {
  const plain = randomBytes(3 * PIECE + 5);
  let file: Buffer;
  let start: number;
  before(async () => {
    file = await encrypt(plain);
    start = file.indexOf('\n') + 1;
  });

  it('comes back as it was, whatever its length', async () => {
    assert.deepEqual(await decrypt(file), plain);
    for (const length of [0, 1, PIECE - 1, PIECE, PIECE + 1]) {
      const bytes = randomBytes(length);
      assert.deepEqual(await decrypt(await encrypt(bytes)), bytes, String(length));
    }
  });

  it('shows nothing of what is in it, and is another each time', async () => {
    assert.ok(!file.includes(plain.subarray(0, 16)));
    assert.notDeepEqual(await encrypt(plain), file);
    const costly = await encrypt(Buffer.from('x'), {});
    assert.match(costly.toString('latin1'), /^gatehouse-encrypted 1 17 [\w-]{22}\n/);
    assert.equal((await decrypt(costly)).toString(), 'x');
  });

  it('does not open with another passphrase', () =>
    refuses(file, /the passphrase is another one/, 'another passphrase of this test'));

  it('does not open when it was cut, wherever', async () => {
    for (const length of [0, 20, start, start + 10, start + SEALED_PIECE]) {
      await refuses(file.subarray(0, length), /./);
    }
    await refuses(file.subarray(0, start + 2 * SEALED_PIECE), /its end is missing/);
    await refuses(file.subarray(0, file.length - 1), /its end is missing/);
  });

  it('does not open when a bit of it was changed, or a piece moved, added or left out', async () => {
    for (const at of [start - 2, start, start + SEALED_PIECE + 3, file.length - 1]) {
      const changed = Buffer.from(file);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      await refuses(changed, /./);
    }
    const head = file.subarray(0, start);
    const piece = (n: number) =>
      file.subarray(start + n * SEALED_PIECE, start + (n + 1) * SEALED_PIECE);
    const orders = [
      [1, 0, 2, 3],
      [0, 2, 3],
      [0, 0, 1, 2, 3],
      [0, 1, 2, 3, 3],
    ];
    for (const order of orders) {
      await refuses(Buffer.concat([head, ...order.map(piece)]), /./);
    }
  });

  it('is told from other files', async () => {
    await refuses(Buffer.from('{}\n'), /no file that Gatehouse encrypted/);
    await refuses(randomBytes(200), /no file that Gatehouse encrypted/);
    const costly = file.toString('latin1').replace(' 10 ', ' 30 ');
    await refuses(Buffer.from(costly, 'latin1'), /no file that Gatehouse encrypted/);
  });
});
