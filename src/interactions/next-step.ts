import type { GrantRequest } from '../grants/recorded-grant.ts';
import { nextLoginStep } from './next-login-step.ts';
import {
  type InteractionFacts,
  type InteractionState,
  SELECT_ACCOUNT,
  STORED,
  type Step,
} from './step.ts';

/** Every prompt of our policy (`provider/interaction-policy.ts`). */
const PROMPTS = new Set(['login', SELECT_ACCOUNT, 'application_gate', 'consent']);

/**
 * Decides what an interaction needs next, from what is stored of it and what is true of the tenant
 * and the account, and nothing else. Every step comes back here; no page knows of another.
 *
 *     select_account ─────▶ account_choice ────┐ nobody is signed in, or
 *     application_gate ───▶ application_gate ──┤ "another account"
 *     consent ────────────▶ consent ───────────┤
 *       └─ a native app, just signed in,       │
 *          nothing new ──▶ finish              │
 *     login ───────────────────────────────────┴▶ next-login-step.ts
 *
 * @see OpenID Connect Core 1.0, sections 3.1.2.3 and 3.1.2.4
 */
export function nextStep(state: InteractionState, facts: InteractionFacts): Step {
  const { prompt, session } = state;
  const another = session !== undefined && state.result?.[STORED.chooseAccount] === true;
  const nobody = session === undefined && prompt.name === SELECT_ACCOUNT;
  if (prompt.name === 'login' || another || nobody) return nextLoginStep(state, facts);
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
  // Another release asks it: the protocol here looks again at what this one asks.
  if (!PROMPTS.has(prompt.name)) return { kind: 'finish', result: {} };
  return {
    kind: 'finish',
    result: {
      error: 'interaction_required',
      error_description: `no page answers the prompt ${prompt.name}`,
    },
  };
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
