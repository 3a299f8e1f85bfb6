import { displayValue, shorten } from './display-value.ts';
import type { ExplainedValue } from './explain-claims.ts';
import type { Parameters } from './signed-in.ts';

const MEANINGS: ReadonlyMap<string, string> = new Map([
  ['client_id', 'Who asks: the playground, as it is registered.'],
  ['response_type', 'Asks for a code, which is worthless without the secret kept here.'],
  ['redirect_uri', 'Where the answer goes. It must be registered, to the letter.'],
  ['scope', 'What the app wants to know or do. “openid” makes it a sign-in.'],
  ['state', 'Random; the answer must bring it back, or it is not an answer to us.'],
  ['nonce', 'Random; the ID token must hold it, or it was issued for another request.'],
  [
    'code_challenge',
    'The hash of a secret that never leaves this server until the exchange (PKCE).',
  ],
  ['code_challenge_method', 'Which hash: SHA-256.'],
  ['resource', 'The API that the access token is to be for (RFC 8707).'],
  ['prompt', 'What to ask the person, or not to ask.'],
  ['max_age', 'How many seconds ago the person may have signed in at most.'],
  ['code', 'Stands for the sign-in: for a minute, and once.'],
  ['iss', 'Who answers. It must be the issuer that was asked (RFC 9207).'],
  ['grant_type', 'What is handed in for tokens: a code.'],
  ['code_verifier', 'The secret behind code_challenge: only who began can finish.'],
]);

/** Values that are random or work once: their beginning is enough to recognise them. */
const SHORTENED = new Set(['state', 'nonce', 'code', 'code_challenge', 'code_verifier']);

/** Explains the parameters of a request or an answer, in their order. */
export function explainParameters(parameters: Parameters): ExplainedValue[] {
  return parameters.map(([name, value]) => ({
    name: displayValue(name),
    value: SHORTENED.has(name) ? shorten(value) : displayValue(value),
    note: undefined,
    meaning: MEANINGS.get(name) ?? 'A parameter of the issuer’s own.',
  }));
}
