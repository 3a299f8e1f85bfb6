import { isEmailAddress } from '../accounts/email-address.ts';
import { normalizeIdentifier } from '../accounts/normalize-identifier.ts';
import { ACCOUNT_CLIENT_ID } from '../applications/account-client.ts';
import type { TextRule } from './seed-reader.ts';

/** What texts in seed files must look like; each says so in the words of an error message. */

const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

export const SLUG_RULE: TextRule = {
  expected: '1 to 63 of a-z, 0-9 and -, not beginning or ending with -',
  accepts: (text) => SLUG.test(text),
};

export const ROLE_KEY_RULE: TextRule = {
  expected: '1 to 63 letters, digits, ".", "_" or "-"',
  accepts: (text) => /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(text),
};

export const ROLE_REFERENCE_RULE: TextRule = {
  expected: 'application:role',
  accepts: (text) => {
    const [application = '', role = '', ...rest] = text.split(':');
    return rest.length === 0 && SLUG.test(application) && ROLE_KEY_RULE.accepts(role);
  },
};

/** Permissions are the scopes of an audience. @see RFC 6749, section 3.3 */
export const PERMISSION_RULE: TextRule = {
  expected: 'up to 128 ASCII characters without spaces, quotes and backslashes',
  accepts: (text) => /^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/.test(text),
};

export const NAME_RULE: TextRule = {
  expected: '1 to 200 characters on one line',
  accepts: (text) => text.trim() !== '' && text.length <= 200 && !hasControl(text),
};

export const CLIENT_ID_RULE: TextRule = {
  expected: `1 to 255 printable ASCII characters without spaces, other than ${ACCOUNT_CLIENT_ID}`,
  accepts: (text) => /^[\x21-\x7e]{1,255}$/.test(text) && text !== ACCOUNT_CLIENT_ID,
};

export const USERNAME_RULE: TextRule = {
  expected: '1 to 128 characters without spaces around them',
  accepts: (text) => text !== '' && text.length <= 128 && text.trim() === text && !hasControl(text),
};

export const EMAIL_RULE: TextRule = {
  expected: 'an e-mail address',
  accepts: isEmailAddress,
};

/** A resource indicator. @see RFC 8707, section 2 */
export const AUDIENCE_RULE: TextRule = {
  expected: 'an absolute URI without a fragment',
  accepts: (text) =>
    text.length <= 1024 && !/[\s#]/.test(text) && !hasControl(text) && URL.canParse(text),
};

/** A page that people are sent to. */
export const WEB_PAGE_RULE: TextRule = {
  expected: 'an https URL (http only for a loopback address)',
  accepts: (text) => text.length <= 2048 && isWebUrl(text),
};

/** A sentence or two that pages show. */
export const WELCOME_RULE: TextRule = {
  expected: '1 to 300 characters on one line',
  accepts: (text) => text.trim() !== '' && text.length <= 300 && !hasControl(text),
};

export const COLOUR_RULE: TextRule = {
  expected: 'a colour as "#rrggbb" in quotes',
  accepts: (text) => /^#[0-9a-fA-F]{6}$/.test(text),
};

/** An issuer on a host of the tenant's own: one host has one issuer, so it has no path. */
export const ISSUER_RULE: TextRule = {
  expected:
    'an https origin such as https://login.acme.example, without a path or a slash at the end',
  accepts: (text) => isWebUrl(text) && URL.parse(text)?.origin === text,
};

/** An issuer of somebody else. OpenID Connect Discovery 1.0, section 3 (`issuer`) */
export const UPSTREAM_ISSUER_RULE: TextRule = {
  expected: 'an issuer: an https URL without a query (http only for a loopback address)',
  accepts: (text) => text.length <= 1024 && isWebUrl(text) && !/[?#]/.test(text),
};

/** What tells the tenants of an upstream provider apart: an id, never a name for many. */
export const DIRECTORY_RULE: TextRule = {
  expected: 'the id of a directory, such as 8eaef023-2b34-4da1-9baa-8bc8c9d6a490',
  accepts: (text) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text),
};

/** Who we are at an upstream provider. RFC 6749, appendix A.1 */
export const UPSTREAM_CLIENT_ID_RULE: TextRule = {
  expected: '1 to 512 printable ASCII characters',
  accepts: (text) => /^[\x20-\x7e]{1,512}$/.test(text),
};

export const DOMAIN_RULE: TextRule = {
  expected: 'a domain such as acme.example, in lower case',
  accepts: (text) =>
    text.length <= 253 && isEmailAddress(`x@${text}`) && normalizeIdentifier(text) === text,
};

/** RFC 4648, section 4; over as many lines as it takes. */
export const BASE64_RULE: TextRule = {
  expected: 'base64',
  accepts: (text) => /^(?:[A-Za-z0-9+/]\s*)+(?:=\s*){0,2}$/.test(text),
};

export const ENVIRONMENT_NAME_RULE: TextRule = {
  expected: 'the name of an environment variable',
  accepts: (text) => /^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(text),
};

export const PATH_RULE: TextRule = {
  expected: 'the path of a file',
  accepts: (text) => text !== '' && text.length <= 4096 && !hasControl(text),
};

function isWebUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '' || /\s/.test(text)) return false;
  if (url.protocol === 'https:') return true;
  return url.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
}

/** Control characters and line separators. */
function hasControl(text: string): boolean {
  return /[\p{Cc}\u2028\u2029]/u.test(text);
}
