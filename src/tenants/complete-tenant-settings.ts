import {
  isSigningAlgorithm,
  REGISTRATIONS,
  SECOND_FACTOR_POLICIES,
  TENANT_PROFILES,
} from './known-settings.ts';
import {
  DEFAULT_TENANT_SETTINGS,
  type SigningAlgorithm,
  type TenantBranding,
  type TenantLifetimes,
  type TenantSettings,
} from './tenant.ts';

/** A tenant's settings as they are stored and written in seed files: only what is said. */
export type StoredTenantSettings = Partial<Omit<TenantSettings, 'lifetimes' | 'branding'>> & {
  readonly lifetimes?: Partial<TenantLifetimes>;
  readonly branding?: TenantBranding;
};

/**
 * Lays stored settings over the defaults, one lifetime and one branding entry at a time.
 *
 * RS256 and ES256 are always among the signing algorithms, whatever was stored: clients may have
 * registered for either.
 *
 * A newer release may have stored what this one does not know. Members are passed over; the place of
 * a value is taken by one of ours that lets in nobody whom another of ours keeps out: the default, and
 * `required` of second factors.
 */
export function completeTenantSettings(stored: StoredTenantSettings): TenantSettings {
  const defaults = DEFAULT_TENANT_SETTINGS;
  const algorithms = new Set<SigningAlgorithm>([
    ...defaults.signingAlgorithms,
    ...(stored.signingAlgorithms ?? []).filter(isSigningAlgorithm),
  ]);
  return {
    ...defaults,
    ...stored,
    profile: known(TENANT_PROFILES, stored.profile, defaults.profile),
    registration: known(REGISTRATIONS, stored.registration, defaults.registration),
    mfa: known(SECOND_FACTOR_POLICIES, stored.mfa, defaults.mfa, 'required'),
    accessTokenAlgorithm: known(
      [...algorithms],
      stored.accessTokenAlgorithm,
      defaults.accessTokenAlgorithm,
    ),
    signingAlgorithms: [...algorithms],
    lifetimes: { ...defaults.lifetimes, ...stored.lifetimes },
    branding: { ...defaults.branding, ...stored.branding },
  };
}

function known<Value>(
  values: readonly Value[],
  stored: Value | undefined,
  unsaid: Value,
  unknown = unsaid,
): Value {
  if (stored === undefined) return unsaid;
  return values.includes(stored) ? stored : unknown;
}
