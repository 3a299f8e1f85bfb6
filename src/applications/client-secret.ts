import { hmacSha256 } from '../crypto/digest.ts';

/** Characters of a client secret: long enough that guessing is no attack, whatever made it. */
const CLIENT_SECRET_CHARACTERS = { min: 32, max: 512 } as const;

/**
 * The digest under which a client secret is stored and compared. A copy of the database alone
 * cannot be guessed at: the pepper is not in it readably.
 *
 * @param pepper - the deployment's own, the same for as long as the digests live
 */
export function clientSecretDigest(pepper: string | Buffer, secret: string): string {
  return hmacSha256(pepper, secret);
}

/**
 * Says what is wrong with a client secret that somebody chose.
 *
 * @returns completes "expected …, found …", without the secret; undefined when it is acceptable
 * @see RFC 6749, appendix A.2
 */
export function clientSecretProblem(
  secret: string,
): { readonly expected: string; readonly found: string } | undefined {
  const { min, max } = CLIENT_SECRET_CHARACTERS;
  if (!/^[\x20-\x7e]*$/.test(secret)) {
    return { expected: 'a client secret of printable ASCII characters', found: 'others in it' };
  }
  return secret.length < min || secret.length > max
    ? { expected: `a client secret of ${min} to ${max} characters`, found: String(secret.length) }
    : undefined;
}
