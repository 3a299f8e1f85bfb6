import type { SecondFactorPolicy } from '../tenants/tenant.ts';
import {
  ACR_REMEMBERED_BROWSER,
  ACR_SINGLE_FACTOR,
  type Acr,
  satisfies,
  weakestAcr,
} from './acr.ts';

/**
 * The level that a sign-in has to reach: what the tenant's policy asks of this account, or what the
 * client asks for, whichever is more.
 *
 * Where second factors are off nobody can have one, so a client's wish for one is passed over here;
 * if it insists, it hears that there is none (`unmet_authentication_requirements`).
 *
 * @param input.hasFactor - whether the account has a second factor
 * @param input.asked - `acr_values`, or the values of an `acr` claim; any strings
 * @see OpenID Connect Core 1.0, section 3.1.2.1 (`acr_values`)
 */
export function requiredAcr(input: {
  readonly policy: SecondFactorPolicy;
  readonly hasFactor: boolean;
  readonly asked: readonly string[];
}): Acr {
  if (input.policy === 'off') return ACR_SINGLE_FACTOR;
  const ofPolicy =
    input.policy === 'required' || input.hasFactor ? ACR_REMEMBERED_BROWSER : ACR_SINGLE_FACTOR;
  const asked = weakestAcr(input.asked) ?? ACR_SINGLE_FACTOR;
  return satisfies(ofPolicy, asked) ? ofPolicy : asked;
}
