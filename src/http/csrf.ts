import type { IncomingHttpHeaders } from 'node:http';
import { constantTimeEqual, hmacSha256 } from '../crypto/digest.ts';
import { GatehouseError } from '../errors.ts';

/** Name of the hidden field that carries the token. */
export const CSRF_FIELD = 'csrf';

/** A form that cannot be shown to come from a page of ours. Nothing was done. */
export class CsrfError extends GatehouseError {
  constructor(code: 'csrf_token_invalid' | 'origin_refused', message: string) {
    super(code, message, { status: 403, expose: true });
  }
}

/**
 * The anti-CSRF token of one form. It needs no storage: it is the HMAC of what the form is for.
 *
 * @param secret - shared by all replicas
 * @param purpose - names the form's subject and the one thing it belongs to (an interaction's
 *   uid, the digest of a link's token), so that a token of one is worthless for another
 * @returns 43 characters, base64url
 */
export function csrfToken(secret: string, purpose: string): string {
  return hmacSha256(secret, `csrf ${purpose}`);
}

/**
 * Refuses a form whose token is not the one of its purpose.
 *
 * @throws CsrfError 403 `csrf_token_invalid`
 */
export function requireCsrfToken(secret: string, purpose: string, token: string | undefined): void {
  if (token === undefined || !constantTimeEqual(token, csrfToken(secret, purpose))) {
    throw new CsrfError('csrf_token_invalid', 'the form does not belong to this page');
  }
}

/**
 * Refuses a POST that a browser sent from another origin.
 *
 * Browsers send `Origin` with every POST; a foreign one, or `null` (a sandboxed frame, a page
 * without referrer), is refused. A request without it comes from something that is no browser, or
 * a very old one: then `Sec-Fetch-Site` must not contradict, and the token alone decides.
 *
 * @param origin - the issuer's own, such as `https://login.example`
 * @throws CsrfError 403 `origin_refused`
 * @see Fetch Standard, section 3.2 (Origin); Fetch Metadata, section 2.2 (Sec-Fetch-Site)
 */
export function requireSameOrigin(
  headers: Pick<IncomingHttpHeaders, 'origin' | 'sec-fetch-site'>,
  origin: string,
): void {
  const site = headers['sec-fetch-site'];
  const foreign =
    headers.origin === undefined
      ? site !== undefined && site !== 'same-origin' && site !== 'none'
      : headers.origin !== origin;
  if (foreign) throw new CsrfError('origin_refused', 'the form was sent from another site');
}
