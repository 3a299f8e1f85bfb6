import type { Account } from './account.ts';
import { normalizeIdentifier } from './normalize-identifier.ts';
import { PASSWORD_MAX_BYTES } from './password-hasher.ts';

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
  /** The person's username or e-mail address, or the part of it before the @. */
  | 'is_identifier';

/**
 * What is wrong with a new password; undefined when it may be set.
 *
 * @param password - as typed
 * @param account - whose password it is to be
 */
export function passwordWeakness(
  password: string,
  account: Pick<Account, 'username' | 'email'>,
): PasswordWeakness | undefined {
  if (password.length > PASSWORD_MAX_BYTES || Buffer.byteLength(password) > PASSWORD_MAX_BYTES) {
    return 'too_long';
  }
  if ([...password.normalize('NFKC')].length < PASSWORD_MIN_CHARACTERS) return 'too_short';
  const key = normalizeIdentifier(password);
  const names = [account.username, account.email ?? ''].flatMap((name) => {
    const identifier = normalizeIdentifier(name);
    return [identifier, identifier.replace(/@[^@]*$/, '')];
  });
  // An empty key is that of a password which no identifier could be.
  return key !== '' && names.includes(key) ? 'is_identifier' : undefined;
}
