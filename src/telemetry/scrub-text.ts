/** Longer texts are cut before anything else: no log line needs more. Characters. */
const LONGEST_TEXT = 16_384;

/** What stands where a secret stood. */
export const REDACTED = '[redacted]';

/** Parameters whose values are secrets, in queries, forms and assignments. */
const PARAMETERS = [
  'access_token',
  'assertion',
  'auth_req_id',
  'client_assertion',
  'client_secret',
  'code',
  'code_verifier',
  'cookie',
  'csrf',
  'device_code',
  'id_token',
  'id_token_hint',
  'login_hint_token',
  'logout_token',
  'nonce',
  'otp',
  'password',
  'refresh_token',
  'registration_access_token',
  'request_uri',
  'secret',
  'token',
  'user_code',
  'xsrf',
].join('|');

/**
 * Each pattern begins at a fixed word or mark, so that none takes quadratic time on hostile text.
 */
const RULES: readonly (readonly [RegExp, string])[] = [
  [
    /-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,20}PRIVATE KEY-----|$)/g,
    '[private key]',
  ],
  // JWT, JWS and JWE: a header object in base64url, then any number of parts.
  [/(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*)*/g, '[jwt]'],
  [/\b(authorization|proxy-authorization|cookie|set-cookie):[^\r\n]*/gi, `$1: ${REDACTED}`],
  // A credential has a digit, a capital or a sign in it; "Basic authentication" has not.
  [
    /\b([Bb]earer|BEARER|[Bb]asic|BASIC|DPoP|dpop)\s+(?=[a-z._~-]{0,200}[A-Z0-9+/=])[A-Za-z0-9+/=._~-]{8,}/g,
    `$1 ${REDACTED}`,
  ],
  // JSON and inspected objects: "password":"…", code: '…', "otp":123456.
  [
    new RegExp(
      `(?<![A-Za-z0-9_])((?:${PARAMETERS})["']?\\s{0,8}:\\s{0,8})(?:"(?:[^"\\\\]|\\\\.)*"?|'[^']*'?|\\d{4,})`,
      'gi',
    ),
    `$1"${REDACTED}"`,
  ],
  // Queries and forms: code=…, also when the whole has been percent-encoded once more.
  [
    new RegExp(
      `((?:(?<![A-Za-z0-9_])|(?<=%[0-9A-F]{2}))(?:${PARAMETERS})(?:=|%3D))[^\\s&"'<>;,)]{4,}`,
      'gi',
    ),
    `$1${REDACTED}`,
  ],
  [/(?<=urn:ietf:params:oauth:request_uri:)[A-Za-z0-9._~-]+/g, REDACTED],
  // The password of a URL.
  [/(?<=:\/\/)([^\s/@:]*):[^\s/]*@/g, `$1:${REDACTED}@`],
];

/**
 * Removes what looks like a secret from free text: JWTs, private keys, credentials after
 * `Bearer`, `Basic` and `DPoP`, cookie and authorization headers, values of parameters such as
 * `code=` and `password=`, passwords in URLs. It is the last net, not the first: rooms do not log
 * secrets to begin with.
 *
 * @param text - cut at 16,384 characters
 */
export function scrubText(text: string): string {
  let scrubbed = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}… [cut]` : text;
  for (const [pattern, replacement] of RULES) scrubbed = scrubbed.replace(pattern, replacement);
  return scrubbed;
}
