import type { AuditLog } from '../audit/audit-log.ts';
import { sha256 } from '../crypto/digest.ts';
import { randomId } from '../crypto/random-id.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { Account } from './account.ts';
import { factorName } from './factor-name.ts';
import {
  descriptorOf,
  MAX_PASSKEYS,
  PASSKEY_CHALLENGE_SECONDS,
  type Passkey,
  type PasskeyDescriptor,
  passkeyDetail,
  relyingPartyOf,
} from './passkey.ts';
import { bindingOf } from './passkey-challenge.ts';
import { readPasskeyRegistration } from './passkey-response.ts';
import type { PasskeyStore } from './passkey-store.ts';
import { PASSKEY_ALGORITHMS, type PasskeyProblem, verifyRegistration } from './verify-passkey.ts';

/** Web Authentication Level 3, section 5.1 (PublicKeyCredentialCreationOptionsJSON) */
export interface PasskeyCreationOptions {
  readonly rp: { readonly id: string; readonly name: string };
  readonly user: { readonly id: string; readonly name: string; readonly displayName: string };
  readonly challenge: string;
  readonly pubKeyCredParams: readonly { readonly type: 'public-key'; readonly alg: number }[];
  /** Milliseconds. */
  readonly timeout: number;
  readonly excludeCredentials: readonly PasskeyDescriptor[];
  readonly authenticatorSelection: {
    readonly residentKey: 'required';
    readonly requireResidentKey: true;
    readonly userVerification: 'required';
  };
  readonly attestation: 'none';
}

/**
 * Makes what a page gives to `navigator.credentials.create`, as JSON.
 *
 * Every passkey is one that opens a sign-in by itself: discoverable, and with a check of who holds
 * it. One kind less to explain to people, and none that stops working where no name is typed.
 * Which authenticator it is, is asked of none: nothing is decided by that.
 *
 * @param input.issuer - the tenant's
 * @param input.binding - the session that asks; the answer counts in the same one alone
 * @returns `full` when the account has 20 passkeys
 * @throws NotFoundError, StorageUnavailableError
 */
export async function beginPasskeyRegistration(
  deps: {
    readonly passkeys: Pick<PasskeyStore, 'list' | 'userHandle' | 'saveChallenge'>;
    readonly now: () => Date;
  },
  tenant: Tenant,
  input: { readonly issuer: string; readonly binding: string; readonly account: Account },
): Promise<
  | { readonly outcome: 'offered'; readonly options: PasskeyCreationOptions }
  | { readonly outcome: 'full' }
> {
  const { account, issuer } = input;
  const present = await deps.passkeys.list(tenant.id, account.id);
  if (present.length >= MAX_PASSKEYS) return { outcome: 'full' };
  const handle = await deps.passkeys.userHandle(tenant.id, account.id, randomId());
  const challenge = randomId();
  await deps.passkeys.saveChallenge(tenant.id, {
    binding: bindingOf({ purpose: 'registration', accountId: account.id }, input.binding),
    digest: sha256(challenge),
    expiresAt: new Date(deps.now().getTime() + PASSKEY_CHALLENGE_SECONDS * 1000),
  });
  const { name } = account.claims;
  return {
    outcome: 'offered',
    options: {
      rp: { id: relyingPartyOf(issuer).id, name: tenant.name },
      user: {
        id: handle,
        name: account.username,
        displayName: typeof name === 'string' && name.trim() !== '' ? name : account.username,
      },
      challenge,
      pubKeyCredParams: PASSKEY_ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
      timeout: PASSKEY_CHALLENGE_SECONDS * 1000,
      // An authenticator that has one already says so instead of replacing it.
      excludeCredentials: present.map(descriptorOf),
      authenticatorSelection: {
        residentKey: 'required',
        requireResidentKey: true,
        userVerification: 'required',
      },
      attestation: 'none',
    },
  };
}

export interface PasskeyRegistrationAnswer {
  /** The tenant's. */
  readonly issuer: string;
  /** As it was when the registration began. */
  readonly binding: string;
  readonly accountId: string;
  /** What the page's script put into its form: JSON, of any length. */
  readonly response: string;
  /** As typed; nothing, or nothing visible, for the authenticator's name. */
  readonly name?: string;
  readonly address: string;
  readonly requestId: string;
}

export type RegisterPasskeyResult =
  | { readonly outcome: 'added'; readonly passkey: Passkey }
  /** The tenant knows this passkey already, of this account or of another one. */
  | { readonly outcome: 'already_registered' }
  | { readonly outcome: 'full' }
  /** `outdated`: the page was open for too long, or its form came twice; it may be tried again. */
  | { readonly outcome: 'rejected'; readonly outdated: boolean };

/**
 * Adds a passkey to an account, if the answer is one to `beginPasskeyRegistration`.
 *
 * The challenge is used up whatever becomes of the answer. Who may call this has signed in lately;
 * whoever adds a passkey can sign in with it for good, so its owner should hear of it by mail.
 *
 * @throws NotFoundError when the account is gone; StorageUnavailableError
 */
export async function finishPasskeyRegistration(
  deps: {
    readonly passkeys: Pick<PasskeyStore, 'useChallenge' | 'add'>;
    readonly audit: Pick<AuditLog, 'record'>;
    readonly now: () => Date;
  },
  tenant: Tenant,
  input: PasskeyRegistrationAnswer,
): Promise<RegisterPasskeyResult> {
  const { accountId } = input;
  const event = {
    tenantId: tenant.id,
    actor: { type: 'account', id: accountId },
    subject: { type: 'account', id: accountId },
    address: input.address,
    requestId: input.requestId,
  } as const;
  const reject = async (reason: PasskeyProblem | 'malformed' | 'outdated') => {
    const detail = { step: 'registration', reason };
    await deps.audit.record({ ...event, kind: 'passkey.failed', outcome: 'failure', detail });
    return { outcome: 'rejected', outdated: reason === 'outdated' } as const;
  };

  const answer = readPasskeyRegistration(input.response);
  if (answer === undefined) return reject('malformed');
  const fresh = await deps.passkeys.useChallenge(tenant.id, {
    binding: bindingOf({ purpose: 'registration', accountId }, input.binding),
    digest: sha256(answer.clientData.challenge),
  });
  if (!fresh) return reject('outdated');
  const { id: rpId, origin } = relyingPartyOf(input.issuer);
  const verified = await verifyRegistration(answer, {
    rpId,
    origin,
    requireUserVerification: true,
  });
  if (typeof verified === 'string') return reject(verified);

  const passkey = {
    ...verified,
    name: factorName(input.name ?? '') || undefined,
    transports: answer.response.transports,
    createdAt: deps.now(),
  };
  const added = await deps.passkeys.add(tenant.id, accountId, passkey, MAX_PASSKEYS);
  if (added !== 'added') return { outcome: added === 'full' ? 'full' : 'already_registered' };
  await deps.audit.record({
    ...event,
    kind: 'passkey.added',
    outcome: 'success',
    detail: passkeyDetail(passkey),
  });
  const { publicKey: _publicKey, counter: _counter, ...shown } = passkey;
  return { outcome: 'added', passkey: { ...shown, lastUsedAt: undefined } };
}
