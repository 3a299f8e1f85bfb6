import type { AuditLog } from '../audit/audit-log.ts';
import { NotFoundError } from '../errors.ts';
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

export interface VerifyEmailDeps extends OneTimeCodeDeps {
  readonly accounts: Pick<AccountStore, 'confirmEmail'>;
  readonly audit: Pick<AuditLog, 'record'>;
  readonly queueMail: QueueMail;
}

/** Somebody who has proved to be an account's owner, and where they are. */
export interface VerifyEmail {
  readonly account: Pick<Account, 'id' | 'claims'> & { readonly email: string };
  /** The interaction or session that asks: a code typed in another one does not work. */
  readonly binding: string;
  readonly address: string;
  readonly requestId: string;
}

/**
 * Sends a code to an account's address that nobody has confirmed yet.
 *
 * @param locale - the language of the page, for an account that has none
 * @returns `throttled`: one a minute and five an hour; a code sent before still works
 * @throws StorageUnavailableError
 */
export async function requestEmailConfirmation(
  deps: VerifyEmailDeps,
  tenant: Tenant,
  input: VerifyEmail,
  locale: string,
): Promise<
  | { readonly outcome: 'sent' }
  | { readonly outcome: 'throttled'; readonly retryAfterSeconds: number }
> {
  const { account } = input;
  const recipient = account.email;
  const request = await requestOneTimeCode(deps, tenant, {
    ...codeUse(input),
    recipient,
    decoy: false,
  });
  if (request.outcome === 'throttled') return request;
  await deps.queueMail(tenant, {
    kind: 'verify_email_code',
    to: recipient,
    decoy: request.mailboxFull,
    accountId: account.id,
    locale: mailLocale(account, locale),
    data: { code: request.code, validSeconds: ONE_TIME_CODE_SECONDS },
  });
  return { outcome: 'sent' };
}

/**
 * Takes the code and marks the address as confirmed, if the account still has it.
 *
 * @param code - as typed
 * @throws NotFoundError when the account is gone or has another address by now
 * @throws StorageUnavailableError
 */
export async function confirmEmail(
  deps: VerifyEmailDeps,
  tenant: Tenant,
  input: VerifyEmail,
  code: string,
): Promise<
  | { readonly outcome: 'confirmed' }
  | { readonly outcome: 'rejected' | 'expired' }
  | { readonly outcome: 'locked'; readonly retryAfterSeconds: number }
> {
  const verdict = await useOneTimeCode(deps, tenant, { ...codeUse(input), code });
  if (verdict.outcome === 'rejected') return { outcome: 'rejected' };
  if (verdict.outcome !== 'verified') return verdict;
  const { account, address, requestId } = input;
  if (!(await deps.accounts.confirmEmail(tenant.id, account.id, account.email))) {
    throw new NotFoundError('account');
  }
  await deps.audit.record({
    kind: 'account.email_confirmed',
    tenantId: tenant.id,
    outcome: 'success',
    actor: { type: 'account', id: account.id },
    address,
    requestId,
  });
  return { outcome: 'confirmed' };
}

/** Bound to the address, too: a code proves the mailbox that it was sent to. */
function codeUse({ account, binding, address, requestId }: VerifyEmail): OneTimeCodeUse {
  const subject = JSON.stringify([account.id, normalizeIdentifier(account.email)]);
  return { purpose: 'verify_email', subject, binding, address, requestId };
}
