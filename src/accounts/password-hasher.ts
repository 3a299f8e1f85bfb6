import { randomBytes } from 'node:crypto';
import { hash as hashArgon2, verify as verifyArgon2 } from '@node-rs/argon2';
import { hmacSha256 } from '../crypto/digest.ts';
import { GatehouseError } from '../errors.ts';
import type { TenantId } from '../tenants/tenant.ts';
import { createBoundedQueue, type QueueLoad } from './bounded-queue.ts';
import {
  argon2Costs,
  type ImportedPasswordHash,
  readImportedPasswordHash,
  type UnusablePasswordHash,
} from './imported-password-hash.ts';
import { normalizeIdentifier } from './normalize-identifier.ts';

/** Longest password, in bytes of UTF-8. */
export const PASSWORD_MAX_BYTES = 1024;

/**
 * OWASP's first choice of Argon2id costs. Raise them and every hash is replaced at its owner's
 * next sign-in.
 *
 * @see OWASP Password Storage Cheat Sheet; RFC 9106, section 4
 */
const MEMORY_KIB = 19_456;
const PASSES = 2;
const LANES = 1;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** Well within the patience of people, and of the balancers in front of us. */
const LONGEST_WAIT_MS = 3000;

export type PasswordVerdict = 'match' | 'match_needs_upgrade' | 'mismatch';

/** Hashes and verifies passwords, off the event loop, a bounded number at a time. */
export interface PasswordHasher {
  /**
   * @param password - as typed, at most 1,024 bytes
   * @returns `$argon2id$v=19$m=…,t=…,p=…,keyid=…$salt$hash`; `keyid` names the pepper
   * @throws PasswordTooLongError, OverloadedError
   */
  hash(password: string): Promise<string>;
  /**
   * Compares a password with a stored hash. Without a hash, or with an unusable one, it costs what
   * a wrong password costs whose hash is ours, and mismatches.
   *
   * @param hash - ours or an imported one (`imported-password-hash.ts`)
   * @returns `match_needs_upgrade`: right, but stored with lower costs, or imported
   * @throws PasswordTooLongError, OverloadedError
   */
  verify(hash: string | undefined, password: string): Promise<PasswordVerdict>;
  /**
   * Where among the accounts of a tenant somebody would be who has none: random, the same each time,
   * and known to nobody without the pepper.
   *
   * @returns hex
   */
  placeOf(tenantId: TenantId, identifier: string): string;
  /** Why a stored hash can never match, for operators; undefined when it can. */
  problem(hash: string): string | undefined;
  /** For metrics, and for telling how many hashes were computed. */
  load(): QueueLoad;
}

/** A password longer than any person's; refused before anything is computed. */
export class PasswordTooLongError extends GatehouseError {
  constructor() {
    super('password_too_long', `a password has at most ${PASSWORD_MAX_BYTES} bytes`, {
      status: 400,
    });
  }
}

/** @throws PasswordTooLongError */
export function assertPasswordLength(password: string): void {
  // A UTF-16 unit takes at least one byte, so a megabyte is refused without being encoded.
  if (password.length > PASSWORD_MAX_BYTES || Buffer.byteLength(password) > PASSWORD_MAX_BYTES) {
    throw new PasswordTooLongError();
  }
}

/**
 * Argon2id with a pepper (Argon2's own secret parameter): a copy of the database alone cannot be
 * guessed at. The hash names its pepper, so that a wrong one is told from a wrong password.
 *
 * Passwords are normalised with NFKC first, so that one typed on another keyboard or system is the
 * same (NIST SP 800-63B-4, section 3.1.1.2). Imported hashes are compared with what was typed, as
 * the system that made them did.
 *
 * @param options.pepper - secret of the deployment, at least 32 random bytes in any encoding
 * @param options.otherPepper - of deployments that tenants came from, by the id that is in a hash;
 *   what was hashed under one is replaced at its owner's next sign-in
 * @param options.concurrency - hashes computed at once; the cores there are, at most the thread
 *   pool's size; each takes 19 MiB
 * @param options.queueLimit - hashes that may wait; at some 12 ms of a core for each (measured), 32 a
 *   core keep the longest wait near 0.4 s
 */
export function createPasswordHasher(options: {
  pepper: string;
  otherPepper?: (keyId: string) => string | undefined;
  concurrency: number;
  queueLimit: number;
}): PasswordHasher {
  const secret = Buffer.from(options.pepper);
  const keyId = pepperId(options.pepper);
  const queue = createBoundedQueue({
    what: 'password hashing',
    maxWaitMs: LONGEST_WAIT_MS,
    ...options,
  });
  const parameters = `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}`;
  // Random bytes in the place of a hash: verifying it costs the same and never matches.
  const dummy = `${parameters}$${randomBase64(SALT_BYTES)}$${randomBase64(HASH_BYTES)}`;

  return {
    async hash(password) {
      assertPasswordLength(password);
      const hash = await queue.run(() =>
        hashArgon2(normalize(password), {
          memoryCost: MEMORY_KIB,
          timeCost: PASSES,
          parallelism: LANES,
          outputLen: HASH_BYTES,
          secret,
        }),
      );
      return hash.replace(`,p=${LANES}$`, `,p=${LANES},keyid=${keyId}$`);
    },

    async verify(hash, password) {
      assertPasswordLength(password);
      const stored = hash === undefined ? undefined : read(hash);
      if (stored === undefined || 'problem' in stored) {
        await queue.run(() => verifyOwn(dummy, password));
        return 'mismatch';
      }
      const matches = await queue.run(() => stored.verify(password));
      if (!matches) return 'mismatch';
      return stored.isCurrent ? 'match' : 'match_needs_upgrade';
    },

    placeOf(tenantId, identifier) {
      const text = `place of ${tenantId} ${normalizeIdentifier(identifier)}`;
      return Buffer.from(hmacSha256(secret, text), 'base64url').toString('hex');
    },

    problem(hash) {
      const stored = read(hash);
      return 'problem' in stored ? stored.problem : undefined;
    },

    load: () => queue.load(),
  };

  function read(hash: string): StoredHash | UnusablePasswordHash {
    const own = OWN_HASH.exec(hash);
    if (own === null) {
      const imported = readImportedPasswordHash(hash);
      return 'problem' in imported ? imported : { ...imported, isCurrent: false };
    }
    const isOwn = own[2] === keyId;
    const other = isOwn ? undefined : options.otherPepper?.(own[2] ?? '');
    const pepper = isOwn ? secret : other === undefined ? undefined : Buffer.from(other);
    if (pepper === undefined) {
      return { problem: 'the password hash was made with another pepper' };
    }
    const withoutKeyId = `${own[1]}${own[3]}`;
    const costs = argon2Costs(withoutKeyId);
    if (costs === undefined) return { problem: 'the password hash is damaged' };
    return {
      verify: (password) => verifyOwn(withoutKeyId, password, pepper),
      isCurrent:
        isOwn &&
        costs.memoryCost >= MEMORY_KIB &&
        costs.timeCost >= PASSES &&
        costs.parallelism >= LANES,
    };
  }

  function verifyOwn(hash: string, password: string, under = secret): Promise<boolean> {
    return verifyArgon2(hash, normalize(password), { secret: under });
  }
}

/** The public name of a pepper, which hashes carry. */
export function pepperId(pepper: string): string {
  const digest = hmacSha256(Buffer.from(pepper), 'gatehouse pepper id');
  return digest.replace(/[-_]/g, 'x').slice(0, 8);
}

interface StoredHash extends ImportedPasswordHash {
  /** Made here, with at least today's costs. */
  isCurrent: boolean;
}

/** What is before `keyid`, the key id, what is after it. */
const OWN_HASH = /^(\$argon2id\$v=19\$m=\d{1,7},t=\d{1,3},p=\d{1,3}),keyid=([A-Za-z0-9]{8})(\$.*)$/;

function normalize(password: string): string {
  return password.normalize('NFKC');
}

/** Base64 without padding, as PHC strings have it. */
function randomBase64(bytes: number): string {
  return randomBytes(bytes).toString('base64').replaceAll('=', '');
}
