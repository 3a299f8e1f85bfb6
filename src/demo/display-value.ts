/** Longest value that a page shows; a claim that is longer is cut, and says so. */
const MAX_CHARACTERS = 2000;
/** What of a one-time or secret value is shown: enough to recognise it, too little to use it. */
const RECOGNISABLE_CHARACTERS = 10;
/** What a page would hide or obey: controls, and marks that reorder text. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/**
 * Any value of a token or an answer as text for a page: a text as it is, everything else as JSON.
 * Characters that would not show are shown as `\uXXXX`. Markup is the template's to escape.
 */
export function displayValue(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value, null, 1) ?? '');
  const line = typeof value === 'string' ? text : text.replace(/\n\s*/g, ' ');
  const shown = line.replace(UNPRINTABLE, escaped);
  return shown.length <= MAX_CHARACTERS ? shown : `${shown.slice(0, MAX_CHARACTERS)}…`;
}

/** The beginning of a value that is too long to read or that should not be copied from a page. */
export function shorten(value: string): string {
  const shown = displayValue(value);
  return shown.length <= RECOGNISABLE_CHARACTERS
    ? shown
    : `${shown.slice(0, RECOGNISABLE_CHARACTERS)}…`;
}

function escaped(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}
