import { createHmac, hash, timingSafeEqual } from 'node:crypto';

/**
 * Digests under which presented values are found: a copy of the table signs nobody in.
 */

/** SHA-256 as base64url without padding (43 characters). For ids of 128 random bits and more. */
export function sha256(value: string): string {
  return hash('sha256', value, 'base64url');
}

/** HMAC-SHA-256 as base64url without padding. For values that a person could guess. */
export function hmacSha256(secret: string | Buffer, value: string): string {
  return createHmac('sha256', secret).update(value).digest('base64url');
}

/** Compares in constant time; strings of different lengths are different. */
export function constantTimeEqual(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
