import type { Attempt, Problem } from './problem.ts';
import type { IssuerChoice } from './sign-in-choices.ts';

/** Parameters in the order in which they were sent. */
export type Parameters = readonly (readonly [name: string, value: string])[];

/** An authorization request that is on its way. */
export interface PendingSignIn {
  readonly issuer: IssuerChoice;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly maxAgeSeconds: number | undefined;
  /** The API that the access token is to be for. */
  readonly resource: string | undefined;
  readonly request: SentRequest;
}

/** A request as the playground sent it. */
export interface SentRequest {
  readonly endpoint: string;
  readonly parameters: Parameters;
}

/** What the token endpoint gave. */
export interface Tokens {
  readonly accessToken: string;
  readonly idToken: string;
  readonly refreshToken: string | undefined;
  /** As granted; undefined when it is what was asked for. */
  readonly scope: string | undefined;
  readonly expiresInSeconds: number | undefined;
  readonly receivedAt: Date;
}

/** A part of the page that shows tokens, by its id. */
export type TokenPart = 'api' | 'refresh-token' | 'userinfo';

/** A person's sign-in, and everything that led to it. */
export interface SignedIn {
  readonly issuer: IssuerChoice;
  readonly resource: string | undefined;
  readonly steps: {
    readonly request: SentRequest;
    /** What came back to the redirect URI. */
    readonly answer: Parameters;
    readonly exchange: SentRequest;
    readonly jwksUri: string | undefined;
  };
  tokens: Tokens;
  /** Tokens before the last refresh. */
  previous: Tokens | undefined;
  /** An access token for userinfo, when `tokens` has one for an API. */
  userinfoToken: string | undefined;
  userinfo: Attempt<Record<string, unknown>> | undefined;
  /** Why the last thing that was done with the tokens did not succeed, and where it shows. */
  problem: (Problem & { readonly part: TokenPart }) | undefined;
  /** What the playground's API said to the access token. */
  api: Attempt<{ status: number; body: string }> | undefined;
}
