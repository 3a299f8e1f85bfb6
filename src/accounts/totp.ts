import { Secret, TOTP } from 'otpauth';
import type { SealContext } from '../crypto/sealing.ts';
import type { TenantId } from '../tenants/tenant.ts';
import { typedDigits } from './typed-code.ts';

/**
 * Time-based one-time passwords: what every authenticator app can do.
 *
 * @see RFC 6238
 */

/** RFC 4226, section 4, R6: 160 bits are recommended. */
const SEED_BYTES = 20;
const PERIOD_SECONDS = 30;
const DIGITS = 6;
/** Steps that a clock may be behind or ahead. RFC 6238, section 5.2 */
const WINDOW_STEPS = 1;
/** Longest name in the address that an app is given, in UTF-16 units: more is hard to scan. */
const NAME_MAX_LENGTH = 64;
/** Version of what is sealed: the seed in base32. */
const SEAL_VERSION = 1;

/** A new seed, in base32 without padding (32 characters). */
export function createTotpSeed(): string {
  return new Secret({ size: SEED_BYTES }).base32;
}

/**
 * The address that an authenticator app reads from a QR code.
 *
 * @param app.issuer - who the code is for, as the app shows it
 * @param app.label - whose it is
 */
export function totpUri(app: { seed: string; issuer: string; label: string }): string {
  return new TOTP({
    issuer: cut(app.issuer),
    label: cut(app.label),
    secret: app.seed,
    algorithm: 'SHA1',
    digits: DIGITS,
    period: PERIOD_SECONDS,
  }).toString();
}

/**
 * The time step that a code belongs to: now, or the one before or after.
 *
 * @param typed - as typed; anything that is no code belongs to none
 */
export function totpStep(seed: string, typed: string, now: Date): number | undefined {
  if (!couldBeTotp(typed)) return undefined;
  const timestamp = now.getTime();
  const delta = TOTP.validate({
    token: typedDigits(typed),
    secret: Secret.fromBase32(seed),
    algorithm: 'SHA1',
    digits: DIGITS,
    period: PERIOD_SECONDS,
    timestamp,
    window: WINDOW_STEPS,
  });
  return delta === null ? undefined : TOTP.counter({ period: PERIOD_SECONDS, timestamp }) + delta;
}

/** Whether a text could be a code at all; what could not was no guess. */
export function couldBeTotp(typed: string): boolean {
  return /^\d{6}$/.test(typedDigits(typed));
}

/** Where the seal of a seed belongs. */
export function totpSealContext(tenantId: TenantId, id: string): SealContext {
  return { tenant: tenantId, purpose: 'totp_seed', record: id, version: SEAL_VERSION };
}

function cut(name: string): string {
  return [...name.slice(0, NAME_MAX_LENGTH)].filter((one) => one.isWellFormed()).join('');
}
