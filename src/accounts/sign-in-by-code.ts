import type { AuditLog } from '../audit/audit-log.ts';
import type { QueueMail } from '../mail/queue-mail.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { Account } from './account.ts';
import type { AccountStore } from './account-store.ts';
import { mailLocale } from './mail-locale.ts';
import { normalizeIdentifier } from './normalize-identifier.ts';
import {
  ONE_TIME_CODE_SECONDS,
  type OneTimeCodeDeps,
  type OneTimeCodeUse,
  requestOneTimeCode,
  useOneTimeCode,
} from './one-time-code.ts';

const NOBODY = { claims: {} };

export interface SignInByCodeDeps extends OneTimeCodeDeps {
  readonly accounts: Pick<AccountStore, 'findByIdentifier'>;
  readonly audit: Pick<AuditLog, 'record'>;
  readonly queueMail: QueueMail;
}

export interface SignInByCode {
  /** Username or e-mail address, as typed. */
  readonly identifier: string;
  /** The interaction: a code typed in another one does not work. */
  readonly binding: string;
  readonly address: string;
  readonly requestId: string;
  readonly clientId?: string;
}

/**
 * Sends a code that signs in to whom an identifier belongs, if to anybody.
 *
 * The answer is the same and takes as long for a name that nobody has, a disabled account and one
 * without a confirmed address: an address that nobody has confirmed may be anybody's.
 *
 * @param where.locale - the language of the page, for an account that has none
 * @returns `throttled`: one a minute and five an hour for a name
 * @throws StorageUnavailableError
 */
export async function requestSignInCode(
  deps: SignInByCodeDeps,
  tenant: Tenant,
  input: SignInByCode,
  where: { readonly locale: string; readonly browser?: string },
): Promise<
  | { readonly outcome: 'asked' }
  | { readonly outcome: 'throttled'; readonly retryAfterSeconds: number }
> {
  const account = await reachable(deps, tenant, input.identifier);
  const { recipient, decoy } =
    account === undefined
      ? { recipient: input.identifier, decoy: true }
      : { recipient: account.email, decoy: false };
  const request = await requestOneTimeCode(deps, tenant, { ...codeUse(input), recipient, decoy });
  if (request.outcome === 'throttled') return request;
  await deps.queueMail(tenant, {
    kind: 'sign_in_code',
    to: recipient,
    decoy: decoy || request.mailboxFull,
    locale: mailLocale(account ?? NOBODY, where.locale),
    ...(account === undefined ? {} : { accountId: account.id }),
    data: {
      code: request.code,
      validSeconds: ONE_TIME_CODE_SECONDS,
      address: input.address,
      ...(where.browser === undefined ? {} : { browser: where.browser }),
    },
  });
  return { outcome: 'asked' };
}

export type SignInByCodeResult =
  | {
      readonly outcome: 'authenticated';
      readonly account: Account;
      readonly authenticatedAt: Date;
    }
  | { readonly outcome: 'rejected' | 'expired' }
  | { readonly outcome: 'locked'; readonly retryAfterSeconds: number };

/**
 * Signs in with a code that was sent by e-mail.
 *
 * @param code - as typed
 * @throws StorageUnavailableError
 */
export async function signInByCode(
  deps: SignInByCodeDeps,
  tenant: Tenant,
  input: SignInByCode,
  code: string,
): Promise<SignInByCodeResult> {
  const verdict = await useOneTimeCode(deps, tenant, { ...codeUse(input), code });
  if (verdict.outcome === 'rejected') return { outcome: 'rejected' };
  if (verdict.outcome !== 'verified') return verdict;
  // Who it is for may have been disabled, or changed their address, since the code was sent.
  const account = await reachable(deps, tenant, input.identifier);
  if (account === undefined) return { outcome: 'expired' };
  const { address, requestId, clientId } = input;
  await deps.audit.record({
    kind: 'sign_in.succeeded',
    tenantId: tenant.id,
    outcome: 'success',
    actor: { type: 'account', id: account.id },
    address,
    requestId,
    ...(clientId === undefined ? {} : { clientId }),
    detail: { amr: ['email'] },
  });
  return { outcome: 'authenticated', account, authenticatedAt: deps.now() };
}

async function reachable(
  deps: Pick<SignInByCodeDeps, 'accounts'>,
  tenant: Tenant,
  identifier: string,
): Promise<(Account & { readonly email: string }) | undefined> {
  const found = await deps.accounts.findByIdentifier(tenant.id, identifier);
  if (found === undefined) return undefined;
  const { account } = found;
  const { email, emailVerified, disabled } = account;
  return email === undefined || !emailVerified || disabled ? undefined : { ...account, email };
}

function codeUse({ identifier, binding, address, requestId }: SignInByCode): OneTimeCodeUse {
  const subject = normalizeIdentifier(identifier);
  return { purpose: 'sign_in', subject, binding, address, requestId };
}
