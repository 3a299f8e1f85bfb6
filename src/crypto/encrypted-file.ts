import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { GatehouseError } from '../errors.ts';

/**
 * A file that only its passphrase opens: AES-256-GCM in pieces of 64 KiB under a key by scrypt.
 *
 * A piece's nonce is its number and whether it is the last, so that pieces cannot be left out, moved
 * or cut off (the STREAM construction, as age has it); the first line, with scrypt's costs and salt,
 * is associated data of every piece. A new salt gives every file a key of its own.
 *
 * @see Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and its Nonce-Reuse
 *   Misuse-Resistance, section 7; RFC 7914
 */

const MAGIC = 'gatehouse-encrypted 1';
const PIECE_BYTES = 64 * 1024;
const TAG_BYTES = 16;
const NONCE_BYTES = 12;
const KEY_BYTES = 32;
const SALT_BYTES = 16;
/** scrypt: 2^17 blocks of 1 KiB, about 0.4 s and 128 MiB. OWASP Password Storage Cheat Sheet */
const LOG2_COST = 17;
const BLOCK_SIZE = 8;
/** A file may not ask for more than 1 GiB. */
const MAX_LOG2_COST = 20;
const FIRST_LINE_MAX_BYTES = 100;

const derive = promisify<
  string,
  Buffer,
  number,
  { N: number; r: number; p: number; maxmem: number },
  Buffer
>(scrypt);

/** A file that does not open; the message says whether that is the passphrase or the file. */
export class EncryptedFileError extends GatehouseError {
  constructor(message: string, cause?: unknown) {
    super('encrypted_file', message, { status: 400, cause });
  }
}

/**
 * Encrypts what flows through, for `pipeline`.
 *
 * @param options.log2Cost - of scrypt; lower for tests alone
 */
export function encryptWith(passphrase: string, { log2Cost = LOG2_COST } = {}) {
  return async function* encrypt(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const salt = randomBytes(SALT_BYTES);
    const head = Buffer.from(`${MAGIC} ${log2Cost} ${salt.toString('base64url')}\n`);
    const key = await keyOf(passphrase, log2Cost, salt);
    yield head;
    let number = 0;
    let waiting: Buffer = Buffer.alloc(0);
    const seal = (piece: Buffer, isLast: boolean) => {
      const cipher = createCipheriv('aes-256-gcm', key, nonceOf(number, isLast));
      number += 1;
      cipher.setAAD(head);
      return Buffer.concat([cipher.update(piece), cipher.final(), cipher.getAuthTag()]);
    };
    for await (const chunk of source) {
      waiting = Buffer.concat([waiting, chunk]);
      for (; waiting.length > PIECE_BYTES; waiting = waiting.subarray(PIECE_BYTES)) {
        yield seal(waiting.subarray(0, PIECE_BYTES), false);
      }
    }
    yield seal(waiting, true);
  };
}

/**
 * Decrypts what flows through, for `pipeline`: gives out only what is proved, and ends with an error
 * where something is wrong or missing.
 *
 * @throws EncryptedFileError
 */
export function decryptWith(passphrase: string) {
  return async function* decrypt(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let key: Buffer | undefined;
    let head: Buffer = Buffer.alloc(0);
    let number = 0;
    let waiting: Buffer = Buffer.alloc(0);
    const open = (secret: Buffer, piece: Buffer, isLast: boolean) => {
      const decipher = createDecipheriv('aes-256-gcm', secret, nonceOf(number, isLast));
      decipher.setAAD(head);
      decipher.setAuthTag(lastBytes(piece));
      try {
        const body = piece.subarray(0, piece.length - TAG_BYTES);
        return Buffer.concat([decipher.update(body), decipher.final()]);
      } catch (cause) {
        throw number === 0
          ? new EncryptedFileError('the passphrase is another one, or the file is damaged', cause)
          : new EncryptedFileError('the file is damaged, or its end is missing', cause);
      } finally {
        number += 1;
      }
    };
    for await (const chunk of source) {
      waiting = Buffer.concat([waiting, chunk]);
      if (key === undefined) {
        const end = waiting.indexOf('\n');
        if (end < 0 && waiting.length < FIRST_LINE_MAX_BYTES) continue;
        head = waiting.subarray(0, end + 1);
        key = await keyFor(passphrase, head);
        waiting = waiting.subarray(end + 1);
      }
      const whole = PIECE_BYTES + TAG_BYTES;
      for (; waiting.length > whole; waiting = waiting.subarray(whole)) {
        yield open(key, waiting.subarray(0, whole), false);
      }
    }
    if (key === undefined) throw notOne();
    yield open(key, waiting, true);
  };
}

function keyFor(passphrase: string, head: Buffer): Promise<Buffer> {
  const match = /^gatehouse-encrypted 1 (\d{1,2}) ([\w-]{22})\n$/.exec(head.toString('latin1'));
  const cost = Number(match?.[1]);
  if (match === null || cost < 1 || cost > MAX_LOG2_COST) throw notOne();
  return keyOf(passphrase, cost, Buffer.from(match[2] ?? '', 'base64url'));
}

function keyOf(passphrase: string, log2Cost: number, salt: Buffer): Promise<Buffer> {
  const costs = { N: 2 ** log2Cost, r: BLOCK_SIZE, p: 1 };
  const maxmem = 128 * costs.N * BLOCK_SIZE + 1024 * 1024;
  return derive(passphrase.normalize('NFKC'), salt, KEY_BYTES, { ...costs, maxmem });
}

function nonceOf(number: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(NONCE_BYTES);
  nonce.writeUIntBE(number, NONCE_BYTES - 7, 6);
  nonce.writeUInt8(isLast ? 1 : 0, NONCE_BYTES - 1);
  return nonce;
}

/** Where a piece is too short for a tag, one that fits nothing. */
function lastBytes(piece: Buffer): Buffer {
  if (piece.length < TAG_BYTES) throw new EncryptedFileError('the end of the file is missing');
  return piece.subarray(piece.length - TAG_BYTES);
}

function notOne(): EncryptedFileError {
  return new EncryptedFileError('this is no file that Gatehouse encrypted');
}
