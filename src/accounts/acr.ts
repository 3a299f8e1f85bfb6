/**
 * What a sign-in proved, as `acr`: ordered, the weakest first. A client may ask for one of them in
 * `acr_values` or the `acr` claim; a stronger one satisfies whoever asked for a weaker one.
 *
 * @see OpenID Connect Core 1.0, section 2 (`acr`)
 */
export const ACR_LEVELS = [
  /** One factor: a password, a code sent by e-mail, an upstream identity provider. */
  'urn:gatehouse:acr:single-factor',
  /** One factor, in a browser that proved a second one not long ago. */
  'urn:gatehouse:acr:remembered-browser',
  /** Two factors, in this sign-in. */
  'urn:gatehouse:acr:multi-factor',
  /** Two factors, one of them bound to this origin: a passkey. */
  'urn:gatehouse:acr:phishing-resistant',
] as const;

export type Acr = (typeof ACR_LEVELS)[number];

export const ACR_SINGLE_FACTOR = ACR_LEVELS[0];
export const ACR_REMEMBERED_BROWSER = ACR_LEVELS[1];
export const ACR_MULTI_FACTOR = ACR_LEVELS[2];
export const ACR_PHISHING_RESISTANT = ACR_LEVELS[3];

/**
 * How a factor was proved. RFC 8176 has `pwd`, `otp`, `hwk` (a passkey that cannot leave its
 * device) and `swk` (a passkey that is synchronised); the others are ours.
 */
export type AuthenticationMethod = 'pwd' | 'email' | 'fed' | 'otp' | 'recovery' | 'hwk' | 'swk';

/** A method, or `mfa`: two factors were proved. RFC 8176, section 2 */
export type Amr = AuthenticationMethod | 'mfa';

/** What opens a sign-in. Two of these prove no more than one: all are one thing that can leak. */
const FIRST_FACTORS: ReadonlySet<string> = new Set(['pwd', 'email', 'fed']);
const PASSKEYS: ReadonlySet<string> = new Set(['hwk', 'swk']);
/** What comes on top of a first factor. */
const SECOND_FACTORS: ReadonlySet<string> = new Set(['otp', 'recovery', ...PASSKEYS]);

/** Whether a method is one that opens a sign-in, and proves no second factor. */
export function isFirstFactor(method: AuthenticationMethod): boolean {
  return FIRST_FACTORS.has(method);
}

/**
 * The `amr` of what was proved in one sign-in: each method once, with `mfa` where it is due.
 *
 * @param methods - in the order in which they were proved
 * @param userVerified - whether a passkey was used that checked who holds it (PIN, fingerprint):
 *   two factors by itself
 */
export function amrOf(methods: readonly AuthenticationMethod[], userVerified = false): Amr[] {
  const proved = new Set(methods);
  const alone = userVerified && methods.some((method) => PASSKEYS.has(method));
  const together =
    methods.some((method) => FIRST_FACTORS.has(method)) &&
    methods.some((method) => SECOND_FACTORS.has(method));
  return [...proved, ...(alone || together ? (['mfa'] as const) : [])];
}

/**
 * The level that a sign-in reached.
 *
 * @param amr - from `amrOf`
 * @param rememberedBrowser - whether the browser proved a second factor of this account earlier
 */
export function acrOf(amr: readonly string[], rememberedBrowser = false): Acr {
  if (amr.includes('mfa')) {
    return amr.some((method) => PASSKEYS.has(method)) ? ACR_PHISHING_RESISTANT : ACR_MULTI_FACTOR;
  }
  return rememberedBrowser ? ACR_REMEMBERED_BROWSER : ACR_SINGLE_FACTOR;
}

/**
 * The level of a session or token that was stored. A newer release may have more levels than there
 * are here: what was proved says as much as this one can know.
 */
export function levelOf(stored: {
  readonly acr?: string | undefined;
  readonly amr?: readonly string[] | undefined;
}): string | undefined {
  const { acr, amr = [] } = stored;
  return acr === undefined || rank(acr) >= 0 ? acr : acrOf(amr);
}

/**
 * Whether a sign-in is as strong as what is asked for. A value that is none of ours satisfies
 * nothing and is satisfied by nothing.
 */
export function satisfies(acr: string | undefined, required: string): boolean {
  const asked = rank(required);
  return asked >= 0 && rank(acr) >= asked;
}

/**
 * The weakest level among what would do, so that nobody is asked for more than they have to prove;
 * undefined when none of them is ours.
 *
 * @param values - `acr_values`, or the values of an `acr` claim; any strings
 */
export function weakestAcr(values: readonly string[]): Acr | undefined {
  return ACR_LEVELS.find((level) => values.includes(level));
}

function rank(acr: string | undefined): number {
  return (ACR_LEVELS as readonly (string | undefined)[]).indexOf(acr);
}
