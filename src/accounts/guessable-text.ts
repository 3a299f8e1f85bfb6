/**
 * What makes a text easy to guess, whoever's it is. All of these take what `guessKey` makes.
 */

/** Rows of keyboards along which fingers wander. */
const ROWS = [
  '1234567890',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'qwertzuiop',
  'yxcvbnm',
  'azertyuiop',
  'qsdfghjklm',
  'wxcvbn',
  'йцукенгшщзхъ',
  'фывапролджэ',
  'ячсмитьбю',
].flatMap((row) => [row, [...row].toReversed().join('')]);

/** Shortest run of neighbours that counts as one. */
const RUN = 3;
/** Longest piece that may be repeated without being looked at itself. */
const REPEATED_PIECE = 4;
/** What is put before and after a word, and is seen through; more of it is work to guess. */
const DECORATION_MAX = 12;
/** As much of it may be anything. */
const FREE_DECORATION = 4;
/** Shorter words are part of too many others; no common password is longer. */
const WORD_MIN = 4;
const WORD_MAX = 64;

/** Letters that digits and signs stand for. */
const LOOKS_LIKE: Readonly<Record<string, string>> = {
  '@': 'a',
  '4': 'a',
  '3': 'e',
  '!': 'i',
  '0': 'o',
  $: 's',
  '5': 's',
  '7': 't',
};

/**
 * A text without what people change to make a word look like another: case, width, spaces, dots
 * and dashes.
 */
export function guessKey(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\s\p{Default_Ignorable_Code_Point}\p{Pd}._]+/gu, '')
    .toLowerCase();
}

/** Whether a text is nothing but a piece repeated, or runs like `abcd`, `4321`, `aaa`, `qwer`. */
export function isPattern(key: string): boolean {
  const characters = [...key];
  if (repeatedPiece(characters).length <= REPEATED_PIECE && characters.length > REPEATED_PIECE) {
    return true;
  }
  let at = 0;
  while (at < characters.length) {
    const length = runAt(characters, at);
    if (length < RUN) return false;
    at += length;
  }
  return true;
}

/**
 * Whether a text is a common password, also repeated, with digits for letters, or with a few
 * digits and signs before and after it.
 */
export function isCommon(key: string, common: ReadonlySet<string>): boolean {
  const characters = [...repeatedPiece([...key])];
  if (common.has(characters.join(''))) return true;
  if (characters.length > WORD_MAX) return false;
  const before = decoration(characters);
  const after = decoration(characters.toReversed());
  for (let start = 0; start <= before; start += 1) {
    for (let end = 0; end <= after && start + end < characters.length; end += 1) {
      const word = characters.slice(start, characters.length - end);
      const free = [characters.slice(0, start), characters.slice(characters.length - end)]
        .filter((part) => !isObvious(part.join(''), common))
        .reduce((sum, part) => sum + part.length, 0);
      if (free <= FREE_DECORATION && isCommonWord(word, common)) return true;
    }
  }
  return false;
}

function isCommonWord(word: readonly string[], common: ReadonlySet<string>): boolean {
  const piece = repeatedPiece(word).join('');
  if (piece.length < WORD_MIN) return false;
  const spelled = piece.replace(/[@43!0$57]/g, (sign) => LOOKS_LIKE[sign] ?? sign);
  return [piece, spelled.replaceAll('1', 'i'), spelled.replaceAll('1', 'l')].some(
    (text) => /\p{L}/u.test(text) && common.has(text),
  );
}

/** Whether what stands before or after a word is what people put there. */
function isObvious(part: string, common: ReadonlySet<string>): boolean {
  const isYear = /^(19|20)\d\d$/.test(part);
  return isYear || common.has(part) || isPattern(part) || new Set(part).size === 1;
}

/** How many characters at the beginning are no letters. */
function decoration(characters: readonly string[]): number {
  const first = characters.findIndex((character) => /\p{L}/u.test(character));
  return Math.min(first < 0 ? characters.length : first, DECORATION_MAX);
}

/** The shortest piece that a text is a repetition of, the last time perhaps cut short. */
function repeatedPiece(characters: readonly string[]): readonly string[] {
  for (let period = 1; period <= characters.length / 2; period += 1) {
    if (characters.every((one, at) => at < period || one === characters[at - period])) {
      return characters.slice(0, period);
    }
  }
  return characters;
}

/** How long the run is that begins at a place. */
function runAt(characters: readonly string[], at: number): number {
  return Math.max(stepsAt(characters, at), keysAt(characters, at));
}

/** Characters that follow each other, up or down, or stay the same. */
function stepsAt(characters: readonly string[], at: number): number {
  const point = (place: number) => characters[place]?.codePointAt(0) ?? Number.NaN;
  const step = point(at + 1) - point(at);
  if (!(Math.abs(step) <= 1)) return 1;
  let length = 2;
  while (point(at + length) - point(at + length - 1) === step) length += 1;
  return length;
}

/** Keys beside each other. */
function keysAt(characters: readonly string[], at: number): number {
  let length = 1;
  while (
    at + length < characters.length &&
    ROWS.some((row) => row.includes(characters.slice(at, at + length + 1).join('')))
  ) {
    length += 1;
  }
  return length;
}
