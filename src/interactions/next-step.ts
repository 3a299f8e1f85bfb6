import { ACR_SINGLE_FACTOR } from '../accounts/acr.ts';
import type { GrantRequest } from '../grants/recorded-grant.ts';

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
  /** Who is signed in, if anybody. */
  readonly session?: { readonly accountId: string } | undefined;
  /** What steps of this interaction have stored. */
  readonly result?: Readonly<Record<string, unknown>> | undefined;
  /** What was submitted before the protocol asked again, in the same authorization request. */
  readonly lastSubmission?: Readonly<Record<string, unknown>> | undefined;
}

export type Step =
  /**
   * Ask for a password. `confirm`: from somebody who is signed in (`accountId`) and has to prove
   * it again. `expected_other`: the request wants an account that is not the one signed in.
   */
  | { readonly kind: 'sign_in'; readonly why: 'start' | 'expected_other' | 'chosen_other' }
  | { readonly kind: 'sign_in'; readonly why: 'confirm'; readonly accountId: string }
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

/**
 * Member of `Interaction.result` that a person's wish for another account is kept in until they
 * have signed in. The protocol ignores it: without a `login` it asks everything again.
 */
export const CHOOSE_ACCOUNT = 'chooseAccount';

/** Name of the prompt, and of the member of a result that answers it. */
export const SELECT_ACCOUNT = 'select_account';

/** Reasons of the library's login prompt that the account signed in cannot satisfy. */
const WRONG_ACCOUNT = new Set(['id_token_hint', 'claims_id_token_sub_value']);
const ESSENTIAL_ACR = new Set(['essential_acr', 'essential_acrs']);

/**
 * Decides what an interaction needs next, from what is stored and nothing else. Every step comes
 * back here; no page knows of another.
 *
 *     select_account ─────▶ account_choice, or sign_in (start) when nobody is signed in
 *     login ──────────────▶ sign_in (start | confirm | expected_other)
 *       └─ an acr that no sign-in here gives ──▶ finish (unmet_authentication_requirements)
 *     application_gate ───▶ application_gate ──┐
 *     consent ────────────▶ consent ───────────┤ "another account"
 *       └─ a native app, just signed in,       └▶ sign_in (chosen_other)
 *          nothing new ──▶ finish
 *
 * @see OpenID Connect Core 1.0, sections 3.1.2.3 and 3.1.2.4
 */
export function nextStep(state: InteractionState): Step {
  const { prompt, session } = state;
  if (prompt.name === 'login') return signIn(state);
  if (prompt.name === SELECT_ACCOUNT && session === undefined) {
    return { kind: 'sign_in', why: 'start' };
  }
  if (session !== undefined && state.result?.[CHOOSE_ACCOUNT] === true) {
    return { kind: 'sign_in', why: 'chosen_other' };
  }
  if (session !== undefined && prompt.name === SELECT_ACCOUNT) {
    return { kind: 'account_choice', accountId: session.accountId };
  }
  if (session !== undefined && prompt.name === 'consent') return consent(state, session.accountId);
  if (session !== undefined && prompt.name === 'application_gate') {
    const name = prompt.details.applicationName;
    return {
      kind: 'application_gate',
      accountId: session.accountId,
      applicationName: typeof name === 'string' ? name : undefined,
    };
  }
  return {
    kind: 'finish',
    result: {
      error: 'interaction_required',
      error_description: `no page answers the prompt ${prompt.name}`,
    },
  };
}

function signIn(state: InteractionState): Step {
  const { prompt, session } = state;
  if (prompt.reasons.some((reason) => ESSENTIAL_ACR.has(reason)) && !offers(prompt.details.acr)) {
    // Asked again and again, a person could never satisfy it.
    return {
      kind: 'finish',
      result: {
        error: 'unmet_authentication_requirements',
        error_description: 'no sign-in here has the requested acr',
      },
    };
  }
  if (session === undefined || prompt.reasons.includes('account_unavailable')) {
    return { kind: 'sign_in', why: 'start' };
  }
  if (state.result?.[CHOOSE_ACCOUNT] === true) return { kind: 'sign_in', why: 'chosen_other' };
  if (prompt.reasons.some((reason) => WRONG_ACCOUNT.has(reason))) {
    return { kind: 'sign_in', why: 'expected_other' };
  }
  return { kind: 'sign_in', why: 'confirm', accountId: session.accountId };
}

/** Whether a sign-in here satisfies an essential `acr` claim. OpenID Connect Core 1.0, 5.5.1.1 */
function offers(acr: unknown): boolean {
  if (typeof acr !== 'object' || acr === null) return false;
  const { value, values } = acr as { value?: unknown; values?: unknown };
  return (
    value === ACR_SINGLE_FACTOR || (Array.isArray(values) && values.includes(ACR_SINGLE_FACTOR))
  );
}

function consent(state: InteractionState, accountId: string): Step {
  const { reasons, details } = state.prompt;
  const asked: GrantRequest = {
    scopes: strings(details.missingOIDCScope),
    claims: strings(details.missingOIDCClaims),
    resourceScopes: scopesByResource(details.missingResourceScopes),
  };
  const nothingNew =
    asked.scopes.length + asked.claims.length + Object.keys(asked.resourceScopes).length === 0;
  // RFC 8252, section 8.6: a native app gets nothing without a person. Whoever has just typed a
  // password for this very request is one.
  const onlyNative = reasons.every((reason) => reason === 'native_client_prompt');
  if (nothingNew && onlyNative && state.lastSubmission?.login !== undefined) {
    return { kind: 'finish', result: { consent: {} } };
  }
  return { kind: 'consent', accountId, asked, nothingNew };
}

function scopesByResource(value: unknown): Record<string, readonly string[]> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([resource, scopes]) => {
      const list = strings(scopes);
      return list.length === 0 ? [] : [[resource, list]];
    }),
  );
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
