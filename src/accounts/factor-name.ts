/** Longest name of a factor, in characters. */
export const FACTOR_NAME_MAX = 60;

/**
 * What a person calls a factor, fit to be shown in a line: no control or invisible characters, no
 * more than 60 characters, spaces folded.
 *
 * @param text - as typed, any length
 * @returns '' when nothing is left
 */
export function factorName(text: string): string {
  const line = text
    .slice(0, 10 * FACTOR_NAME_MAX)
    .toWellFormed()
    .normalize('NFC')
    .replace(/\p{Default_Ignorable_Code_Point}+/gu, '')
    .replace(/[\p{Cc}\p{Z}]+/gu, ' ')
    .trim();
  return [...line].slice(0, FACTOR_NAME_MAX).join('').trim();
}
