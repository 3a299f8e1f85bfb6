import type { Account } from './account.ts';
import { guessKey } from './guessable-text.ts';

/** Standard claims that others know of a person. */
const NAME_CLAIMS = ['name', 'given_name', 'family_name', 'middle_name', 'nickname'];

/** Longest text that is looked at, in UTF-16 units. */
const TEXT_MAX_LENGTH = 320;

/** Whose password it is to be. */
export type PasswordOwner = Pick<Account, 'username' | 'email'> & {
  readonly claims?: Account['claims'];
};

/**
 * What somebody tries first who knows the person and the service: names, the e-mail address and
 * its parts, the telephone number, the date of birth; each as a `guessKey`, the longest first.
 *
 * @param services - names of the tenant and the application
 */
export function personalTerms(owner: PasswordOwner, services: readonly string[]): string[] {
  const { username, email = '', claims = {} } = owner;
  const texts = [username, email, ...services, ...NAME_CLAIMS.map((name) => textOf(claims[name]))];
  const terms = [
    ...texts.flatMap(wordsOf),
    textOf(claims.phone_number).replace(/\D/g, ''),
    ...datesOf(textOf(claims.birthdate)),
  ];
  return [...new Set(terms)].filter(isTelling).sort((a, b) => b.length - a.length);
}

/**
 * Whether a text is little more than such terms.
 *
 * @param key - from `guessKey`
 * @param isWeak - says of what is left whether it would be a password by itself
 */
export function isPersonal(
  key: string,
  terms: readonly string[],
  isWeak: (rest: string) => boolean,
): boolean {
  if (terms.some((term) => term.includes(key))) return true;
  // A mark where something was taken out: what lay around it is not read as one word.
  const marked = terms.reduce((text, term) => text.replaceAll(term, '\0'), key);
  const rest = marked.replaceAll('\0', '');
  return 2 * rest.length <= key.length && isWeak(rest);
}

function wordsOf(text: string): string[] {
  const known = text.slice(0, TEXT_MAX_LENGTH);
  return [known, ...known.split(/[^\p{L}\p{N}\p{M}]+/u)].map(guessKey);
}

/** A date as people write it: 1990-05-17, 17.5.1990, 05/17/90, and the year alone. */
function datesOf(birthdate: string): string[] {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(birthdate) ?? [];
  if (year === undefined || month === undefined || day === undefined) {
    return /^\d{4}$/.test(birthdate) ? [birthdate] : [];
  }
  const years = [year, year.slice(2)].filter((one) => one !== '0000' && one !== '00');
  return [
    ...years.flatMap((one) => [one + month + day, day + month + one, month + day + one]),
    year,
  ];
}

/** Two letters are in every other word; two ideographs are a name. */
function isTelling(term: string): boolean {
  return term.length >= 3 || (term.length === 2 && /^\P{ASCII}+$/u.test(term));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
