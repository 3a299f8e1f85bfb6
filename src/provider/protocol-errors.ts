import { errors } from 'oidc-provider';
import { OverloadedError, StorageUnavailableError } from '../errors.ts';

/** When to come back, as each 503 says: this room's, and those of `http/describe-error.ts`. */
export const RETRY_AFTER_SECONDS = 2;

/**
 * A store could not answer, said in the protocol's words: 503, shown to the caller as it is and
 * never sent back to the client by redirect, because nothing was decided.
 */
export class TemporarilyUnavailable extends errors.OIDCProviderError {
  constructor(cause: unknown) {
    super(503, 'temporarily_unavailable');
    this.expose = true;
    this.allow_redirect = false;
    this.error_description = 'the server cannot answer at the moment, try again';
    this.cause = cause;
  }
}

/**
 * Awaits what a room answers inside the library's own code, where only the library's errors keep
 * their status. Anything that is not an outage stays what it is.
 */
export async function inProtocol<T>(answer: PromiseLike<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof StorageUnavailableError || error instanceof OverloadedError) {
      throw new TemporarilyUnavailable(error);
    }
    throw error;
  }
}
