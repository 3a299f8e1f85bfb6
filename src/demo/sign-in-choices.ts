import { GatehouseError } from '../errors.ts';
import type { FormBody } from '../http/form-body.ts';

/** Scopes that the form offers; `openid` always goes along. In the order of the form. */
export const OFFERED_SCOPES = [
  'profile',
  'email',
  'address',
  'phone',
  'roles',
  'offline_access',
] as const;

/** Values of `prompt` that the form offers; an empty one is not sent. */
export const OFFERED_PROMPTS = ['', 'none', 'login', 'consent'] as const;

/** Half a lifetime; what is longer is a slip. Seconds. */
const MAX_MAX_AGE = 1_000_000_000;

/** An issuer that one can sign in at, and what the playground is called there. */
export interface IssuerChoice {
  /** For people. */
  readonly name: string;
  /** Issuer URL, without a trailing slash. */
  readonly issuer: string;
  readonly clientId: string;
}

/** What a person chose on the home page. */
export interface SignInChoices {
  readonly issuer: IssuerChoice;
  readonly scopes: readonly string[];
  /** Also ask for an access token for the playground's own API. */
  readonly api: boolean;
  readonly prompt: (typeof OFFERED_PROMPTS)[number];
  /** As typed: digits, or empty. */
  readonly maxAge: string;
}

/** A form that no page of ours has sent. Nothing was done. */
class ChoiceError extends GatehouseError {
  constructor(message: string) {
    super('choice_unknown', message, { status: 400, expose: true });
  }
}

/** What the form begins with: enough for the tokens to be interesting. */
export function defaultChoices(issuer: IssuerChoice): SignInChoices {
  return { issuer, scopes: ['profile', 'email', 'roles'], api: false, prompt: '', maxAge: '' };
}

/**
 * Reads the form of the home page.
 *
 * @param issuers - those that may be chosen; the first is meant when the form names none
 * @returns `maxAge` as typed, which `maxAgeProblem` judges
 * @throws ChoiceError 400 for an issuer or a prompt that the page did not offer
 */
export function readChoices(form: FormBody, issuers: readonly IssuerChoice[]): SignInChoices {
  const named = form.get('issuer') ?? issuers[0]?.issuer;
  const issuer = issuers.find((one) => one.issuer === named);
  if (issuer === undefined) throw new ChoiceError('the form names an issuer that is not offered');
  const asked = form.get('prompt') ?? '';
  const prompt = OFFERED_PROMPTS.find((one) => one === asked);
  if (prompt === undefined) throw new ChoiceError('the form names a prompt that is not offered');
  return {
    issuer,
    scopes: OFFERED_SCOPES.filter((scope) => form.get(`scope_${scope}`) === 'yes'),
    api: form.get('api') === 'yes',
    prompt,
    maxAge: (form.get('max_age') ?? '').trim(),
  };
}

/** What is wrong with a typed `max_age`; undefined when it is empty or a number of seconds. */
export function maxAgeProblem(typed: string): string | undefined {
  if (typed === '') return undefined;
  return /^\d+$/.test(typed) && Number(typed) <= MAX_MAX_AGE
    ? undefined
    : 'Enter a whole number of seconds, such as 60, or leave it empty.';
}

/**
 * The choices as parameters of an authorization request.
 *
 * @param resource - identifier of the playground's own API
 * @see OpenID Connect Core 1.0, section 3.1.2.1; RFC 8707, section 2.1
 */
export function choiceParameters(choices: SignInChoices, resource: string): Record<string, string> {
  return {
    scope: ['openid', ...choices.scopes].join(' '),
    ...(choices.api ? { resource } : {}),
    ...(choices.prompt === '' ? {} : { prompt: choices.prompt }),
    ...(choices.maxAge === '' ? {} : { max_age: String(Number(choices.maxAge)) }),
  };
}
