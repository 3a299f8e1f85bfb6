import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client';
import { GatehouseError } from '../errors.ts';

/**
 * Why nobody was signed in.
 *
 * - `refused`: the person did not want, or the provider did not let them
 * - `expired`: too late, used already, or begun with settings that have changed
 * - `not_recent`: the provider does not say that the person proved themselves just now
 * - `unreachable`: the provider did not answer in time, or not at all; trying again makes sense
 * - `invalid_response`: an answer that is not what was asked for, or not the provider's
 * - `misconfigured`: the provider is not what our settings say; an operator has to look
 */
export type UpstreamFailureReason =
  | 'refused'
  | 'expired'
  | 'not_recent'
  | 'unreachable'
  | 'invalid_response'
  | 'misconfigured';

export interface UpstreamFailure {
  readonly outcome: 'failed';
  readonly reason: UpstreamFailureReason;
  /** For operators: a code of RFC 6749, of the library or of the system, in ASCII; no secret. */
  readonly detail: string;
}

/** A provider did not answer, or not within the bounds of an answer. */
export class UpstreamUnreachableError extends GatehouseError {
  /** As in {@link UpstreamFailure}. */
  readonly detail: string;

  constructor(host: string, detail: string, cause?: unknown) {
    super('upstream_unreachable', `${host} did not answer: ${detail}`, { expose: false, cause });
    this.detail = detail;
  }
}

/** A provider is not what our settings say of it. */
export class UpstreamMisconfiguredError extends GatehouseError {
  /** As in {@link UpstreamFailure}. */
  readonly detail: string;

  constructor(detail: string, message: string, cause?: unknown) {
    super('upstream_misconfigured', message, { expose: false, cause });
    this.detail = detail;
  }
}

/** What a provider says of itself, or the person, in the answer to an authorization request. */
const REFUSALS = new Set([
  'access_denied',
  'account_selection_required',
  'consent_required',
  'interaction_required',
  'login_required',
]);
const OUTAGES = new Set(['server_error', 'temporarily_unavailable']);
/** What the token endpoint says when it does not know us. RFC 6749, section 5.2 */
const NOT_US = new Set(['invalid_client', 'unauthorized_client']);
/** What the library says when the discovery document lacks something. */
const INCOMPLETE = new Set(['OAUTH_MISSING_SERVER_METADATA', 'OAUTH_INVALID_SERVER_METADATA']);

/** A failure that is told apart by us, not thrown by the library. */
export function failure(reason: UpstreamFailureReason, detail: string): UpstreamFailure {
  return { outcome: 'failed', reason, detail };
}

/**
 * Says why a step of the protocol failed, from what was thrown in it.
 *
 * @throws the error itself when it is not the provider's doing
 */
export function failureOf(error: unknown): UpstreamFailure {
  const own = error instanceof ClientError ? error.cause : error;
  if (own instanceof UpstreamUnreachableError) return failure('unreachable', own.detail);
  if (own instanceof UpstreamMisconfiguredError) return failure('misconfigured', own.detail);
  if (error instanceof AuthorizationResponseError) {
    return failure(reasonOfAnswer(error.error), printableCode(error.error));
  }
  if (error instanceof ResponseBodyError) {
    const reason = NOT_US.has(error.error) ? 'misconfigured' : 'invalid_response';
    return failure(reason, printableCode(error.error));
  }
  if (error instanceof WWWAuthenticateChallengeError) {
    return failure('misconfigured', 'authentication_challenge');
  }
  if (error instanceof ClientError) {
    const code = error.code ?? 'unknown';
    return failure(INCOMPLETE.has(code) ? 'misconfigured' : 'invalid_response', code);
  }
  throw error;
}

function reasonOfAnswer(code: string): UpstreamFailureReason {
  if (REFUSALS.has(code)) return 'refused';
  return OUTAGES.has(code) ? 'unreachable' : 'invalid_response';
}

/** Codes come from the provider, or from whoever made up its answer. RFC 6749, section 4.1.2.1 */
function printableCode(code: string): string {
  return /^[a-z0-9_.-]{1,64}$/i.test(code) ? code : 'unprintable';
}
