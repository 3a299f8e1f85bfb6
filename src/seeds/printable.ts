/**
 * Text for a terminal: what it would obey or hide (control characters, direction marks) is shown
 * as `\uXXXX`, line breaks included.
 */
export function printable(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
