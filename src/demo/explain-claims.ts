import { displayValue } from './display-value.ts';

/** A member of a token or an answer, explained. */
export interface ExplainedValue {
  readonly name: string;
  readonly value: string;
  /** The same for people: a date, a distance in time. */
  readonly note: string | undefined;
  readonly meaning: string;
}

/** Where a claim stands; some mean another thing in another place. */
export type ClaimPlace = 'header' | 'id_token' | 'access_token' | 'userinfo';

/** What a claim means where it stands; userinfo says the same as the ID token. */
interface Meanings {
  readonly idToken: string;
  readonly accessToken: string;
}

const UNKNOWN = 'Not a standard claim: the issuer’s documentation says what it means.';

const HEADER: ReadonlyMap<string, string> = new Map([
  ['alg', 'How it is signed. A verifier accepts only what it expects here, and never “none”.'],
  ['kid', 'Which of the issuer’s published keys verifies the signature.'],
  ['typ', 'What kind of JWT this is; “at+jwt” marks an access token (RFC 9068).'],
]);

/** Claims in the order in which they are told; what stands elsewhere comes behind them. */
const MEANINGS: ReadonlyMap<string, string | Meanings> = new Map<string, string | Meanings>([
  ['iss', 'Who issued it: the issuer URL that your app is configured with.'],
  [
    'sub',
    'The person, by an id that never changes and is never given to anybody else. Use this as the key in your database, not the e-mail address.',
  ],
  [
    'aud',
    {
      idToken: 'Whom it is for: your app’s client_id. An app refuses any other.',
      accessToken: 'Whom it is for: the API. An API refuses any other.',
    },
  ],
  ['exp', 'From this second on it is worthless.'],
  ['iat', 'When it was issued.'],
  ['nbf', 'Before this second it is worthless.'],
  ['auth_time', 'When the person last proved who they are. max_age is measured from here.'],
  ['nonce', 'The random value of the request, back again: this token answers that request.'],
  ['acr', 'How strong the sign-in was.'],
  ['amr', 'How the person signed in: “pwd” is a password.'],
  ['azp', 'The client that asked for it.'],
  ['sid', 'The session at the issuer; a sign-out names it.'],
  ['at_hash', 'Ties the access token to this ID token.'],
  ['c_hash', 'Ties the code to this ID token.'],
  ['client_id', 'The client that it was issued to.'],
  ['scope', 'What was granted.'],
  ['tenant', 'The tenant whose person or machine this is.'],
  [
    'roles',
    {
      idToken: 'The person’s roles in this application, and in no other.',
      accessToken: 'The person’s roles in the API’s application.',
    },
  ],
  ['permissions', 'What those roles allow in this application.'],
  ['jti', 'The id of this one token; introspection and revocation know it by this.'],
  ['gid', 'Refers to the grant without naming it; revoking the grant ends this token.'],
  ['cnf', 'The key that whoever presents it must prove to hold.'],
  ['name', 'Full name, for showing.'],
  ['given_name', 'First name.'],
  ['family_name', 'Last name.'],
  ['middle_name', 'Middle name.'],
  ['nickname', 'What friends say.'],
  ['preferred_username', 'The user name. People may change it: do not use it as a key.'],
  ['profile', 'A page about the person.'],
  ['picture', 'A picture of the person.'],
  ['website', 'The person’s own site.'],
  ['gender', 'Gender, as the person says it.'],
  ['birthdate', 'Date of birth, year first.'],
  ['zoneinfo', 'Time zone.'],
  ['locale', 'Language and region.'],
  ['updated_at', 'When these details last changed.'],
  ['email', 'E-mail address; believe it only as far as the next line says.'],
  ['email_verified', 'Whether the issuer knows that the address is the person’s own.'],
  ['phone_number', 'Phone number, in international form.'],
  ['phone_number_verified', 'Whether the issuer knows that the number is the person’s own.'],
  ['address', 'Postal address, in parts.'],
]);

/** Claims whose value is seconds since 1970. */
const TIMES = new Set(['exp', 'iat', 'nbf', 'auth_time', 'updated_at']);

/** Explains every member of a token's part or of a userinfo answer, the best known first. */
export function explainClaims(
  place: ClaimPlace,
  claims: Readonly<Record<string, unknown>>,
  now: Date,
): ExplainedValue[] {
  const order = place === 'header' ? [...HEADER.keys()] : [...MEANINGS.keys()];
  const rank = ([name]: [string, unknown]) =>
    order.includes(name) ? order.indexOf(name) : order.length;
  const entries = Object.entries(claims).sort((one, other) => rank(one) - rank(other));
  return entries.map(([name, value]) => ({
    name: displayValue(name),
    value: displayValue(value),
    note: place !== 'header' && TIMES.has(name) ? describeTime(value, now) : undefined,
    meaning: meaningOf(place, name),
  }));
}

function meaningOf(place: ClaimPlace, name: string): string {
  if (place === 'header') return HEADER.get(name) ?? 'A header of the issuer’s own.';
  const meaning = MEANINGS.get(name) ?? UNKNOWN;
  if (typeof meaning === 'string') return meaning;
  return place === 'access_token' ? meaning.accessToken : meaning.idToken;
}

/** Seconds since 1970 as a date, with its distance from now. */
export function describeTime(value: unknown, now: Date): string | undefined {
  if (typeof value !== 'number') return undefined;
  const date = new Date(value * 1000);
  if (Number.isNaN(date.getTime())) return undefined;
  const at = `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  return `${at}, ${describeDistance(Math.round((date.getTime() - now.getTime()) / 1000))}`;
}

function describeDistance(seconds: number): string {
  const distance = Math.abs(seconds);
  if (distance < 2) return 'now';
  const [count, unit] =
    distance < 120
      ? [distance, 'seconds']
      : distance < 2 * 60 * 60
        ? [Math.round(distance / 60), 'minutes']
        : distance < 2 * 24 * 60 * 60
          ? [Math.round(distance / 3600), 'hours']
          : [Math.round(distance / 86_400), 'days'];
  return seconds > 0 ? `in ${count} ${unit}` : `${count} ${unit} ago`;
}
