/** Longest identifier, in UTF-16 units: an e-mail address of RFC 3696 (64 + 1 + 255). */
const IDENTIFIER_MAX_LENGTH = 320;

/**
 * The form of a username or e-mail address that uniqueness and sign-in go by.
 *
 * What people type differently but read alike becomes one key: surrounding space goes, width and
 * compatibility variants fold (NFKC), letters become lower case, invisible characters (zero-width
 * joiners, direction marks, soft hyphens) go. So `Alice`, `ＡＬＩＣＥ` and `ali\u00ADce` are one name,
 * and none of them can be registered beside another.
 *
 * What stays apart: letters of different scripts that merely look alike (Cyrillic `а`, Latin `a`).
 * Folding those would take names away from people who write that script. The dotless `ı` stays
 * apart from `i`, since nothing is upper-cased.
 * A key is for looking up alone: mail goes to the stored address, never to a key or to what was
 * typed.
 *
 * Total and idempotent. The answer is `''` for a text that cannot be an identifier (nothing left,
 * more than 320 characters, a control character, half a surrogate pair); nobody may be stored
 * under `''`, so it matches nothing.
 *
 * @param text - as typed; any length, long ones cost nothing
 * @see RFC 8265, section 3.3 (UsernameCaseMapped), with NFKC for NFC
 */
export function normalizeIdentifier(text: string): string {
  // NFKC expands a character up to 18 times, so the length is looked at before as well.
  if (text.length > 2 * IDENTIFIER_MAX_LENGTH || !text.isWellFormed()) return '';
  const folded = fold(text);
  if (folded.length > IDENTIFIER_MAX_LENGTH || /\p{Cc}/u.test(folded)) return '';
  return folded;
}

function fold(text: string): string {
  const visible = text.normalize('NFKC').replace(/\p{Default_Ignorable_Code_Point}+/gu, '');
  // Lower case can leave the normal form (İ becomes i and a combining dot).
  return visible.toLowerCase().normalize('NFKC').trim();
}
