/** Longest name that a page shows. */
const MAX_NAME_CHARACTERS = 120;
/** Controls, and the invisible marks that reorder text: a name may not rearrange our sentence. */
const UNPRINTABLE = /[\p{Cc}\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;
/** Where a name goes; nobody's letter. Unicode, section 23.5 (private use) */
const SLOT = '\ue000';
/** Letters written from right to left. */
const RIGHT_TO_LEFT =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]|[\u{10800}-\u{10fff}]|[\u{1e800}-\u{1efff}]/u;

/**
 * Somebody else's name for something, fit to stand in a sentence of ours: one line, bounded,
 * without characters that hide or reorder text.
 *
 * @param name - as registered or requested, of any length
 * @param maxCharacters - a longer one ends in an ellipsis
 */
export function displayName(name: string, maxCharacters = MAX_NAME_CHARACTERS): string {
  const line = name.replace(UNPRINTABLE, ' ').replace(/\s+/gu, ' ').trim();
  const characters = [...line];
  return characters.length <= maxCharacters
    ? line
    : `${characters.slice(0, maxCharacters - 1).join('')}…`;
}

/**
 * Keeps a right-to-left name from reordering the left-to-right sentence around it, where markup
 * (`<bdi>`) cannot: in titles and in sentences that come as one string.
 *
 * @param name - from `displayName`, so it holds no isolates of its own
 * @see Unicode Standard Annex 9, section 2.4 (explicit directional isolates)
 */
export function isolate(name: string): string {
  return RIGHT_TO_LEFT.test(name) ? `\u2068${name}\u2069` : name;
}

/**
 * A sentence in two parts, for a template that puts the name between them in markup of its own.
 * Where the name stands is the language's affair.
 */
export function aroundName(sentence: (name: string) => string): { before: string; after: string } {
  const [before = '', after = ''] = sentence(SLOT).split(SLOT);
  return { before, after };
}

/**
 * Keeps any name apart from a right-to-left sentence around it, which reorders the stops and
 * brackets at the edges of left-to-right text. For catalogues that are written that way.
 *
 * @param name - from `displayName`, so it holds no isolates of its own
 */
export function isolateInRtl(name: string): string {
  return `\u2068${name}\u2069`;
}
