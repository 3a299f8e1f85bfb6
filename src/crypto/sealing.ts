import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { GatehouseError } from '../errors.ts';

/**
 * Sealing: AES-256-GCM for what must be readable again but not from a copy of the database.
 *
 * A seal names the key that made it, so that keys rotate: the first key seals, all open. Tenant,
 * purpose, record and version are associated data: a seal moved to another row does not open.
 */

/** One of KEY_ENCRYPTION_KEYS. */
export interface SealingKey {
  /** Short public name, derived from the key itself. */
  readonly id: string;
  /** 32 bytes. */
  readonly secret: Buffer;
}

/** Where a seal belongs; must be the same when it is opened. */
export interface SealContext {
  /** Tenant id, or `deployment`. */
  readonly tenant: string;
  /** Such as `signing_key`. */
  readonly purpose: string;
  /** Such as the `kid`. */
  readonly record: string;
  readonly version: number;
}

/** Seals and opens; safe to share. */
export interface Sealer {
  /** @returns `v1.<key id>.<base64url of nonce, ciphertext and tag>` */
  seal(plaintext: string, context: SealContext): string;
  /** @throws SealError when the key is unknown, the context differs or the bytes were changed */
  open(sealed: string, context: SealContext): string;
  /** Id of the key that made a seal. */
  keyIdOf(sealed: string): string;
  /** Id of the key that seals today. */
  readonly currentKeyId: string;
}

/** A seal that does not open; the message never holds plaintext. */
export class SealError extends GatehouseError {
  constructor(message: string, cause?: unknown) {
    super('seal_broken', message, { status: 500, expose: false, cause });
  }
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

/**
 * Makes a sealing key from its 32 secret bytes.
 *
 * @throws SealError when it is not 32 bytes
 */
export function sealingKey(secret: Buffer): SealingKey {
  if (secret.length !== KEY_BYTES) throw new SealError('a sealing key has 32 bytes');
  const id = Buffer.from(hkdfSync('sha256', secret, '', 'gatehouse key id', 6)).toString(
    'base64url',
  );
  return { id, secret };
}

/**
 * @param keys - at least one; the first seals, all open
 */
export function createSealer(keys: readonly SealingKey[]): Sealer {
  const [current] = keys;
  if (current === undefined) throw new SealError('no sealing key is configured');
  const byId = new Map(keys.map((key) => [key.id, key]));

  return {
    currentKeyId: current.id,
    keyIdOf: (sealed) => parse(sealed).keyId,
    seal(plaintext, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', current.secret, nonce);
      cipher.setAAD(associatedData(context));
      const bytes = Buffer.concat([
        nonce,
        cipher.update(plaintext, 'utf8'),
        cipher.final(),
        cipher.getAuthTag(),
      ]);
      return `v1.${current.id}.${bytes.toString('base64url')}`;
    },
    open(sealed, context) {
      const { keyId, bytes } = parse(sealed);
      const key = byId.get(keyId);
      if (key === undefined) {
        throw new SealError(`sealed under key ${keyId}, which KEY_ENCRYPTION_KEYS does not list`);
      }
      const decipher = createDecipheriv('aes-256-gcm', key.secret, bytes.subarray(0, NONCE_BYTES));
      decipher.setAAD(associatedData(context));
      decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
      try {
        const body = bytes.subarray(NONCE_BYTES, bytes.length - TAG_BYTES);
        return decipher.update(body, undefined, 'utf8') + decipher.final('utf8');
      } catch (cause) {
        throw new SealError(`the seal of ${context.purpose} ${context.record} is broken`, cause);
      }
    },
  };
}

/** Length-prefixed, so that no two contexts share their bytes. */
function associatedData(context: SealContext): Buffer {
  const parts = [context.tenant, context.purpose, context.record, String(context.version)];
  return Buffer.from(parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join(''));
}

function parse(sealed: string): { keyId: string; bytes: Buffer } {
  const [version, keyId, body] = sealed.split('.');
  const bytes = Buffer.from(body ?? '', 'base64url');
  if (version !== 'v1' || !keyId || bytes.length < NONCE_BYTES + TAG_BYTES) {
    throw new SealError('not a seal');
  }
  return { keyId, bytes };
}
