import { pbkdf2, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { type ParsedHashOptions, parseOptions, verify as verifyArgon2 } from '@node-rs/argon2';
import { verify as verifyBcrypt } from '@node-rs/bcrypt';

/**
 * Password hashes that other systems made, accepted so that people keep their passwords when they
 * move here. Verified as that system would have (no pepper, no normalisation), then replaced.
 *
 * | from | form |
 * |---|---|
 * | bcrypt | `$2a$`, `$2b$` or `$2y$`, cost, 22 + 31 characters |
 * | Argon2 | `$argon2id$v=19$m=…,t=…,p=…$salt$hash`, `argon2i` and `argon2d` too, without `v` too |
 * | scrypt | `$scrypt$ln=…,r=…,p=…$salt$hash` |
 * | PBKDF2 | `$pbkdf2-sha256$i=…$salt$hash` (`,l=…` allowed), passlib's `$pbkdf2-sha256$29000$salt$hash`; `sha1` (or none) and `sha512` too |
 * | Django | `pbkdf2_sha256$iterations$salt$hash`, `pbkdf2_sha1$…` |
 *
 * Salt and hash are base64 without padding; padding, and passlib's `.` for `+`, are understood.
 * `$2x$` marks hashes of a broken bcrypt and is refused. Costs above the limits below are refused
 * as well: one such hash would let anybody stall the server by trying to sign in.
 */
export interface ImportedPasswordHash {
  /** @param password - as typed */
  verify(password: string): Promise<boolean>;
}

/** A hash that can never match, and why. Never holds any part of the hash: it may be a password. */
export interface UnusablePasswordHash {
  problem: string;
}

/** Limits of one verification. */
const MAX_MEMORY_KIB = 256 * 1024;
const MAX_PASSES = 32;
const MAX_LANES = 16;
const MAX_BCRYPT_COST = 15;
const MAX_PBKDF2_ITERATIONS = 5_000_000;
/** A shorter hash is a truncated one, easy to match by chance. */
const MIN_HASH_BYTES = 16;
const MAX_HASH_BYTES = 128;

const UNKNOWN: UnusablePasswordHash = { problem: 'the password hash has a form nobody here knows' };
const TOO_COSTLY: UnusablePasswordHash = {
  problem: 'the password hash is costlier to verify than the server allows',
};

const BCRYPT = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
const ARGON2 = /^\$argon2(?:id|i|d)\$(?:v=(?:16|19)\$)?m=\d{1,10},t=\d{1,10},p=\d{1,10}\$/;
const SCRYPT = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3})\$([^$]*)\$([^$]+)$/;
const PBKDF2 =
  /^\$pbkdf2(?:-(sha1|sha256|sha512))?\$(?:i=)?(\d{1,10})(?:,l=\d{1,3})?\$([^$]*)\$([^$]+)$/;
const DJANGO_PBKDF2 = /^pbkdf2_(sha1|sha256)\$(\d{1,10})\$([^$]+)\$([^$]+)$/;

/** Reads an imported hash; the answer says how to verify it, or why it never matches. */
export function readImportedPasswordHash(
  hash: string,
): ImportedPasswordHash | UnusablePasswordHash {
  for (const read of [readBcrypt, readArgon2, readScrypt, readPbkdf2, readDjangoPbkdf2]) {
    const known = read(hash);
    if (known !== undefined) return known;
  }
  return UNKNOWN;
}

type Reading = ImportedPasswordHash | UnusablePasswordHash | undefined;

function readBcrypt(hash: string): Reading {
  const match = BCRYPT.exec(hash);
  if (match === null) return undefined;
  const cost = Number(match[1]);
  if (cost < 4) return UNKNOWN;
  if (cost > MAX_BCRYPT_COST) return TOO_COSTLY;
  return { verify: (password) => verifyBcrypt(password, hash) };
}

function readArgon2(hash: string): Reading {
  if (!ARGON2.test(hash)) return undefined;
  const costs = argon2Costs(hash);
  if (costs === undefined || !isUsableLength(costs.outputLen)) return UNKNOWN;
  if (
    costs.memoryCost > MAX_MEMORY_KIB ||
    costs.timeCost > MAX_PASSES ||
    costs.parallelism > MAX_LANES
  ) {
    return TOO_COSTLY;
  }
  return { verify: (password) => verifyArgon2(hash, password) };
}

/** The parameters of an Argon2 hash in PHC form; undefined when the library could not verify it. */
export function argon2Costs(hash: string): ParsedHashOptions | undefined {
  try {
    return parseOptions(hash);
  } catch {
    return undefined;
  }
}

function readScrypt(hash: string): Reading {
  const match = SCRYPT.exec(hash);
  if (match === null) return undefined;
  const [log2, blockSize, lanes] = match.slice(1, 4).map(Number);
  const salt = base64(match[4]);
  const expected = base64(match[5]);
  if (log2 === undefined || blockSize === undefined || lanes === undefined) return undefined;
  if (salt === undefined || expected === undefined) return UNKNOWN;
  if (!isUsableLength(expected.length) || log2 < 1 || blockSize < 1 || lanes < 1) return UNKNOWN;
  const memory = 128 * blockSize * 2 ** log2;
  if (memory > MAX_MEMORY_KIB * 1024 || lanes > MAX_LANES) return TOO_COSTLY;
  const options = { N: 2 ** log2, r: blockSize, p: lanes, maxmem: 2 * memory + 1024 * 1024 };
  return {
    async verify(password) {
      return timingSafeEqual(
        await deriveWithScrypt(password, salt, expected.length, options),
        expected,
      );
    },
  };
}

function readPbkdf2(hash: string): Reading {
  const match = PBKDF2.exec(hash);
  if (match === null) return undefined;
  const [, digest = 'sha1', iterations, salt, expected] = match;
  return pbkdf2Hash(digest, Number(iterations), base64(salt), base64(expected));
}

function readDjangoPbkdf2(hash: string): Reading {
  const match = DJANGO_PBKDF2.exec(hash);
  if (match === null) return undefined;
  const [, digest = '', iterations, salt = '', expected] = match;
  // Django's salt is text, not base64.
  return pbkdf2Hash(digest, Number(iterations), Buffer.from(salt), base64(expected));
}

function pbkdf2Hash(
  digest: string,
  iterations: number,
  salt: Buffer | undefined,
  expected: Buffer | undefined,
): Reading {
  if (salt === undefined || expected === undefined) return UNKNOWN;
  if (!isUsableLength(expected.length) || iterations < 1) return UNKNOWN;
  if (iterations > MAX_PBKDF2_ITERATIONS) return TOO_COSTLY;
  return {
    async verify(password) {
      const actual = await deriveWithPbkdf2(password, salt, iterations, expected.length, digest);
      return timingSafeEqual(actual, expected);
    },
  };
}

const deriveWithPbkdf2 = promisify(pbkdf2);
const deriveWithScrypt = promisify<
  string,
  Buffer,
  number,
  { N: number; r: number; p: number; maxmem: number },
  Buffer
>(scrypt);

function isUsableLength(bytes: number): boolean {
  return bytes >= MIN_HASH_BYTES && bytes <= MAX_HASH_BYTES;
}

/** Undefined when a text is not base64: Node's decoder would skip what it does not know. */
function base64(text: string | undefined): Buffer | undefined {
  if (text === undefined || !/^[A-Za-z0-9+/.]*={0,2}$/.test(text)) return undefined;
  return Buffer.from(text.replaceAll('.', '+'), 'base64');
}
