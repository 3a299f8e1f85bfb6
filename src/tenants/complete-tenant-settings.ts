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
 */
export function completeTenantSettings(stored: StoredTenantSettings): TenantSettings {
  const defaults = DEFAULT_TENANT_SETTINGS;
  const algorithms = new Set<SigningAlgorithm>([
    ...defaults.signingAlgorithms,
    ...(stored.signingAlgorithms ?? []),
  ]);
  return {
    ...defaults,
    ...stored,
    signingAlgorithms: [...algorithms],
    lifetimes: { ...defaults.lifetimes, ...stored.lifetimes },
    branding: { ...defaults.branding, ...stored.branding },
  };
}
