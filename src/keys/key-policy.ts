import type { TenantLifetimes } from '../tenants/tenant.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `max-age` of the JWKS. PUBLISH_SECONDS must stay longer. */
export const JWKS_MAX_AGE_SECONDS = 10 * MINUTE;

/**
 * How long a `next` key is published before it signs. Beyond JWKS_MAX_AGE_SECONDS it covers
 * verifiers that keep a JWKS for hours whatever we say (API gateways do), and every replica's look
 * for changed tenants.
 */
export const PUBLISH_SECONDS = DAY;

/**
 * Covers what the lifetimes leave out: replicas sign with the key until they hear of its
 * retirement, and clocks of verifiers run late.
 */
const RETIRE_MARGIN_SECONDS = HOUR;

/**
 * The longest that a client may have its own tokens live, whatever the tenant's lifetimes say: no
 * less than the limits of CLIENT_EXTENSIONS in `applications/client-metadata.ts`.
 */
const CLIENT_TOKEN_SECONDS = DAY;

/** How long the stages of a signing key last. */
export interface KeyPolicy {
  /** Seconds that a `next` key is published before it may sign. */
  readonly publishSeconds: number;
  /** Seconds that a `retiring` key stays published after it last signed. */
  readonly retireSeconds: number;
}

/**
 * The stages' lengths for a tenant.
 *
 * A retired key must verify for as long as anything that it signed is of use: access tokens and ID
 * tokens until they expire, but an ID token serves as `id_token_hint` for as long as its session
 * can live, which is longest by far; a client's own lifetimes may be longer than its tenant's.
 *
 * @see OpenID Connect Core 1.0, section 10.1.1 (rotation of signing keys)
 * @see OpenID Connect RP-Initiated Logout 1.0, section 2 (expired ID tokens as hints)
 */
export function keyPolicyOf(lifetimes: TenantLifetimes): KeyPolicy {
  const longest = Math.max(
    lifetimes.sessionAbsoluteSeconds,
    lifetimes.idTokenSeconds,
    lifetimes.accessTokenSeconds,
    CLIENT_TOKEN_SECONDS,
  );
  return { publishSeconds: PUBLISH_SECONDS, retireSeconds: longest + RETIRE_MARGIN_SECONDS };
}
