import { LANGUAGES } from '../languages/languages.ts';
import type { StoredTenantSettings } from '../tenants/complete-tenant-settings.ts';
import {
  REGISTRATIONS,
  SECOND_FACTOR_POLICIES,
  SIGNING_ALGORITHMS,
  TENANT_PROFILES,
} from '../tenants/known-settings.ts';
import { LOGO_EXPECTED, readLogoImage } from '../tenants/logo-image.ts';
import {
  DEFAULT_TENANT_SETTINGS,
  type SigningAlgorithm,
  type TenantBranding,
  type TenantLifetimes,
} from '../tenants/tenant.ts';
import type { LogoSource } from './seed.ts';
import {
  readChoice,
  readChoiceOfKey,
  readFlag,
  readMap,
  readText,
  readTextSet,
  readWhole,
  type SeedMap,
  type TextRule,
} from './seed-reader.ts';
import { placeOf, report, type SeedNode, scalarOf } from './seed-source.ts';
import { BASE64_RULE, COLOUR_RULE, PATH_RULE, WEB_PAGE_RULE, WELCOME_RULE } from './text-rules.ts';

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

/** Members that are one text. */
type BrandingText = Exclude<keyof TenantBranding, 'logo' | 'welcomeText'>;

const BRANDING_RULES: Readonly<Record<BrandingText, TextRule>> = {
  accentColor: COLOUR_RULE,
  privacyUrl: WEB_PAGE_RULE,
  termsUrl: WEB_PAGE_RULE,
  supportUrl: WEB_PAGE_RULE,
  imprintUrl: WEB_PAGE_RULE,
};

const ALWAYS_THERE: readonly SigningAlgorithm[] = DEFAULT_TENANT_SETTINGS.signingAlgorithms;

/** What `settings` say. */
export interface ReadSettings {
  readonly settings: StoredTenantSettings;
  readonly logo: LogoSource | undefined;
}

/**
 * Reads a tenant's `settings`: only what the file says, in the form that tenants are stored in.
 */
export function readTenantSettings(at: SeedNode): ReadSettings {
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
  if (map === undefined) return { settings: {}, logo: undefined };
  const registration = readChoice(map.get('registration'), REGISTRATIONS);
  const mfa = readChoice(map.get('mfa'), SECOND_FACTOR_POLICIES);
  const emailCode = readFlag(map.get('emailCode'));
  const profile = readChoice(map.get('profile'), TENANT_PROFILES, ['fapi2']);
  const algorithms = readAlgorithms(map);
  const accessTokenAlgorithm = readChoice(map.get('accessTokenAlgorithm'), algorithms.published);
  const lifetimes = readLifetimes(map.get('lifetimes'));
  const { branding, logo } = readBranding(map.get('branding'));
  const settings = {
    ...(registration === undefined ? {} : { registration }),
    ...(mfa === undefined ? {} : { mfa }),
    ...(emailCode === undefined ? {} : { emailCode }),
    ...(profile === undefined ? {} : { profile }),
    ...(algorithms.written === undefined ? {} : { signingAlgorithms: algorithms.written }),
    ...(accessTokenAlgorithm === undefined ? {} : { accessTokenAlgorithm }),
    ...(Object.keys(lifetimes).length === 0 ? {} : { lifetimes }),
    ...(Object.keys(branding).length === 0 ? {} : { branding }),
  };
  return { settings, logo };
}

function readAlgorithms(map: SeedMap): {
  written: readonly SigningAlgorithm[] | undefined;
  published: readonly SigningAlgorithm[];
} {
  const at = map.get('signingAlgorithms');
  if (at === undefined) return { written: undefined, published: ALWAYS_THERE };
  const named = readTextSet(at, 'algorithms', {
    expected: SIGNING_ALGORITHMS.join(', '),
    accepts: (text) => SIGNING_ALGORITHMS.some((algorithm) => algorithm === text),
  });
  const missing = ALWAYS_THERE.filter((algorithm) => !named.includes(algorithm));
  if (missing.length > 0) {
    report(
      at,
      `expected ${ALWAYS_THERE.join(' and ')} among them, found no ${missing.join(', no ')}`,
    );
  }
  const written = SIGNING_ALGORITHMS.filter((algorithm) => named.includes(algorithm));
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

function readBranding(at: SeedNode | undefined): {
  branding: TenantBranding;
  logo: LogoSource | undefined;
} {
  if (at === undefined) return { branding: {}, logo: undefined };
  const names = Object.keys(BRANDING_RULES).filter(isBranding);
  const map = readMap(at, 'a mapping of branding', [...names, 'logo', 'welcomeText']);
  const branding: TenantBranding = {};
  const welcomeText = readWelcomeText(map?.get('welcomeText'));
  if (welcomeText !== undefined) branding.welcomeText = welcomeText;
  for (const name of names) {
    const text = readText(map?.get(name), BRANDING_RULES[name]);
    if (text !== undefined) branding[name] = text;
  }
  const logo = readLogo(map?.get('logo'));
  if (typeof logo === 'string') branding.logo = logo;
  return { branding, logo: typeof logo === 'string' ? undefined : logo };
}

function isLifetime(name: string): name is keyof TenantLifetimes {
  return Object.hasOwn(LIFETIME_LIMITS, name);
}

/**
 * A logo as it is stored, from its bytes; or where it is: its file is read, and looked at, when all
 * files are.
 */
function readLogo(at: SeedNode | undefined): LogoSource | string | undefined {
  if (at === undefined) return undefined;
  const map = readMap(at, 'a mapping with file or data', ['file', 'data']);
  const source = map === undefined ? undefined : readChoiceOfKey(map, ['file', 'data']);
  if (source === undefined) return undefined;
  if (source.key === 'file') {
    const path = readText(source.value, PATH_RULE);
    return path === undefined ? undefined : { path, place: placeOf(source.value) };
  }
  const text = readText(source.value, BASE64_RULE);
  if (text === undefined) return undefined;
  const image = readLogoImage(Buffer.from(text.replace(/\s/g, ''), 'base64'));
  if ('logo' in image) return image.logo;
  report(source.value, `${LOGO_EXPECTED}, found ${image.found}`);
  return undefined;
}

/** One text for every language, or one for each. */
function readWelcomeText(at: SeedNode | undefined): Record<string, string> | undefined {
  if (at === undefined) return undefined;
  if (typeof scalarOf(at) === 'string') {
    const text = readText(at, WELCOME_RULE);
    return text === undefined ? undefined : { default: text };
  }
  const map = readMap(at, 'a text, or a mapping of languages to texts', [
    'default',
    ...Object.keys(LANGUAGES),
  ]);
  if (map === undefined) return undefined;
  const texts: Record<string, string> = {};
  for (const language of ['default', ...Object.keys(LANGUAGES)]) {
    const text = readText(map.get(language), WELCOME_RULE);
    if (text !== undefined) texts[language] = text;
  }
  return texts;
}

function isBranding(name: string): name is BrandingText {
  return Object.hasOwn(BRANDING_RULES, name);
}
