import type {
  Registration,
  SecondFactorPolicy,
  SigningAlgorithm,
  TenantProfile,
} from './tenant.ts';

/** What a setting may be in this release. A newer one may have stored more. */
export const SIGNING_ALGORITHMS: readonly SigningAlgorithm[] = ['RS256', 'ES256', 'PS256', 'EdDSA'];
export const REGISTRATIONS: readonly Registration[] = ['open', 'invite', 'closed'];
export const SECOND_FACTOR_POLICIES: readonly SecondFactorPolicy[] = [
  'off',
  'optional',
  'required',
];
export const TENANT_PROFILES: readonly TenantProfile[] = ['baseline', 'compat'];

/** Whether this release can sign with it. */
export function isSigningAlgorithm(text: string): text is SigningAlgorithm {
  return SIGNING_ALGORITHMS.some((algorithm) => algorithm === text);
}
