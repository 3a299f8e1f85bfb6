import { validateStandardClaims } from '../accounts/account-claims.ts';
import { isEmailAddress } from '../accounts/email-address.ts';
import type { UpstreamIdentity } from './upstream.ts';

/** The standard claims that a new account may begin with. */
const CLAIM_NAMES = ['name', 'given_name', 'family_name', 'middle_name', 'nickname', 'locale'];
const MAX_CLAIM_LENGTH = 200;

/**
 * Reads what a provider says of a person, as far as it is of use and has the form: a claim that
 * has not is left out, since none decides anything. `email_verified` may be text: some send that.
 */
export function readUpstreamClaims(
  said: Readonly<Record<string, unknown>>,
): Pick<UpstreamIdentity, 'email' | 'emailVerified' | 'claims'> {
  const { email, email_verified: verified } = said;
  const address = typeof email === 'string' && isEmailAddress(email) ? email : undefined;
  const texts = CLAIM_NAMES.flatMap((name) => {
    const text = readText(said[name]);
    if (text === undefined || validateStandardClaims({ [name]: text }).length > 0) return [];
    return [[name, text] as const];
  });
  return {
    email: address,
    emailVerified: address !== undefined && (verified === true || verified === 'true'),
    claims: Object.fromEntries(texts),
  };
}

/** One line of text that can be stored and shown. */
function readText(value: unknown): string | undefined {
  if (typeof value !== 'string' || !value.isWellFormed()) return undefined;
  const text = value.trim();
  const fits = text !== '' && text.length <= MAX_CLAIM_LENGTH;
  return fits && !/[\p{Cc}\u2028\u2029]/u.test(text) ? text : undefined;
}
