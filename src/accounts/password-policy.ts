import { commonPasswords } from './common-passwords.ts';
import { guessKey, isCommon, isPattern } from './guessable-text.ts';
import { PASSWORD_MAX_BYTES } from './password-hasher.ts';
import { isPersonal, type PasswordOwner, personalTerms } from './personal-text.ts';

/**
 * Fewest characters of a new password, counted as Unicode code points.
 *
 * NIST asks for 15 where a password is all there is and 8 beside a second factor. 8 is the floor
 * here, because the tenant decides about second factors and guessing is throttled; a page should
 * ask for 15. There are no rules of composition and no expiry, as NIST forbids both.
 *
 * @see NIST SP 800-63B-4, section 3.1.1.2
 */
export const PASSWORD_MIN_CHARACTERS = 8;

export type PasswordWeakness =
  /** Fewer than 8 characters. */
  | 'too_short'
  /** More than 1,024 bytes of UTF-8. */
  | 'too_long'
  /** One that leaked often, or such a one with a few digits and signs around it. */
  | 'common'
  /** Nothing but repetitions and runs: `abcabcabc`, `12345678`, `qwerasdf`. */
  | 'pattern'
  /** Little more than the person's own name, address, number or birthday, or the service's name. */
  | 'personal';

/**
 * What is wrong with a new password; undefined when it may be set.
 *
 * Beside the length, only what an attacker tries first is refused: no sign, digit or capital is
 * asked for. Case, width, spaces, dots and dashes are seen through.
 *
 * @param password - as typed; a long one is refused without being looked at
 * @param owner - whose password it is to be
 * @param services - names of the tenant and the application that it is for
 * @see NIST SP 800-63B-4, section 3.1.1.2 (blocklist)
 */
export async function passwordWeakness(
  password: string,
  owner: PasswordOwner,
  services: readonly string[] = [],
): Promise<PasswordWeakness | undefined> {
  if (password.length > PASSWORD_MAX_BYTES || Buffer.byteLength(password) > PASSWORD_MAX_BYTES) {
    return 'too_long';
  }
  if (isShort(password.normalize('NFKC'))) return 'too_short';
  const key = guessKey(password);
  if (isPattern(key)) return 'pattern';
  const common = await commonPasswords();
  const isWeak = (rest: string) => isShort(rest) || isPattern(rest) || isCommon(rest, common);
  if (isPersonal(key, personalTerms(owner, services), isWeak)) return 'personal';
  return isCommon(key, common) ? 'common' : undefined;
}

function isShort(text: string): boolean {
  return [...text].length < PASSWORD_MIN_CHARACTERS;
}
