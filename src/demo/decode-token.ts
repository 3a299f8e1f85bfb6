import { decodeJwt, decodeProtectedHeader } from 'jose';

/** A token as it can be read by anybody who holds it. */
export type DecodedToken =
  | {
      readonly kind: 'jwt';
      readonly header: Readonly<Record<string, unknown>>;
      readonly claims: Readonly<Record<string, unknown>>;
    }
  /** Says nothing by itself: only its issuer knows what it stands for. */
  | { readonly kind: 'opaque' };

/**
 * Reads a token for showing. It verifies nothing: reading is not believing.
 *
 * @see RFC 7519, section 3
 */
export function decodeToken(token: string): DecodedToken {
  try {
    const header = { ...decodeProtectedHeader(token) };
    return { kind: 'jwt', header, claims: decodeJwt(token) };
  } catch {
    return { kind: 'opaque' };
  }
}

/**
 * Whom an ID token that was verified when it came is about.
 *
 * @throws JWTInvalid when it is no JWT
 */
export function subjectOf(idToken: string): string {
  return decodeJwt(idToken).sub ?? '';
}
