import * as client from 'openid-client';

/** Why something did not work, fit to be stored and shown; it holds no token and no code. */
export type Problem = {
  /** The issuer's or the library's words; may hold anything, and is only ever shown escaped. */
  readonly description: string | undefined;
} & (
  | { readonly from: 'issuer'; readonly code: string }
  | { readonly from: 'playground'; readonly code: OwnCode }
);

/** What the playground itself finds wrong. */
export type OwnCode =
  /** No session belongs to this browser (any more). */
  | 'session_gone'
  /** The session is there, but it did not start what came back. */
  | 'state_unknown'
  /** The issuer did not answer, or not in time, or says that it cannot now. */
  | 'issuer_unreachable'
  /** What answers at the issuer's address is not that issuer. */
  | 'discovery_failed'
  /** The answer came, and a check of it failed; nothing of it is used. */
  | 'answer_invalid'
  /** The form is not from a page that we showed to this session. */
  | 'form_refused';

export function ownProblem(code: OwnCode, description?: string): Problem {
  return { from: 'playground', code, description };
}

/** What talking to an issuer led to. */
export type Attempt<T> =
  | { readonly outcome: 'done'; readonly value: T }
  | { readonly outcome: 'problem'; readonly problem: Problem };

/** The issuer could not be asked; wraps whatever `fetch` said. */
export class UnreachableError extends Error {}

/**
 * Does something with `openid-client` and turns every way in which it fails into a Problem.
 *
 * Errors of the library carry whole answers, tokens included: they end here, are never logged and
 * never thrown on.
 */
export async function attempt<T>(work: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { outcome: 'done', value: await work() };
  } catch (error) {
    return { outcome: 'problem', problem: problemOf(error) };
  }
}

function problemOf(error: unknown): Problem {
  if (
    error instanceof client.AuthorizationResponseError ||
    error instanceof client.ResponseBodyError
  ) {
    return { from: 'issuer', code: error.error, description: error.error_description };
  }
  if (error instanceof client.WWWAuthenticateChallengeError) {
    const parameters = error.cause[0]?.parameters;
    const code = parameters?.error ?? `http_${error.status}`;
    return { from: 'issuer', code, description: parameters?.error_description };
  }
  const cause = error instanceof Error ? error.cause : undefined;
  if (error instanceof UnreachableError || cause instanceof UnreachableError) {
    return ownProblem('issuer_unreachable', rootMessage(error));
  }
  if (cause instanceof Response) {
    const said = `it answered with status ${cause.status}`;
    return ownProblem(cause.status >= 500 ? 'issuer_unreachable' : 'discovery_failed', said);
  }
  if (error instanceof client.ClientError) {
    return ownProblem('answer_invalid', [error.code, rootMessage(error)].join(': '));
  }
  return ownProblem('answer_invalid', error instanceof Error ? error.message : undefined);
}

/** The innermost message, which names the check or the connection that failed. */
function rootMessage(error: unknown): string | undefined {
  let innermost: Error | undefined;
  for (let at = error; at instanceof Error; at = at.cause) innermost = at;
  return innermost?.message;
}
