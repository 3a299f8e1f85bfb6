import { randomBytes } from 'node:crypto';

/**
 * A random identifier or secret, base64url without padding.
 *
 * @param bytes - entropy in bytes; 32 by default (256 bits, 43 characters)
 */
export function randomId(bytes = 32): string {
  return randomBytes(bytes).toString('base64url');
}
