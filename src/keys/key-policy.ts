import type { TenantLifetimes } from '../tenants/tenant.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long keys do what they do, for every tenant of a deployment. */
export interface KeyTimes {
  /** `max-age` of the JWKS. `publishSeconds` must stay longer. */
  readonly jwksMaxAgeSeconds: number;
  /**
   * How long a `next` key is published before it signs. Beyond `jwksMaxAgeSeconds` it covers
   * verifiers that keep a JWKS for hours whatever we say (API gateways do), and every replica's
   * look for changed tenants.
   */
  readonly publishSeconds: number;
  /**
   * How long a key signs before the next one takes over by itself; longer than `publishSeconds`.
   * Undefined: operators rotate.
   */
  readonly rotateSeconds: number | undefined;
  /**
   * The longest that a client may have its own tokens live, whatever the tenant's lifetimes say: no
   * less than the limits of CLIENT_EXTENSIONS in `applications/client-metadata.ts`. It also covers
   * tokens that were issued before somebody shortened a lifetime.
   */
  readonly clientTokenSeconds: number;
  /**
   * Covers what the lifetimes leave out: replicas sign with a key until they hear of its
   * retirement, and clocks of verifiers run late.
   */
  readonly retireMarginSeconds: number;
}

/** What holds in every deployment, but for tests that cannot wait for days. */
export const KEY_TIMES: KeyTimes = {
  jwksMaxAgeSeconds: 10 * MINUTE,
  publishSeconds: DAY,
  rotateSeconds: 30 * DAY,
  clientTokenSeconds: DAY,
  retireMarginSeconds: HOUR,
};

/** The times of a deployment that says how often its keys rotate; 0 days: not by themselves. */
export function keyTimesOf(config: { readonly signingKeyDays: number }): KeyTimes {
  const { signingKeyDays: days } = config;
  return { ...KEY_TIMES, rotateSeconds: days === 0 ? undefined : days * DAY };
}

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
export function keyPolicyOf(lifetimes: TenantLifetimes, times: KeyTimes = KEY_TIMES): KeyPolicy {
  const longest = Math.max(
    lifetimes.sessionAbsoluteSeconds,
    lifetimes.idTokenSeconds,
    lifetimes.accessTokenSeconds,
    times.clientTokenSeconds,
  );
  return {
    publishSeconds: times.publishSeconds,
    retireSeconds: longest + times.retireMarginSeconds,
  };
}

/**
 * Seconds that a key has signed when its successor is published, to take over in time; undefined:
 * nobody publishes one but operators.
 */
export function successorSecondsOf(times: KeyTimes): number | undefined {
  return times.rotateSeconds && times.rotateSeconds - times.publishSeconds;
}
