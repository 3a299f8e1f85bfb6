import type { AuditEvent } from '../audit/audit-event.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { sha256 } from '../crypto/digest.ts';
import { randomId } from '../crypto/random-id.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { Account } from './account.ts';
import type { AccountStore } from './account-store.ts';
import { type Acr, type Amr, acrOf, amrOf } from './acr.ts';
import {
  descriptorOf,
  PASSKEY_CHALLENGE_SECONDS,
  type Passkey,
  type PasskeyDescriptor,
  passkeyDetail,
  relyingPartyOf,
  type StoredPasskey,
} from './passkey.ts';
import { accountOf, bindingOf, type SignInPurpose } from './passkey-challenge.ts';
import { type PasskeyAssertion, readPasskeyAssertion } from './passkey-response.ts';
import type { PasskeyStore } from './passkey-store.ts';
import { type PasskeyProblem, type VerifiedAssertion, verifyAssertion } from './verify-passkey.ts';

/** Web Authentication Level 3, section 5.1 (PublicKeyCredentialRequestOptionsJSON) */
export interface PasskeyRequestOptions {
  readonly rpId: string;
  readonly challenge: string;
  /** Milliseconds. */
  readonly timeout: number;
  /** None: whichever passkey of this site the person chooses. */
  readonly allowCredentials: readonly PasskeyDescriptor[];
  readonly userVerification: 'required' | 'preferred';
}

/**
 * Makes what a page gives to `navigator.credentials.get`, as JSON.
 *
 * To say who somebody is, it names no passkeys, so it tells nobody who has one; the same options
 * serve a button and what the browser offers in the field for the name. Where the account is known
 * it names that account's passkeys. A passkey alone must check who holds it; on top of another
 * factor it is enough to have it.
 *
 * @param input.asked - where an account is named, it has been proved, or has a session
 * @param input.issuer - the tenant's
 * @param input.binding - the interaction or session that asks; the answer counts in the same alone
 * @returns `no_passkeys` when the account that is asked has none
 * @throws StorageUnavailableError
 */
export async function beginPasskeySignIn(
  deps: {
    readonly passkeys: Pick<PasskeyStore, 'list' | 'saveChallenge'>;
    readonly now: () => Date;
  },
  tenant: Tenant,
  input: { readonly asked: SignInPurpose; readonly issuer: string; readonly binding: string },
): Promise<
  | { readonly outcome: 'offered'; readonly options: PasskeyRequestOptions }
  | { readonly outcome: 'no_passkeys' }
> {
  const { asked } = input;
  const accountId = accountOf(asked);
  const allowed = accountId === undefined ? [] : await deps.passkeys.list(tenant.id, accountId);
  // An empty list would mean anybody's.
  if (accountId !== undefined && allowed.length === 0) return { outcome: 'no_passkeys' };
  const challenge = randomId();
  await deps.passkeys.saveChallenge(tenant.id, {
    binding: bindingOf(asked, input.binding),
    digest: sha256(challenge),
    expiresAt: new Date(deps.now().getTime() + PASSKEY_CHALLENGE_SECONDS * 1000),
  });
  return {
    outcome: 'offered',
    options: {
      rpId: relyingPartyOf(input.issuer).id,
      challenge,
      timeout: PASSKEY_CHALLENGE_SECONDS * 1000,
      allowCredentials: allowed.map(descriptorOf),
      userVerification: asked.purpose === 'second_factor' ? 'preferred' : 'required',
    },
  };
}

export interface PasskeySignIn {
  /** As it was when the question was put. */
  readonly asked: SignInPurpose;
  /** As it was when the question was put. */
  readonly binding: string;
  /** The tenant's. */
  readonly issuer: string;
  /** What the page's script put into its form: JSON, of any length. */
  readonly response: string;
  /** The caller's address, as far as the trusted proxies allow to know it. */
  readonly address: string;
  readonly requestId: string;
  /** The client that the person is on the way to. */
  readonly clientId?: string;
}

export type PasskeySignInResult =
  | {
      readonly outcome: 'authenticated';
      readonly account: Account;
      readonly passkey: Passkey;
      /** What the passkey is; whoever proved another factor before puts the two together. */
      readonly method: 'hwk' | 'swk';
      /** Whether the authenticator checked who holds it: two factors by itself. */
      readonly userVerified: boolean;
      /** Of this passkey by itself. */
      readonly amr: readonly Amr[];
      /** Of this passkey by itself. */
      readonly acr: Acr;
      readonly authenticatedAt: Date;
    }
  /** `outdated`: the page was open for too long, or its form came twice; it may be tried again. */
  | { readonly outcome: 'rejected'; readonly outdated: boolean };

/** Why an answer signed nobody in, for the audit log. */
type Refusal =
  | PasskeyProblem
  | 'malformed'
  | 'outdated'
  | 'unknown_passkey'
  | 'other_account'
  | 'account_disabled'
  | 'backup_eligibility_changed'
  | 'counter';

interface SignInDeps {
  readonly passkeys: Pick<PasskeyStore, 'useChallenge' | 'find' | 'recordUse'>;
  readonly accounts: Pick<AccountStore, 'findById'>;
  readonly audit: Pick<AuditLog, 'record'>;
  readonly now: () => Date;
}

/**
 * Signs somebody in with a passkey, if the answer is one to `beginPasskeySignIn`.
 *
 * Whatever is wrong reads the same, a disabled account too. The challenge is used up whatever
 * becomes of the answer, so an answer counts once, on whichever replica. An authenticator whose
 * counter did not move on since its last use may have been copied: it is refused and put on record.
 *
 * @param tenant - passkeys of other tenants are unknown, those of the same origin too
 * @throws StorageUnavailableError; nobody was signed in
 * @see Web Authentication Level 3, section 7.2
 */
export async function finishPasskeySignIn(
  deps: SignInDeps,
  tenant: Tenant,
  input: PasskeySignIn,
): Promise<PasskeySignInResult> {
  const answer = readPasskeyAssertion(input.response);
  if (answer === undefined) return reject(deps, tenant, input, 'malformed');
  const fresh = await deps.passkeys.useChallenge(tenant.id, {
    binding: bindingOf(input.asked, input.binding),
    digest: sha256(answer.clientData.challenge),
  });
  if (!fresh) return reject(deps, tenant, input, 'outdated');

  const passkey = await deps.passkeys.find(tenant.id, answer.id);
  if (passkey === undefined) return reject(deps, tenant, input, 'unknown_passkey');
  const verified = await verifiedBy(passkey, answer, input);
  if (typeof verified === 'string') return reject(deps, tenant, input, verified, passkey);
  const account = await deps.accounts.findById(tenant.id, passkey.accountId);
  if (account === undefined || account.disabled) {
    return reject(deps, tenant, input, 'account_disabled', passkey);
  }

  const { counter, userVerified, backupEligible, backedUp } = verified;
  const usedAt = deps.now();
  const use = { counter, backedUp, usedAt };
  const recorded = await deps.passkeys.recordUse(tenant.id, passkey.id, use);
  if (recorded === 'gone') return reject(deps, tenant, input, 'unknown_passkey', passkey);
  if (recorded === 'behind') return reject(deps, tenant, input, 'counter', passkey);

  const method = backupEligible ? 'swk' : 'hwk';
  const amr = amrOf([method], userVerified);
  const { purpose } = input.asked;
  const happened = {
    ...eventOf(tenant, input),
    outcome: 'success',
    actor: { type: 'account', id: account.id },
  } as const;
  await deps.audit.record({
    ...happened,
    kind: 'passkey.used',
    subject: { type: 'account', id: account.id },
    detail: { purpose, amr, ...passkeyDetail({ ...passkey, backedUp }) },
  });
  // On top of another factor, the sign-in is on record with that one.
  if (purpose !== 'second_factor') {
    await deps.audit.record({ ...happened, kind: 'sign_in.succeeded', detail: { amr } });
  }
  return {
    outcome: 'authenticated',
    account,
    passkey: { ...shown(passkey), backedUp, lastUsedAt: usedAt },
    method,
    userVerified,
    amr,
    acr: acrOf(amr),
    authenticatedAt: usedAt,
  };
}

/** Whether a known passkey gave the answer, for whom it was asked. */
async function verifiedBy(
  passkey: StoredPasskey,
  answer: PasskeyAssertion,
  { asked, issuer }: PasskeySignIn,
): Promise<VerifiedAssertion | Refusal> {
  const expected = accountOf(asked);
  if (expected !== undefined && expected !== passkey.accountId) return 'other_account';
  const { id: rpId, origin } = relyingPartyOf(issuer);
  const verified = await verifyAssertion(answer, passkey.publicKey, {
    rpId,
    origin,
    requireUserVerification: asked.purpose !== 'second_factor',
  });
  if (typeof verified === 'string') return verified;
  // Step 6: where nobody is known, the authenticator must say whose passkey it is.
  const handle = answer.response.userHandle ?? undefined;
  const mayBeSilent = expected !== undefined && (handle === undefined || handle === '');
  if (!mayBeSilent && handle !== passkey.userHandle) return 'other_account';
  // Step 18: whether a passkey may leave its device is settled when it is made.
  if (verified.backupEligible !== passkey.backupEligible) return 'backup_eligibility_changed';
  return verified;
}

async function reject(
  deps: Pick<SignInDeps, 'audit'>,
  tenant: Tenant,
  input: PasskeySignIn,
  reason: Refusal,
  passkey?: StoredPasskey,
): Promise<PasskeySignInResult> {
  const accountId = accountOf(input.asked) ?? passkey?.accountId;
  await deps.audit.record({
    ...eventOf(tenant, input),
    kind: reason === 'counter' ? 'passkey.clone_suspected' : 'passkey.failed',
    outcome: 'failure',
    actor: { type: 'anonymous' },
    ...(accountId === undefined ? {} : { subject: { type: 'account', id: accountId } }),
    detail: {
      step: input.asked.purpose,
      reason,
      ...(passkey === undefined ? {} : passkeyDetail(passkey)),
    },
  });
  return { outcome: 'rejected', outdated: reason === 'outdated' };
}

function eventOf(
  tenant: Tenant,
  { address, requestId, clientId }: PasskeySignIn,
): Pick<AuditEvent, 'tenantId' | 'address' | 'requestId' | 'clientId'> {
  return {
    tenantId: tenant.id,
    address,
    requestId,
    ...(clientId === undefined ? {} : { clientId }),
  };
}

function shown(stored: StoredPasskey): Passkey {
  const {
    accountId: _owner,
    userHandle: _handle,
    publicKey: _key,
    counter: _,
    ...passkey
  } = stored;
  return passkey;
}
