import { domainToASCII } from 'node:url';
import { normalizeIdentifier } from './normalize-identifier.ts';

/** Longest address that mail can carry. RFC 5321, sections 4.5.3.1.1 and 4.5.3.1.3 */
const ADDRESS_MAX_LENGTH = 254;
const LOCAL_MAX_LENGTH = 64;

/** Why a typed address cannot be somebody's. */
export type EmailAddressProblem =
  | 'missing'
  /** Not of the form of an address. */
  | 'malformed'
  /** Letters of scripts that nobody mixes in one word: made to look like another address. */
  | 'mixed_scripts';

/**
 * Whether a text has the form of an e-mail address: one that mail can be sent to, without the
 * quoted and commented forms that nobody has.
 *
 * @see RFC 5321, section 4.1.2; RFC 6531 (addresses in other scripts)
 */
export function isEmailAddress(text: string): boolean {
  if (text.length > ADDRESS_MAX_LENGTH || normalizeIdentifier(text) === '') return false;
  return /^[^\s@<>"(),:;\\[\]]{1,64}@[^\s@<>"(),:;\\[\]]+$/.test(text);
}

/**
 * Reads an address that a person typed for an account of their own.
 *
 * Stricter than `isEmailAddress`, which operators' files go by: its domain is one of the Internet,
 * and no part of it mixes scripts that are not written together (`аlice@…` with a Cyrillic `а`),
 * so that nobody passes for somebody else among an application's users.
 *
 * @param text - as typed, any length; spaces around it are dropped
 * @see Unicode Technical Standard 39, section 5.2 ("highly restrictive")
 */
export function readEmailAddress(
  text: string,
): { readonly address: string } | { readonly problem: EmailAddressProblem } {
  const address = text.slice(0, 4 * ADDRESS_MAX_LENGTH).trim();
  if (address === '') return { problem: 'missing' };
  const [local = '', domain = ''] = address.split('@');
  if (!isEmailAddress(address) || local.length > LOCAL_MAX_LENGTH || !isDomain(domain)) {
    return { problem: 'malformed' };
  }
  const parts = [local, ...domain.split('.')];
  return parts.every(isWrittenByPeople) ? { address } : { problem: 'mixed_scripts' };
}

function isDomain(domain: string): boolean {
  const ascii = domainToASCII(domain);
  return (
    ascii.length <= 253 &&
    /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*$/.test(ascii)
  );
}

/** Scripts that are written together in one word. */
const TOGETHER = [
  ['Latin', 'Han', 'Hiragana', 'Katakana'],
  ['Latin', 'Han', 'Bopomofo'],
  ['Latin', 'Han', 'Hangul'],
];

/** Scripts by name; what is in none of them counts as one more, which nothing is mixed with. */
const SCRIPTS: readonly (readonly [string, RegExp])[] = [
  'Latin',
  'Cyrillic',
  'Greek',
  'Arabic',
  'Hebrew',
  'Han',
  'Hiragana',
  'Katakana',
  'Hangul',
  'Bopomofo',
  'Armenian',
  'Georgian',
  'Devanagari',
  'Bengali',
  'Thai',
  'Tamil',
  'Telugu',
  'Gujarati',
  'Gurmukhi',
  'Kannada',
  'Malayalam',
  'Sinhala',
  'Khmer',
  'Lao',
  'Myanmar',
  'Ethiopic',
  'Cherokee',
  'Coptic',
].map((name) => [name, new RegExp(`\\p{Script=${name}}`, 'u')]);

function isWrittenByPeople(word: string): boolean {
  const scripts = new Set<string>();
  for (const letter of word.normalize('NFKC').match(/\p{L}/gu) ?? []) {
    // Letters that every script uses, such as the Japanese sound mark.
    if (/\p{Script=Common}|\p{Script=Inherited}/u.test(letter)) continue;
    scripts.add(SCRIPTS.find(([, pattern]) => pattern.test(letter))?.[0] ?? 'another');
  }
  if (scripts.size <= 1) return true;
  return TOGETHER.some((together) => [...scripts].every((script) => together.includes(script)));
}
