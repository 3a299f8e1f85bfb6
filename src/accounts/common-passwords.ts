let loaded: Promise<ReadonlySet<string>> | undefined;

/**
 * Passwords that leaked often, in lower case: some 49,000, the first that anybody tries.
 *
 * They are read when a password is set first (some 20 ms, and 5 MB from then on): a replica that
 * nobody sets one at does without.
 */
export function commonPasswords(): Promise<ReadonlySet<string>> {
  loaded ??= import('@zxcvbn-ts/language-common').then(
    ({ dictionary }) => new Set(dictionary['passwords-common']),
  );
  return loaded;
}
