import {
  ACR_LEVELS,
  ACR_MULTI_FACTOR,
  ACR_PHISHING_RESISTANT,
  ACR_SINGLE_FACTOR,
  type AuthenticationMethod,
  satisfies,
} from '../accounts/acr.ts';
import { requiredAcr } from '../accounts/required-acr.ts';
import {
  acrReached,
  loginOf,
  NOTHING_PROVED_HERE,
  progressIn,
  type SignInProgress,
} from './sign-in-progress.ts';
import {
  type InteractionFacts,
  type InteractionState,
  type NewFactorMethod,
  SELECT_ACCOUNT,
  type SecondFactorMethod,
  STORED,
  type Step,
  WAYS,
  type Way,
} from './step.ts';
import { unseenCodes } from './unseen-codes.ts';

/** Reason of our own check that the session's `acr` is too low (`provider/interaction-policy.ts`). */
export const ACR_TOO_LOW = 'acr_too_low';

/** Reasons of the library's login prompt that the account signed in cannot satisfy. */
const WRONG_ACCOUNT = new Set(['id_token_hint', 'claims_id_token_sub_value']);
const ESSENTIAL_ACR = new Set(['essential_acr', 'essential_acrs']);
/** Reasons that a further factor satisfies, without the first one again. */
const STEP_UP = new Set([ACR_TOO_LOW, ...ESSENTIAL_ACR]);

/** Asked again and again, a person could never satisfy what is asked for. */
const UNMET: Step = {
  kind: 'finish',
  result: {
    error: 'unmet_authentication_requirements',
    error_description: 'no sign-in here has the requested acr',
  },
};

type Account = NonNullable<InteractionFacts['account']>;

/** What `progress.later` calls the confirmation of an address. */
export const VERIFY_EMAIL_LATER = 'verify_email';

/**
 * What a sign-in needs next.
 *
 *     first factor (sign_in | register | recover | email_code)
 *       ▶ second factor (second_factor, or new_factor ▶ recovery_codes when there is none yet)
 *         ▶ verify_email ▶ upstream_link ▶ finish (login)
 *
 * Who is signed in already, and only has to prove more, begins at the second factor.
 */
export function nextLoginStep(state: InteractionState, facts: InteractionFacts): Step {
  if (!offersEssentialAcr(state, facts)) return UNMET;
  const progress = provedSoFar(state);
  const { account } = facts;
  if (progress === undefined || account?.id !== progress.accountId)
    return firstFactor(state, facts);

  const required = requiredAcr({
    policy: facts.settings.mfa,
    hasFactor: account.totp || account.passkeys > 0,
    asked: askedAcrs(state),
  });
  if (!satisfies(acrReached(progress), required)) {
    return (
      secondFactor(state, account, progress, required) ??
      newFactor(state, facts, progress, required) ??
      UNMET
    );
  }
  if (unseenCodes(state.result, account.id) !== undefined) {
    return { kind: 'recovery_codes', accountId: account.id };
  }
  const { id: accountId, email, emailVerified, locale } = account;
  const asks = facts.mailEnabled && !progress.later.includes(VERIFY_EMAIL_LATER);
  if (email !== undefined && !emailVerified && asks) {
    return { kind: 'verify_email', accountId, email, locale };
  }
  const waits = state.result?.[STORED.upstreamIdentity] !== undefined;
  if (waits && progress.at !== NOTHING_PROVED_HERE) {
    return { kind: 'upstream_link', accountId: account.id };
  }
  return { kind: 'finish', result: loginResult(state, progress) };
}

function loginResult(state: InteractionState, progress: SignInProgress): Record<string, unknown> {
  // What was missing is not asked any more: let the protocol look again.
  if (progress.at === NOTHING_PROVED_HERE) return {};
  return {
    login: loginOf(progress),
    // Whoever typed a name has chosen.
    ...(state.prompt.name === SELECT_ACCOUNT ? { [SELECT_ACCOUNT]: {} } : {}),
  };
}

/**
 * What was proved in this interaction; else what the session proved, when a further factor is all
 * that is missing.
 */
export function provedSoFar(state: InteractionState): SignInProgress | undefined {
  const { prompt, session, result } = state;
  const progress = progressIn(result);
  if (progress !== undefined || session === undefined) return progress;
  if (prompt.name !== 'login' || result?.[STORED.chooseAccount] === true) return undefined;
  if (prompt.reasons.length === 0 || !prompt.reasons.every((reason) => STEP_UP.has(reason))) {
    return undefined;
  }
  // It says nothing that we know, so that nothing could be added to it: they begin anew.
  if (!satisfies(session.acr, ACR_SINGLE_FACTOR)) return undefined;
  const amr = session.amr ?? [];
  return {
    accountId: session.accountId,
    methods: amr.filter((method) => method !== 'mfa') as AuthenticationMethod[],
    userVerified: amr.includes('mfa'),
    rememberedBrowser: false,
    at: NOTHING_PROVED_HERE,
    // The session stays as long as it would have.
    remember: true,
    later: [VERIFY_EMAIL_LATER],
  };
}

function firstFactor(state: InteractionState, facts: InteractionFacts): Step {
  const { prompt, session, result } = state;
  const taken = wayTaken(state, facts);
  if (taken !== undefined) return taken;
  if (session === undefined || prompt.reasons.includes('account_unavailable')) {
    return { kind: 'sign_in', why: 'start' };
  }
  if (result?.[STORED.chooseAccount] === true) return { kind: 'sign_in', why: 'chosen_other' };
  if (prompt.reasons.some((reason) => WRONG_ACCOUNT.has(reason))) {
    return { kind: 'sign_in', why: 'expected_other' };
  }
  return { kind: 'sign_in', why: 'confirm', accountId: session.accountId };
}

/** The page of another way, where the person has taken one that there is. */
function wayTaken({ result }: InteractionState, facts: InteractionFacts): Step | undefined {
  const way = WAYS.find((one) => one === result?.[STORED.way]);
  if (way === undefined || !waysOffered(facts).includes(way)) return undefined;
  const begun = result?.[STORED.sent] !== undefined;
  switch (way) {
    case 'register':
      return { kind: 'register', stage: begun ? 'code' : 'form' };
    case 'recover':
      return { kind: 'recover', sent: begun };
    case 'email_code':
      return { kind: 'email_code', stage: begun ? 'code' : 'address' };
    case 'password':
      return undefined;
  }
}

/** The ways to a first factor that there are; all but the password need mail. */
export function waysOffered({
  settings,
  mailEnabled,
}: Pick<InteractionFacts, 'settings' | 'mailEnabled'>): Way[] {
  if (!mailEnabled) return ['password'];
  return [
    'password',
    'recover',
    ...(settings.registration === 'open' ? (['register'] as const) : []),
    ...(settings.emailCode ? (['email_code'] as const) : []),
  ];
}

/**
 * The page of a factor that the account has. Where none of them is enough, it comes before a new
 * one all the same: a password alone must not add what opens the account from then on.
 */
function secondFactor(
  { result }: InteractionState,
  account: Account,
  progress: SignInProgress,
  required: string,
): Step | undefined {
  const onlyPasskeys = required === ACR_PHISHING_RESISTANT;
  const all: SecondFactorMethod[] = [];
  if (account.passkeys > 0) all.push('passkey');
  if (account.totp) all.push('totp');
  // They stand in for a factor that is lost: where there never was one, there is nothing to lose.
  if (account.recoveryCodes > 0 && all.length > 0) all.push('recovery_code');

  const enough = all.filter((method) => !onlyPasskeys || method === 'passkey');
  const mayAdd = satisfies(acrReached(progress), ACR_MULTI_FACTOR);
  const methods = enough.length === 0 && !mayAdd ? all : enough;
  const [first] = methods;
  if (first === undefined) return undefined;
  const chosen = methods.find((method) => method === result?.[STORED.factor]) ?? first;
  return { kind: 'second_factor', accountId: account.id, methods, chosen };
}

/**
 * The page that sets a factor up, or the choice between them; undefined when there is none that is
 * enough. A session is not: whoever adds a factor has proved who they are just now.
 */
function newFactor(
  state: InteractionState,
  facts: InteractionFacts,
  progress: SignInProgress,
  required: string,
): Step | undefined {
  const methods: NewFactorMethod[] = [];
  if (required !== ACR_PHISHING_RESISTANT) methods.push('totp');
  if (facts.passkeysWork) methods.push('passkey');
  const [first, ...others] = methods;
  if (first === undefined) return undefined;
  if (progress.at === NOTHING_PROVED_HERE) return firstFactor(state, facts);
  const wanted = methods.find((method) => method === state.result?.[STORED.factor]);
  const chosen = wanted ?? (others.length === 0 ? first : undefined);
  return { kind: 'new_factor', accountId: progress.accountId, methods, chosen };
}

/** What the client would like, in `acr_values` or the `acr` claim. */
function askedAcrs({ params, prompt }: InteractionState): string[] {
  const values = typeof params.acr_values === 'string' ? params.acr_values.split(' ') : [];
  const essential = essentialAcrs(prompt.details.acr);
  return essential.length > 0 ? essential : values;
}

/** Whether a sign-in here satisfies an essential `acr` claim. OpenID Connect Core 1.0, 5.5.1.1 */
function offersEssentialAcr({ prompt }: InteractionState, { settings }: InteractionFacts): boolean {
  if (!prompt.reasons.some((reason) => ESSENTIAL_ACR.has(reason))) return true;
  const offered: readonly string[] = settings.mfa === 'off' ? [ACR_SINGLE_FACTOR] : ACR_LEVELS;
  return essentialAcrs(prompt.details.acr).some((value) => offered.includes(value));
}

function essentialAcrs(acr: unknown): string[] {
  if (typeof acr !== 'object' || acr === null) return [];
  const { value, values } = acr as { value?: unknown; values?: unknown };
  return [value, ...(Array.isArray(values) ? values : [])].filter((one) => typeof one === 'string');
}
