/** Longer texts are no code, whatever is in them. */
const LONGEST = 64;

/**
 * A code of digits as a person typed it: with spaces or dashes in between, in the digits of any
 * script. Anything else that was typed stays in it, so that it matches nothing.
 *
 * @returns '' for a text that is too long to be a code
 */
export function typedDigits(text: string): string {
  return typedCode(text).replace(/\p{Nd}/gu, digitValue);
}

/**
 * A code of letters and digits as a person typed it: with spaces or dashes in between, in capitals
 * or not.
 *
 * @returns '' for a text that is too long to be a code
 */
export function typedCode(text: string): string {
  if (text.length > LONGEST || !text.isWellFormed()) return '';
  return text
    .normalize('NFKC')
    .replace(/[\s\p{Pd}\p{Default_Ignorable_Code_Point}]+/gu, '')
    .toLowerCase();
}

/** `٣` is 3: digits of a script lie together, zero first, and no two scripts touch. */
function digitValue(digit: string): string {
  const point = digit.codePointAt(0) ?? 0;
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(point - value - 1))) value += 1;
  return String(value);
}
