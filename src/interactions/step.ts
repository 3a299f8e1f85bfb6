import type { GrantRequest } from '../grants/recorded-grant.ts';
import type { Registration, SecondFactorPolicy } from '../tenants/tenant.ts';

/**
 * What is stored of an interaction, as far as it decides what happens next: the library's
 * Interaction fits.
 */
export interface InteractionState {
  readonly prompt: {
    readonly name: string;
    readonly reasons: readonly string[];
    readonly details: Readonly<Record<string, unknown>>;
  };
  readonly params: Readonly<Record<string, unknown>>;
  /** Who is signed in, if anybody, and what they proved. */
  readonly session?:
    | {
        readonly accountId: string;
        readonly amr?: readonly string[] | undefined;
        readonly acr?: string | undefined;
      }
    | undefined;
  /** What steps of this interaction have stored. */
  readonly result?: Readonly<Record<string, unknown>> | undefined;
  /** What was submitted before the protocol asked again, in the same authorization request. */
  readonly lastSubmission?: Readonly<Record<string, unknown>> | undefined;
}

/** What a second factor can be. */
export const SECOND_FACTORS = ['totp', 'passkey', 'recovery_code'] as const;
export type SecondFactorMethod = (typeof SECOND_FACTORS)[number];
/** What a person can set up as a second factor. */
export type NewFactorMethod = 'totp' | 'passkey';

/** What else decides what happens next: read once for a request. */
export interface InteractionFacts {
  readonly settings: {
    readonly registration: Registration;
    readonly mfa: SecondFactorPolicy;
    readonly emailCode: boolean;
  };
  /** Whether this deployment can send mail. */
  readonly mailEnabled: boolean;
  /** Whether browsers offer passkeys at this issuer. */
  readonly passkeysWork: boolean;
  /**
   * Whoever has proved something in this interaction, or is signed in and has to prove more;
   * undefined when that is nobody, and when the account is gone or disabled.
   */
  readonly account?:
    | {
        readonly id: string;
        readonly email: string | undefined;
        readonly emailVerified: boolean;
        /** The claim `locale`: which language the pages are in. */
        readonly locale?: unknown;
        readonly totp: boolean;
        readonly passkeys: number;
        readonly recoveryCodes: number;
      }
    | undefined;
}

export type Step =
  /**
   * Ask for a first factor. `confirm`: from somebody who is signed in (`accountId`) and has to
   * prove it again. `expected_other`: the request wants an account that is not the one signed in.
   */
  | { readonly kind: 'sign_in'; readonly why: 'start' | 'expected_other' | 'chosen_other' }
  | { readonly kind: 'sign_in'; readonly why: 'confirm'; readonly accountId: string }
  /** Make an account: ask for what it needs, then for the code that was sent to its address. */
  | { readonly kind: 'register'; readonly stage: 'form' | 'code' }
  /** Ask whose password is to be set anew; `sent`: say that a link is on its way, if to anybody. */
  | { readonly kind: 'recover'; readonly sent: boolean }
  /** Sign in with a code by e-mail: ask for the address, then for the code. */
  | { readonly kind: 'email_code'; readonly stage: 'address' | 'code' }
  /** Ask for a second factor, by `chosen` of `methods`. */
  | {
      readonly kind: 'second_factor';
      readonly accountId: string;
      readonly methods: readonly SecondFactorMethod[];
      readonly chosen: SecondFactorMethod;
    }
  /** Have a second factor set up, which is asked for and is not there; `chosen` once it is. */
  | {
      readonly kind: 'new_factor';
      readonly accountId: string;
      readonly methods: readonly NewFactorMethod[];
      readonly chosen: NewFactorMethod | undefined;
    }
  /** Show the recovery codes that go with a first second factor, once. */
  | { readonly kind: 'recovery_codes'; readonly accountId: string }
  /** Ask for the code that was sent to the account's address, which nobody has confirmed yet. */
  | {
      readonly kind: 'verify_email';
      readonly accountId: string;
      readonly email: string;
      /** The claim `locale`: which language the mail is in. */
      readonly locale?: unknown;
    }
  /** Ask whether an identity at a provider, proved in this sign-in, is to be the account's. */
  | { readonly kind: 'upstream_link'; readonly accountId: string }
  /** Ask whether to go on with the account that is signed in. */
  | { readonly kind: 'account_choice'; readonly accountId: string }
  /** Ask for consent to `asked`; `nothingNew`: everything was allowed before. */
  | {
      readonly kind: 'consent';
      readonly accountId: string;
      readonly asked: GrantRequest;
      readonly nothingNew: boolean;
    }
  /** Say that the account has no role in the application. */
  | {
      readonly kind: 'application_gate';
      readonly accountId: string;
      readonly applicationName: string | undefined;
    }
  /** Nothing to ask: give this to the protocol. */
  | { readonly kind: 'finish'; readonly result: Readonly<Record<string, unknown>> };

/** The step of one kind. */
export type StepOf<Kind extends Step['kind']> = Extract<Step, { readonly kind: Kind }>;

/** Name of the prompt, and of the member of a result that answers it. */
export const SELECT_ACCOUNT = 'select_account';

/**
 * Members of `Interaction.result` that steps keep things in until a sign-in is complete. The
 * protocol ignores them: without a `login` it asks everything again.
 */
export const STORED = {
  /** The person's wish for another account. */
  chooseAccount: 'chooseAccount',
  /** Which way to sign in they have taken: a `Way`. */
  way: 'way',
  /** What a way has stored for its next stage; anything that is there means that it began. */
  sent: 'sent',
  /** The second factor that they have chosen, or are setting up. */
  factor: 'factor',
  /** Recovery codes that they have not seen yet: `UnseenCodes`. */
  recoveryCodes: 'recoveryCodes',
  /** A request to a provider that is under way. */
  upstreamRequest: 'upstreamRequest',
  /** What came of the last one, where it is worth saying. */
  upstreamProblem: 'upstreamProblem',
  /** An identity at a provider that no account has yet. */
  upstreamIdentity: 'upstreamIdentity',
  /** When the request began that wrote it last, in milliseconds since 1970; `provider` heeds it. */
  writtenSince: 'writtenSince',
} as const;

/** The ways to a first factor that are pages of their own. */
export const WAYS = ['password', 'register', 'recover', 'email_code'] as const;
export type Way = (typeof WAYS)[number];
