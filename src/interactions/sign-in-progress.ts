import { type AuthenticationMethod, acrOf, amrOf, isFirstFactor } from '../accounts/acr.ts';

/**
 * What a person has proved in a sign-in that is not finished.
 *
 * It is kept in the interaction under a name that the protocol does not know, sealed like the rest
 * of it: whoever goes straight to the resume address is asked everything again. It becomes a
 * `login`, which the protocol does know, only when nothing is left to prove.
 */
export interface SignInProgress {
  readonly accountId: string;
  /** In the order in which they were proved. */
  readonly methods: readonly AuthenticationMethod[];
  /** A passkey was used that checked who holds it. */
  readonly userVerified: boolean;
  /** This browser proved a second factor of the account earlier. */
  readonly rememberedBrowser: boolean;
  /** When the last of them was proved, here or at a provider of others; seconds since 1970. */
  readonly at: number;
  /** Whether the session outlives the browser. */
  readonly remember: boolean;
  /** Questions that the person has put off. */
  readonly later: readonly string[];
}

/** `at` of somebody who has only what their session proved. */
export const NOTHING_PROVED_HERE = 0;

/** Member of `Interaction.result` that it is kept in. */
export const PROGRESS = 'progress';

/** What a step has proved, as the first of a sign-in or on top of what was proved before. */
export interface Proof {
  readonly accountId: string;
  readonly method: AuthenticationMethod;
  readonly at: Date;
  readonly userVerified?: boolean;
  readonly rememberedBrowser?: boolean;
  readonly remember?: boolean;
}

/**
 * Adds a proof. One of another account begins anew: two people's factors do not add up. So does a
 * first factor on top of a session: whoever has somebody's session and password must not come by
 * their second factor with it, however long ago that was proved.
 *
 * @param before - what was proved so far
 */
export function addProof(before: SignInProgress | undefined, proof: Proof): SignInProgress {
  const anew = before?.at === NOTHING_PROVED_HERE && isFirstFactor(proof.method);
  const kept = before?.accountId === proof.accountId && !anew ? before : undefined;
  return {
    accountId: proof.accountId,
    methods: [...new Set([...(kept?.methods ?? []), proof.method])],
    userVerified: kept?.userVerified === true || proof.userVerified === true,
    rememberedBrowser: kept?.rememberedBrowser === true || proof.rememberedBrowser === true,
    at: Math.floor(proof.at.getTime() / 1000),
    remember: proof.remember ?? kept?.remember ?? false,
    later: kept?.later ?? [],
  };
}

/** Reads it back; what is not of this form is nobody's progress. */
export function progressIn(
  result: Readonly<Record<string, unknown>> | undefined,
): SignInProgress | undefined {
  const stored = result?.[PROGRESS];
  return typeof stored === 'object' && stored !== null && 'accountId' in stored
    ? (stored as SignInProgress)
    : undefined;
}

/** The level that was reached so far. */
export function acrReached(progress: SignInProgress): string {
  return acrOf(amrReached(progress), progress.rememberedBrowser);
}

/** What the protocol is told of a sign-in that is complete. */
export function loginOf(progress: SignInProgress) {
  return {
    accountId: progress.accountId,
    amr: amrReached(progress),
    acr: acrReached(progress),
    ts: progress.at,
    remember: progress.remember,
  };
}

function amrReached({ methods, userVerified }: SignInProgress): string[] {
  return amrOf(methods, userVerified);
}
