import type { OwnCode, Problem } from './problem.ts';

/** A problem in words for the person who met it. */
export interface Explanation {
  readonly title: string;
  /** What it means. */
  readonly meaning: string;
  /** What to do now. */
  readonly advice: string;
}

const FROM_ISSUER: ReadonlyMap<string, Explanation> = new Map([
  [
    'access_denied',
    {
      title: 'Access was refused',
      meaning:
        'Somebody chose “Cancel” or “Deny” on the issuer’s pages, or the account may not use this application. Your app gets this error instead of a code, and nothing about the person.',
      advice: 'An app says so kindly and offers to try again.',
    },
  ],
  [
    'login_required',
    {
      title: 'Nobody is signed in there',
      meaning:
        'With prompt=none the issuer may show no page. It would have had to ask for a password, so it says no at once. Apps use this to find out quietly whether somebody is signed in.',
      advice: 'Sign in without prompt=none once; after that it succeeds.',
    },
  ],
  [
    'consent_required',
    {
      title: 'Consent is needed first',
      meaning:
        'With prompt=none the issuer may show no page, but the person has not yet allowed everything that was asked for.',
      advice: 'Sign in without prompt=none once and allow it; after that it succeeds.',
    },
  ],
  [
    'interaction_required',
    {
      title: 'The issuer has to ask something',
      meaning: 'With prompt=none it may show no page, and without one it cannot go on.',
      advice: 'Sign in without prompt=none.',
    },
  ],
  [
    'invalid_grant',
    {
      title: 'The code or refresh token is not accepted any more',
      meaning:
        'It was used before, it has expired, the sign-in behind it was ended, or the server’s data has been replaced.',
      advice: 'Nothing is wrong with your app: it sends the person to sign in again.',
    },
  ],
  [
    'invalid_token',
    {
      title: 'The access token is not accepted',
      meaning:
        'It has expired, it was revoked, or it is for something else: a token for an API does not open userinfo.',
      advice: 'An app refreshes and tries once more; if that fails, it lets the person sign in.',
    },
  ],
  [
    'invalid_client',
    {
      title: 'The issuer does not know this client',
      meaning:
        'No client with this client_id is registered at this issuer, or it is disabled. On a database of your own the demo seed may not be there.',
      advice: 'npm run cli -- seed apply seeds/demo.yaml registers it.',
    },
  ],
  [
    'invalid_scope',
    {
      title: 'A scope is not allowed',
      meaning: 'The client’s registration does not list one of the scopes that were asked for.',
      advice: 'Ask for fewer, or register more.',
    },
  ],
  [
    'invalid_target',
    {
      title: 'The issuer does not know this API',
      meaning: 'No application of this tenant has the audience that resource names.',
      advice: 'Give an application that audience in a seed file, or ask without it.',
    },
  ],
  [
    'invalid_request',
    {
      title: 'The request was not understood',
      meaning: 'A parameter is missing, contradicts another, or has a value that is not allowed.',
      advice: 'The issuer’s own words below say which.',
    },
  ],
  [
    'temporarily_unavailable',
    {
      title: 'The issuer is busy',
      meaning: 'It cannot answer just now.',
      advice: 'Try again in a moment.',
    },
  ],
  [
    'server_error',
    {
      title: 'Something failed at the issuer',
      meaning: 'The fault is on its side; its log has the reason.',
      advice: 'Try again in a moment.',
    },
  ],
]);

const FROM_ISSUER_OTHER: Explanation = {
  title: 'The issuer said no',
  meaning: 'It answered with an error instead of a sign-in.',
  advice: 'Its own words are below.',
};

const OWN: Readonly<Record<OwnCode, Explanation>> = {
  session_gone: {
    title: 'Your session here is gone',
    meaning:
      'The playground keeps what it knows in memory, for two hours at most. It was restarted, the time is over, or this browser did not send its cookie.',
    advice: 'Nothing is lost but the tokens: start again.',
  },
  state_unknown: {
    title: 'That answer is not for this browser',
    meaning:
      'Its state does not belong to a sign-in that this browser began, or it was used before: a reloaded page, an old link, or somebody else’s attempt to slip you their sign-in. Every app must refuse these.',
    advice: 'Start again from the first page.',
  },
  issuer_unreachable: {
    title: 'The issuer does not answer',
    meaning: 'Gatehouse is still starting, has been stopped, or cannot answer just now.',
    advice: 'Look at the terminal where it runs, and try again.',
  },
  discovery_failed: {
    title: 'There is no such issuer',
    meaning:
      'At its address there is no discovery document, or one that names another issuer. On a database of your own the demo’s second tenant may not be there.',
    advice: 'npm run cli -- seed apply seeds/demo.yaml creates it.',
  },
  answer_invalid: {
    title: 'The answer did not pass the checks',
    meaning:
      'Something came back, but a check of it failed: the issuer’s name, a signature, a time, the nonce. Nothing of it was used, which is what every app must do.',
    advice: 'Try again. If it stays, the words below say which check failed.',
  },
  form_refused: {
    title: 'That form is out of date',
    meaning:
      'It is from before you signed in or out, or it was sent from another site. Nothing was done.',
    advice: 'Open the page again and repeat what you did.',
  },
};

/** Says what a problem means. The words of the issuer choose between ours; they are not ours. */
export function explainProblem(problem: Problem): Explanation {
  return problem.from === 'playground'
    ? OWN[problem.code]
    : (FROM_ISSUER.get(problem.code) ?? FROM_ISSUER_OTHER);
}
