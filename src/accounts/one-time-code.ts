import type { AuditEvent } from '../audit/audit-event.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { constantTimeEqual, hmacSha256 } from '../crypto/digest.ts';
import { randomDigits } from '../crypto/random-code.ts';
import { randomId } from '../crypto/random-id.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { AttemptStore, AttemptSubject } from './attempt-store.ts';
import { callerOf, networkSubjects } from './attempt-subjects.ts';
import { withdrawOnError } from './factor-attempt.ts';
import { normalizeIdentifier } from './normalize-identifier.ts';
import type { OneTimeCodePurpose, OneTimeCodeStore } from './one-time-code-store.ts';
import { typedDigits } from './typed-code.ts';

/** How long a code that was sent by e-mail works. */
export const ONE_TIME_CODE_SECONDS = 10 * 60;
/** Wrong codes that may be typed before the right one stops working. */
export const ONE_TIME_CODE_TRIES = 5;

const DIGITS = 6;

/** What a code is for. All of it must be the same again when the code is typed. */
export interface OneTimeCodeUse {
  readonly purpose: OneTimeCodePurpose;
  /**
   * Everything that the code proves: an account's id, a normalised address where there may be no
   * account, both where an account is to get an address.
   */
  readonly subject: string;
  /**
   * The interaction or session that asked: a code typed in another one does not work. Any text
   * that nobody else has.
   */
  readonly binding: string;
  /** The caller's address, as far as the trusted proxies allow to know it. */
  readonly address: string;
  readonly requestId: string;
}

export interface OneTimeCodeDeps {
  readonly codes: OneTimeCodeStore;
  readonly attempts: AttemptStore;
  readonly audit: Pick<AuditLog, 'record'>;
  /** The deployment's lookup key. */
  readonly lookupKey: string;
  readonly now: () => Date;
}

export type OneTimeCodeRequest =
  | {
      readonly outcome: 'made';
      readonly code: string;
      readonly expiresAt: Date;
      /** The mailbox has had enough for now: the mail is queued as a decoy, and nobody is told. */
      readonly mailboxFull: boolean;
    }
  /** Nothing is to be sent; a code sent before still works. */
  | { readonly outcome: 'throttled'; readonly retryAfterSeconds: number };

/**
 * Makes a code of six digits that works for ten minutes, once, in the interaction or session that
 * asked. It takes the place of the one before it there.
 *
 * One a minute and five an hour are made for each subject, and for each mailbox; and 30 an hour
 * for each caller. Only who asked too often for a subject, or at all, is told: that a mailbox has
 * had enough would say that two names belong to one account.
 *
 * Where there is no account it must be asked all the same, as a `decoy`: it does, counts, records
 * and answers the same, with a code that never works. Nothing is then sent.
 *
 * @param input.recipient - the mailbox that it goes to
 * @param input.first - done once it is counted and before anything is made: what costs more than
 *   somebody who asks too often should get
 * @returns the code goes into a mail to `recipient` and nowhere else
 * @throws StorageUnavailableError, and what `first` throws; nothing is counted then
 */
export async function requestOneTimeCode(
  deps: OneTimeCodeDeps,
  tenant: Tenant,
  input: OneTimeCodeUse & {
    readonly recipient: string;
    readonly decoy: boolean;
    readonly first?: () => Promise<unknown>;
  },
): Promise<OneTimeCodeRequest> {
  const subjects: AttemptSubject[] = [
    { kind: 'code_requests', address: callerOf(input.address) },
    ...sentTo(`subject:${input.subject}`),
  ];
  const verdict = await deps.attempts.begin(tenant.id, subjects);
  if (!verdict.allowed) {
    await deps.audit.record(eventOf('email_code.throttled', 'failure', tenant, input));
    return { outcome: 'throttled', retryAfterSeconds: verdict.retryAfterSeconds };
  }
  return withdrawOnError(deps, tenant, subjects, async () => {
    await input.first?.();
    const mailbox = sentTo(`mailbox:${normalizeIdentifier(input.recipient)}`);
    const { allowed } = await deps.attempts.begin(tenant.id, mailbox);
    const made = await withdrawOnError(deps, tenant, allowed ? mailbox : [], () =>
      makeCode(deps, tenant, input, input.decoy || !allowed),
    );
    const event = allowed
      ? eventOf('email_code.requested', 'success', tenant, input)
      : eventOf('email_code.throttled', 'failure', tenant, input);
    await deps.audit.record(event);
    return { outcome: 'made', ...made, mailboxFull: !allowed };
  });
}

function sentTo(name: string): AttemptSubject[] {
  return [
    { kind: 'code_pause', name },
    { kind: 'code_quota', name },
  ];
}

async function makeCode(
  deps: OneTimeCodeDeps,
  tenant: Tenant,
  use: OneTimeCodeUse,
  decoy: boolean,
): Promise<{ code: string; expiresAt: Date }> {
  const code = randomDigits(DIGITS);
  const nonce = randomId(16);
  const expiresAt = new Date(deps.now().getTime() + ONE_TIME_CODE_SECONDS * 1000);
  const lookup = lookupOf(deps.lookupKey, tenant, use);
  // No six digits have the digest of a longer text.
  const digest = digestOf(deps.lookupKey, lookup, nonce, decoy ? randomId() : code);
  await deps.codes.save(tenant.id, { lookup, purpose: use.purpose, nonce, digest, expiresAt });
  return { code, expiresAt };
}

export type OneTimeCodeVerdict =
  | { readonly outcome: 'verified' }
  /** `triesLeft` is undefined where nothing was counted. */
  | { readonly outcome: 'rejected'; readonly triesLeft: number | undefined }
  /** Nothing here waits for a code: it expired, was used or replaced, or was tried too often. */
  | { readonly outcome: 'expired' }
  | { readonly outcome: 'locked'; readonly retryAfterSeconds: number };

/**
 * Checks a code that was sent by e-mail, and uses it up: of any number of uses at once exactly one
 * wins. It must be typed for the purpose, the subject and in the interaction or session that it was
 * asked for; anywhere else there is nothing to type. The fifth wrong code ends it.
 *
 * A text that could be no code is rejected without being counted.
 *
 * @param input.code - as typed
 * @throws StorageUnavailableError; the attempt is then held against nobody, but for the try
 */
export async function useOneTimeCode(
  deps: OneTimeCodeDeps,
  tenant: Tenant,
  input: OneTimeCodeUse & { readonly code: string },
): Promise<OneTimeCodeVerdict> {
  const code = typedDigits(input.code);
  if (!/^\d{6}$/.test(code)) return { outcome: 'rejected', triesLeft: undefined };
  const subjects: AttemptSubject[] = [
    ...networkSubjects(input.address),
    { kind: 'mailed_code', subject: input.subject },
  ];
  const verdict = await deps.attempts.begin(tenant.id, subjects);
  if (!verdict.allowed) {
    await deps.audit.record(eventOf('email_code.throttled', 'failure', tenant, input));
    return { outcome: 'locked', retryAfterSeconds: verdict.retryAfterSeconds };
  }
  const result = await withdrawOnError(deps, tenant, subjects, () =>
    compare(deps, tenant, input, code),
  );
  if (result.outcome === 'verified') {
    await deps.attempts.succeeded(tenant.id, subjects);
    await deps.audit.record(eventOf('email_code.used', 'success', tenant, input));
  } else if (result.outcome === 'expired') {
    // Nothing was guessed, and strangers must not lock an account with codes that nobody sent.
    await deps.attempts.withdraw(tenant.id, subjects);
  } else {
    await deps.audit.record(eventOf('email_code.failed', 'failure', tenant, input));
  }
  return result;
}

async function compare(
  deps: OneTimeCodeDeps,
  tenant: Tenant,
  use: OneTimeCodeUse,
  code: string,
): Promise<Exclude<OneTimeCodeVerdict, { outcome: 'locked' }>> {
  const lookup = lookupOf(deps.lookupKey, tenant, use);
  const stored = await deps.codes.countTry(tenant.id, lookup, ONE_TIME_CODE_TRIES);
  if (stored === undefined) return { outcome: 'expired' };
  const { nonce, digest, triesLeft } = stored;
  if (!constantTimeEqual(digestOf(deps.lookupKey, lookup, nonce, code), digest)) {
    return { outcome: 'rejected', triesLeft };
  }
  const used = await deps.codes.use(tenant.id, lookup, digest);
  return used ? { outcome: 'verified' } : { outcome: 'expired' };
}

/** Under what a code is stored: says nothing of whom it is for. */
function lookupOf(lookupKey: string, tenant: Tenant, use: OneTimeCodeUse): string {
  const { purpose, subject, binding } = use;
  return hmacSha256(
    lookupKey,
    JSON.stringify(['one_time_code', tenant.id, purpose, subject, binding]),
  );
}

/** Keyed, since a million codes are soon tried; with a nonce, so that no two look the same. */
function digestOf(lookupKey: string, lookup: string, nonce: string, code: string): string {
  return hmacSha256(lookupKey, JSON.stringify(['one_time_code', lookup, nonce, code]));
}

/** Says neither whom the code is for nor whether there is such an account. */
function eventOf(
  kind: Extract<AuditEvent['kind'], `email_code.${string}`>,
  outcome: AuditEvent['outcome'],
  tenant: Tenant,
  use: OneTimeCodeUse,
): AuditEvent {
  return {
    kind,
    tenantId: tenant.id,
    outcome,
    actor: { type: 'anonymous' },
    address: use.address,
    requestId: use.requestId,
    detail: { purpose: use.purpose },
  };
}
