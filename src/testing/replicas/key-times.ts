import type { KeyTimes } from '../../keys/key-policy.ts';

/** A key is published for 6 s, signs for 12 s, and is there for 18 s more: see `WATCHED_LIFETIMES`. */
export const SHORT_KEY_TIMES: KeyTimes = {
  jwksMaxAgeSeconds: 3,
  // Longer than a cache and the look of a replica that missed the change (TENANT_POLL_SECONDS).
  publishSeconds: 6,
  rotateSeconds: 12,
  clientTokenSeconds: 10,
  retireMarginSeconds: 3,
};

/** Of the tenant whose keys are watched until they are gone. */
export const WATCHED_LIFETIMES = {
  accessTokenSeconds: 10,
  idTokenSeconds: 10,
  sessionIdleSeconds: 15,
  sessionAbsoluteSeconds: 15,
};
