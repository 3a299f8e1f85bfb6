import type { StoredTenantSettings } from '../tenants/complete-tenant-settings.ts';
import {
  DEFAULT_TENANT_SETTINGS,
  type Registration,
  type SecondFactorPolicy,
  type SigningAlgorithm,
  type TenantBranding,
  type TenantLifetimes,
  type TenantProfile,
} from '../tenants/tenant.ts';
import {
  readChoice,
  readFlag,
  readMap,
  readText,
  readTextSet,
  readWhole,
  type SeedMap,
  type TextRule,
} from './seed-reader.ts';
import { report, type SeedNode } from './seed-source.ts';
import { COLOUR_RULE, WEB_PAGE_RULE } from './text-rules.ts';

const DAY = 24 * 60 * 60;
const YEAR = 365 * DAY;

/** The longest that each lifetime may be set to, in seconds. */
const LIFETIME_LIMITS: Readonly<Record<keyof TenantLifetimes, number>> = {
  accessTokenSeconds: DAY,
  idTokenSeconds: DAY,
  // RFC 6749, section 4.1.2: at most ten minutes is recommended.
  authorizationCodeSeconds: 600,
  interactionSeconds: DAY,
  sessionIdleSeconds: YEAR,
  sessionAbsoluteSeconds: YEAR,
  refreshTokenIdleSeconds: YEAR,
  refreshTokenAbsoluteSeconds: 2 * YEAR,
};

/** An idle time longer than the absolute one would promise what cannot be kept. */
const IDLE_WITHIN_ABSOLUTE = [
  ['sessionIdleSeconds', 'sessionAbsoluteSeconds'],
  ['refreshTokenIdleSeconds', 'refreshTokenAbsoluteSeconds'],
] as const satisfies readonly (readonly [keyof TenantLifetimes, keyof TenantLifetimes])[];

const BRANDING_RULES: Readonly<Record<keyof TenantBranding, TextRule>> = {
  accentColor: COLOUR_RULE,
  privacyUrl: WEB_PAGE_RULE,
  termsUrl: WEB_PAGE_RULE,
  supportUrl: WEB_PAGE_RULE,
};

const ALGORITHMS: readonly SigningAlgorithm[] = ['RS256', 'ES256', 'PS256', 'EdDSA'];
const ALWAYS_THERE: readonly SigningAlgorithm[] = DEFAULT_TENANT_SETTINGS.signingAlgorithms;
const REGISTRATIONS: readonly Registration[] = ['open', 'invite', 'closed'];
const SECOND_FACTORS: readonly SecondFactorPolicy[] = ['off', 'optional', 'required'];
const PROFILES: readonly TenantProfile[] = ['baseline', 'compat'];

/**
 * Reads a tenant's `settings`: only what the file says, in the form that tenants are stored in.
 */
export function readTenantSettings(at: SeedNode | undefined): StoredTenantSettings {
  if (at === undefined) return {};
  const map = readMap(at, 'a mapping of settings', [
    'registration',
    'mfa',
    'emailCode',
    'profile',
    'signingAlgorithms',
    'accessTokenAlgorithm',
    'lifetimes',
    'branding',
  ]);
  if (map === undefined) return {};
  const registration = readChoice(map.get('registration'), REGISTRATIONS);
  const mfa = readChoice(map.get('mfa'), SECOND_FACTORS);
  const emailCode = readFlag(map.get('emailCode'));
  const profile = readChoice(map.get('profile'), PROFILES, ['fapi2']);
  const algorithms = readAlgorithms(map);
  const accessTokenAlgorithm = readChoice(map.get('accessTokenAlgorithm'), algorithms.published);
  const lifetimes = readLifetimes(map.get('lifetimes'));
  const branding = readBranding(map.get('branding'));
  return {
    ...(registration === undefined ? {} : { registration }),
    ...(mfa === undefined ? {} : { mfa }),
    ...(emailCode === undefined ? {} : { emailCode }),
    ...(profile === undefined ? {} : { profile }),
    ...(algorithms.written === undefined ? {} : { signingAlgorithms: algorithms.written }),
    ...(accessTokenAlgorithm === undefined ? {} : { accessTokenAlgorithm }),
    ...(Object.keys(lifetimes).length === 0 ? {} : { lifetimes }),
    ...(Object.keys(branding).length === 0 ? {} : { branding }),
  };
}

function readAlgorithms(map: SeedMap): {
  written: readonly SigningAlgorithm[] | undefined;
  published: readonly SigningAlgorithm[];
} {
  const at = map.get('signingAlgorithms');
  if (at === undefined) return { written: undefined, published: ALWAYS_THERE };
  const named = readTextSet(at, 'algorithms', {
    expected: ALGORITHMS.join(', '),
    accepts: (text) => ALGORITHMS.some((algorithm) => algorithm === text),
  });
  const missing = ALWAYS_THERE.filter((algorithm) => !named.includes(algorithm));
  if (missing.length > 0) {
    report(
      at,
      `expected ${ALWAYS_THERE.join(' and ')} among them, found no ${missing.join(', no ')}`,
    );
  }
  const written = ALGORITHMS.filter((algorithm) => named.includes(algorithm));
  return { written, published: [...new Set([...ALWAYS_THERE, ...written])] };
}

function readLifetimes(at: SeedNode | undefined): Partial<TenantLifetimes> {
  if (at === undefined) return {};
  const names = Object.keys(LIFETIME_LIMITS).filter(isLifetime);
  const map = readMap(at, 'a mapping of lifetimes', names);
  if (map === undefined) return {};
  const lifetimes: Partial<TenantLifetimes> = {};
  for (const name of names) {
    const limits = { min: 1, max: LIFETIME_LIMITS[name], unit: 'seconds' };
    const seconds = readWhole(map.get(name), limits);
    if (seconds !== undefined) lifetimes[name] = seconds;
  }
  const whole = { ...DEFAULT_TENANT_SETTINGS.lifetimes, ...lifetimes };
  for (const [idle, absolute] of IDLE_WITHIN_ABSOLUTE) {
    if (whole[idle] > whole[absolute]) {
      const written = map.get(idle) ?? map.get(absolute) ?? at;
      report(
        written,
        `expected ${idle} to be at most ${absolute}, found ${whole[idle]} and ${whole[absolute]}`,
      );
    }
  }
  return lifetimes;
}

function readBranding(at: SeedNode | undefined): TenantBranding {
  if (at === undefined) return {};
  const names = Object.keys(BRANDING_RULES).filter(isBranding);
  const map = readMap(at, 'a mapping of branding', names);
  const branding: TenantBranding = {};
  for (const name of names) {
    const text = readText(map?.get(name), BRANDING_RULES[name]);
    if (text !== undefined) branding[name] = text;
  }
  return branding;
}

function isLifetime(name: string): name is keyof TenantLifetimes {
  return Object.hasOwn(LIFETIME_LIMITS, name);
}

function isBranding(name: string): name is keyof TenantBranding {
  return Object.hasOwn(BRANDING_RULES, name);
}
