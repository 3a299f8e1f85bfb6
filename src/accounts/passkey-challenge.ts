import { sha256 } from '../crypto/digest.ts';

/** What an authenticator is asked for. */
export type PasskeyPurpose =
  /** A new passkey of an account. */
  { readonly purpose: 'registration'; readonly accountId: string } | SignInPurpose;

/** Why somebody shows a passkey. */
export type SignInPurpose =
  /** To say who they are: nobody is known yet. */
  | { readonly purpose: 'sign_in' }
  /** To prove again that they are somebody, with nothing else. */
  | { readonly purpose: 'confirmation'; readonly accountId: string }
  /** On top of a factor that has been proved. */
  | { readonly purpose: 'second_factor'; readonly accountId: string };

/** The account that must answer, if one is known. */
export function accountOf(asked: PasskeyPurpose): string | undefined {
  return asked.purpose === 'sign_in' ? undefined : asked.accountId;
}

/**
 * The digest that a challenge is stored under: a challenge of one purpose, account or place is none
 * for another.
 *
 * @param place - where it was asked: an interaction's uid, or a session's
 */
export function bindingOf(asked: PasskeyPurpose, place: string): string {
  // Ids of accounts have no line breaks.
  return sha256(`${asked.purpose}\n${accountOf(asked) ?? ''}\n${place}`);
}
