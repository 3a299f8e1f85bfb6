/**
 * A tenant: one isolated identity provider with its own issuer, accounts, applications, keys and
 * settings. Nothing of one tenant is visible from another. This room owns what a tenant is and
 * how a request finds its tenant; it knows nothing of OpenID Connect.
 */

/** Opaque id of a tenant (a UUID); leads every store call and key. */
export type TenantId = string;

/**
 * How strictly the protocol is spoken. `baseline` is OAuth 2.1 and RFC 9700: PKCE for every client.
 * `compat` is what the OpenID certification plans still send: requests without PKCE, and by POST.
 */
export type TenantProfile = 'baseline' | 'compat';

/** Algorithms that a tenant may sign with; RS256 and ES256 are always there. */
export type SigningAlgorithm = 'RS256' | 'ES256' | 'PS256' | 'EdDSA';

/**
 * Who may make an account on the hosted pages: anybody, whoever was invited, or nobody (operators
 * and seed files then; invitations do not work).
 */
export type Registration = 'open' | 'invite' | 'closed';

/**
 * Second factors. `off`: nobody has one; `optional`: who has one is asked for it; `required`: who
 * has none sets one up at the next sign-in.
 */
export type SecondFactorPolicy = 'off' | 'optional' | 'required';

/** Lifetimes in seconds. */
export interface TenantLifetimes {
  accessTokenSeconds: number;
  idTokenSeconds: number;
  authorizationCodeSeconds: number;
  interactionSeconds: number;
  sessionIdleSeconds: number;
  sessionAbsoluteSeconds: number;
  refreshTokenIdleSeconds: number;
  refreshTokenAbsoluteSeconds: number;
}

/** Branding is data: texts and colours, never markup or script. */
export interface TenantBranding {
  /** CSS colour of buttons and links, `#rrggbb`. */
  accentColor?: string;
  /** Link to the tenant's privacy policy. */
  privacyUrl?: string;
  /** Link to the tenant's terms. */
  termsUrl?: string;
  /** Where people get help. */
  supportUrl?: string;
  /** Who runs the site, where the law wants it said. */
  imprintUrl?: string;
  /** Shown in the place of the tenant's initial: a `data:` address (`logo-image.ts`). */
  logo?: string;
  /**
   * What the sign-in page says under its heading, by language; `default` for those not named.
   * One sentence or two, without markup.
   */
  welcomeText?: Readonly<Record<string, string>>;
}

export interface TenantSettings {
  profile: TenantProfile;
  /** Algorithms to publish keys for; always contains RS256 and ES256. */
  signingAlgorithms: readonly SigningAlgorithm[];
  /** Algorithm of access tokens; ID tokens follow the client's metadata. */
  accessTokenAlgorithm: SigningAlgorithm;
  lifetimes: TenantLifetimes;
  registration: Registration;
  mfa: SecondFactorPolicy;
  /** Whether a code sent by e-mail signs in, in place of a password. */
  emailCode: boolean;
  branding: TenantBranding;
}

export interface Tenant {
  readonly id: TenantId;
  /** Unique in the deployment, `[a-z0-9-]{1,63}`; `default` is the one at PUBLIC_URL. */
  readonly slug: string;
  readonly name: string;
  /** An issuer on a host of the tenant's own (`https://login.acme.example`), if it has one. */
  readonly customIssuer: string | undefined;
  readonly settings: TenantSettings;
  /** Grows with every change of settings, applications, clients, roles or keys of the tenant. */
  readonly version: number;
  readonly disabled: boolean;
}

const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;

/** What a tenant gets that says nothing. */
export const DEFAULT_TENANT_SETTINGS: TenantSettings = {
  profile: 'baseline',
  signingAlgorithms: ['RS256', 'ES256'],
  accessTokenAlgorithm: 'RS256',
  lifetimes: {
    accessTokenSeconds: 10 * MINUTE,
    idTokenSeconds: 10 * MINUTE,
    authorizationCodeSeconds: MINUTE,
    interactionSeconds: 30 * MINUTE,
    sessionIdleSeconds: 14 * DAY,
    sessionAbsoluteSeconds: 90 * DAY,
    refreshTokenIdleSeconds: 30 * DAY,
    refreshTokenAbsoluteSeconds: 180 * DAY,
  },
  registration: 'closed',
  mfa: 'optional',
  emailCode: false,
  branding: {},
};

/** Slug of the tenant that answers at PUBLIC_URL itself. */
export const DEFAULT_TENANT_SLUG = 'default';
