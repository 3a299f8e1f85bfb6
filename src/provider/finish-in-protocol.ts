import Provider from 'oidc-provider';
import { mustFinish } from '../http/must-finish.ts';
import { TemporarilyUnavailable } from './protocol-errors.ts';

/**
 * `mustFinish` for the request of the library that is under way. Pages of ours, which are none, say
 * it themselves.
 *
 * @throws TemporarilyUnavailable when nobody waits for the answer any more: nothing is to be used up
 */
export function mustFinishInProtocol(): void {
  const ctx = Provider.ctx;
  if (ctx === undefined) return;
  try {
    mustFinish(ctx);
  } catch (error) {
    throw new TemporarilyUnavailable(error);
  }
}
