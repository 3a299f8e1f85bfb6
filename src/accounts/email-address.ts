import { domainToASCII, domainToUnicode } from 'node:url';
import { normalizeIdentifier } from './normalize-identifier.ts';

/** Longest address that mail can carry. RFC 5321, sections 4.5.3.1.1 and 4.5.3.1.3 */
const ADDRESS_MAX_LENGTH = 254;
const LOCAL_MAX_LENGTH = 64;

/** Atoms with single dots between them, in every script. RFC 6531, section 3.3; no quoted forms */
const LOCAL =
  /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u;
/**
 * What a domain is written with. Node's functions read one as browsers read the host of an address:
 * they decode percent signs, and drop what comes after a slash, so that one mailbox would have any
 * number of names.
 */
const DOMAIN = /^[\p{L}\p{M}\p{N}.-]+$/u;
/** Nobody sees them: two addresses that look the same would be two. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;

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
  if (INVISIBLE.test(text) || !/^[^\s@<>"(),:;\\[\]]{1,64}@[^@]+$/.test(text)) return false;
  return DOMAIN.test(text.slice(text.indexOf('@') + 1));
}

/**
 * Reads an address that a person typed for an account of their own.
 *
 * Stricter than `isEmailAddress`, which operators' files go by: its domain is one of the Internet,
 * and no part of it mixes scripts that are not written together (`аlice@…` with a Cyrillic `а`),
 * so that nobody passes for somebody else among an application's users. What can be written in
 * several ways (full width, capitals in the domain, the domain in ASCII) comes out in one.
 *
 * @param text - as typed, any length; spaces around it are dropped
 * @see Unicode Technical Standard 39, section 5.2 ("highly restrictive")
 */
export function readEmailAddress(
  text: string,
): { readonly address: string } | { readonly problem: EmailAddressProblem } {
  const typed = text
    .slice(0, 4 * ADDRESS_MAX_LENGTH)
    .trim()
    .normalize('NFKC');
  if (typed === '') return { problem: 'missing' };
  const at = typed.lastIndexOf('@');
  const local = typed.slice(0, Math.max(at, 0));
  const domain = readDomain(typed.slice(at + 1));
  const address = `${local}@${domain ?? ''}`;
  const fits = LOCAL.test(local) && local.length <= LOCAL_MAX_LENGTH;
  if (domain === undefined || !fits || !isEmailAddress(address)) return { problem: 'malformed' };
  const parts = [local, ...domain.split('.')];
  return parts.every(isWrittenByPeople) ? { address } : { problem: 'mixed_scripts' };
}

/** A domain of the Internet as people write it; undefined when it is none. */
function readDomain(text: string): string | undefined {
  // What Japanese and Chinese keyboards write for a dot. Unicode Technical Standard 46, section 2.3
  const typed = text.replaceAll('\u3002', '.');
  if (!DOMAIN.test(typed)) return undefined;
  const ascii = domainToASCII(typed);
  const isDomain =
    ascii.length <= 253 &&
    /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*$/.test(ascii);
  return isDomain ? domainToUnicode(ascii) : undefined;
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
