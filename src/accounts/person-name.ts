/** Longest name of a person, in characters; it travels in tokens. */
const PERSON_NAME_MAX_CHARACTERS = 100;

/** Controls, line separators and the marks that reorder text. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u;

/**
 * Reads a name that a person typed for themselves: one line of any script. What people are called
 * is not checked any further.
 *
 * @param text - as typed, any length; runs of spaces become one
 */
export function readPersonName(
  text: string,
): { readonly name: string } | { readonly problem: 'missing' | 'too_long' | 'unprintable' } {
  // A name of so many characters of the longest kind; what is longer need not be looked at.
  if (text.length > 20 * PERSON_NAME_MAX_CHARACTERS) return { problem: 'too_long' };
  const name = text.replace(/[\p{Zs}\t]+/gu, ' ').trim();
  if (!name.isWellFormed() || UNPRINTABLE.test(name)) return { problem: 'unprintable' };
  if (!/[\p{L}\p{N}]/u.test(name)) return { problem: 'missing' };
  return [...name].length > PERSON_NAME_MAX_CHARACTERS ? { problem: 'too_long' } : { name };
}
