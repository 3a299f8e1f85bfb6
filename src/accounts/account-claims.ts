import type { Account } from './account.ts';

/**
 * The standard claims that each scope asks for.
 *
 * @see OpenID Connect Core 1.0, section 5.4
 */
export const STANDARD_CLAIMS: Record<'profile' | 'email' | 'address' | 'phone', string[]> = {
  profile: [
    'name',
    'family_name',
    'given_name',
    'middle_name',
    'nickname',
    'preferred_username',
    'profile',
    'picture',
    'website',
    'gender',
    'birthdate',
    'zoneinfo',
    'locale',
    'updated_at',
  ],
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number', 'phone_number_verified'],
};

/** Longest text of a claim, in UTF-16 units: claims travel in tokens. */
const TEXT_MAX_LENGTH = 255;
const URL_MAX_LENGTH = 2048;
const ADDRESS_MAX_LENGTH = 1024;

/**
 * Everything that is known of an account, by the names of OpenID Connect. Which of it a client
 * gets is decided by the scopes and claims that were granted, not here.
 *
 * What the account itself says (`sub`, username, e-mail) wins over a stored claim of that name.
 *
 * @returns `updated_at` in seconds since 1970
 * @see OpenID Connect Core 1.0, section 5.1
 */
export function accountClaims(account: Account): Record<string, unknown> {
  const email =
    account.email === undefined
      ? {}
      : { email: account.email, email_verified: account.emailVerified };
  return {
    ...account.claims,
    ...email,
    sub: account.id,
    preferred_username: account.username,
    updated_at: Math.floor(account.updatedAt.getTime() / 1000),
  };
}

/** Says what a value must be, or nothing when it is. */
type Check = (value: unknown) => string | undefined;

const CHECKS: ReadonlyMap<string, Check> = new Map([
  ['name', isText],
  ['family_name', isText],
  ['given_name', isText],
  ['middle_name', isText],
  ['nickname', isText],
  ['gender', isText],
  ['profile', isWebAddress],
  ['picture', isWebAddress],
  ['website', isWebAddress],
  ['birthdate', isBirthdate],
  ['zoneinfo', isTimeZone],
  ['locale', isLocale],
  ['phone_number', isPhoneNumber],
  ['phone_number_verified', isBoolean],
  ['address', isAddress],
]);

/** Claims that are fields of the account, by the field that they are made from. */
const FIELDS: ReadonlyMap<string, string> = new Map([
  ['sub', 'id'],
  ['preferred_username', 'username'],
  ['email', 'email'],
  ['email_verified', 'emailVerified'],
  ['updated_at', 'time of its last change'],
]);

const ADDRESS_MEMBERS = new Set([
  'formatted',
  'street_address',
  'locality',
  'region',
  'postal_code',
  'country',
]);

/**
 * Checks the stored claims of an account against OpenID Connect's own types, so that no client
 * meets a birthdate that is none.
 *
 * @param claims - by their OIDC names
 * @returns one sentence per problem, beginning with the claim's name; empty when all is well
 * @see OpenID Connect Core 1.0, sections 5.1 and 5.1.1
 */
export function validateStandardClaims(claims: Readonly<Record<string, unknown>>): string[] {
  const problems: string[] = [];
  for (const [name, value] of Object.entries(claims)) {
    const complaint = complaintAbout(name, value);
    if (complaint !== undefined) problems.push(`${name} ${complaint}`);
  }
  if (claims.phone_number_verified === true && !isE164(claims.phone_number)) {
    problems.push(
      'phone_number_verified can be true only beside a phone_number in E.164 form, such as +14255551212',
    );
  }
  return problems;
}

/** Whether a value may stand under the name of a standard claim. */
export function isValidClaim(name: string, value: unknown): boolean {
  return complaintAbout(name, value) === undefined;
}

function complaintAbout(name: string, value: unknown): string | undefined {
  const field = FIELDS.get(name);
  if (field !== undefined) return `is made from the account's ${field}`;
  const check = CHECKS.get(name);
  return check === undefined ? 'is not a standard claim' : check(value);
}

function isText(value: unknown): string | undefined {
  return isTextOf(value, TEXT_MAX_LENGTH)
    ? undefined
    : `must be a text of 1 to ${TEXT_MAX_LENGTH} characters`;
}

function isBoolean(value: unknown): string | undefined {
  return typeof value === 'boolean' ? undefined : 'must be true or false';
}

function isWebAddress(value: unknown): string | undefined {
  const url = isTextOf(value, URL_MAX_LENGTH) ? URL.parse(value) : null;
  return url?.protocol === 'https:' || url?.protocol === 'http:'
    ? undefined
    : 'must be an http or https URL';
}

/** `YYYY-MM-DD`, `0000-MM-DD` for an unknown year, or the year alone. */
function isBirthdate(value: unknown): string | undefined {
  const match = typeof value === 'string' ? /^(\d{4})(?:-(\d\d)-(\d\d))?$/.exec(value) : null;
  if (match !== null) {
    const [, year, month, day] = match;
    if (month === undefined) return undefined;
    // The year 2000 has every day that a year can have.
    const date = new Date(`${year === '0000' ? '2000' : year}-${month}-${day}T00:00:00Z`);
    if (date.getUTCMonth() + 1 === Number(month) && date.getUTCDate() === Number(day)) {
      return undefined;
    }
  }
  return 'must be a day such as "1980-02-29", a year, or "0000-02-29" without its year';
}

function isTimeZone(value: unknown): string | undefined {
  const complaint = 'must be a time zone such as "Europe/Paris"';
  if (typeof value !== 'string' || /^[+-]/.test(value)) return complaint;
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
    return undefined;
  } catch {
    return complaint;
  }
}

function isLocale(value: unknown): string | undefined {
  const complaint = 'must be a language tag such as "en-US"';
  if (typeof value !== 'string') return complaint;
  try {
    // The specification allows the underscore that some systems write.
    Intl.getCanonicalLocales(value.replaceAll('_', '-'));
    return undefined;
  } catch {
    return complaint;
  }
}

/** E.164 is recommended, not required: national numbers pass. */
function isPhoneNumber(value: unknown): string | undefined {
  return typeof value === 'string' && /^\+?\(?\d[\d ().-]{1,30}(?:;ext=\d{1,15})?$/.test(value)
    ? undefined
    : 'must be a telephone number such as "+1 (425) 555-1212;ext=5678"';
}

function isE164(value: unknown): boolean {
  return typeof value === 'string' && /^\+[1-9]\d{1,14}(?:;ext=\d{1,15})?$/.test(value);
}

function isAddress(value: unknown): string | undefined {
  const complaint = `must be an object with texts under some of ${[...ADDRESS_MEMBERS].join(', ')}`;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return complaint;
  const members = Object.entries(value);
  const valid = members.every(
    ([name, text]) => ADDRESS_MEMBERS.has(name) && isTextOf(text, ADDRESS_MAX_LENGTH),
  );
  return valid && members.length > 0 ? undefined : complaint;
}

/** What PostgreSQL and JSON can hold, with something in it to read. */
function isTextOf(value: unknown, maxLength: number): value is string {
  return (
    typeof value === 'string' &&
    value.trim() !== '' &&
    value.length <= maxLength &&
    value.isWellFormed() &&
    !value.includes('\0')
  );
}
