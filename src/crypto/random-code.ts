import { randomInt } from 'node:crypto';

/** Random decimal digits, each value equally likely. */
export function randomDigits(count: number): string {
  return randomCharacters('0123456789', count);
}

/**
 * Random characters, each equally likely.
 *
 * @param alphabet - ASCII; 32 characters give 5 bits each
 */
export function randomCharacters(alphabet: string, count: number): string {
  return Array.from({ length: count }, () => alphabet.charAt(randomInt(alphabet.length))).join('');
}
