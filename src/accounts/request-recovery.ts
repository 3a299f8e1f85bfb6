import type { AuditLog } from '../audit/audit-log.ts';
import type { QueueMail } from '../mail/queue-mail.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { Account } from './account.ts';
import type { AccountStore } from './account-store.ts';
import type { AttemptStore, AttemptSubject } from './attempt-store.ts';
import { callerOf } from './attempt-subjects.ts';
import { mailLocale } from './mail-locale.ts';
import { normalizeIdentifier } from './normalize-identifier.ts';
import { RESET_LINK_SECONDS, requestPasswordReset } from './reset-password.ts';

export interface RequestRecoveryDeps {
  readonly accounts: Pick<AccountStore, 'findByIdentifier' | 'findById' | 'createOneTimeLink'>;
  readonly attempts: Pick<AttemptStore, 'begin'>;
  readonly audit: Pick<AuditLog, 'record'>;
  readonly queueMail: QueueMail;
  /** Goes on after the answer: how long it takes must not tell whether there is an account. */
  readonly inBackground: (name: string, work: () => Promise<unknown>) => void;
  readonly now: () => Date;
}

export interface RecoveryRequest {
  /** Username or e-mail address, as typed. */
  readonly identifier: string;
  /** The address that sets a new password with a link's token. */
  readonly linkTo: (token: string) => string;
  /** The language of the page, for an account that has none. */
  readonly locale: string;
  /** The caller's address, as far as the trusted proxies allow to know it. */
  readonly address: string;
  /** Such as `Firefox · Linux`. */
  readonly browser?: string;
  readonly requestId: string;
}

/**
 * Sends a link that sets a new password to whom an identifier belongs, if to anybody.
 *
 * The answer is the same, and comes as soon, for a name that nobody has, a disabled account, and
 * one without an address; what is done for an account is done after it.
 *
 * @returns `throttled`: a link a minute and five an hour for a name, 30 an hour for a caller
 * @throws StorageUnavailableError; nothing was sent
 * @see OWASP Forgot Password Cheat Sheet
 */
export async function requestRecovery(
  deps: RequestRecoveryDeps,
  tenant: Tenant,
  request: RecoveryRequest,
): Promise<
  | { readonly outcome: 'asked' }
  | { readonly outcome: 'throttled'; readonly retryAfterSeconds: number }
> {
  const identifier = normalizeIdentifier(request.identifier);
  const name = `recovery:${identifier}`;
  const subjects: AttemptSubject[] = [
    { kind: 'code_requests', address: callerOf(request.address) },
    // A text that can be nobody's name is no name that somebody else waits for.
    ...(identifier === ''
      ? []
      : [{ kind: 'code_pause', name } as const, { kind: 'code_quota', name } as const]),
  ];
  const verdict = await deps.attempts.begin(tenant.id, subjects);
  if (!verdict.allowed) {
    const { address, requestId } = request;
    await deps.audit.record({
      kind: 'account.password_reset_throttled',
      tenantId: tenant.id,
      outcome: 'failure',
      actor: { type: 'anonymous' },
      address,
      requestId,
    });
    return { outcome: 'throttled', retryAfterSeconds: verdict.retryAfterSeconds };
  }
  const found = await deps.accounts.findByIdentifier(tenant.id, identifier);
  deps.inBackground('password recovery', async () => {
    const { account } = found ?? {};
    if (account?.email === undefined || account.disabled) return;
    await sendLink(deps, tenant, request, account, account.email);
  });
  return { outcome: 'asked' };
}

async function sendLink(
  deps: RequestRecoveryDeps,
  tenant: Tenant,
  request: RecoveryRequest,
  account: Account,
  to: string,
): Promise<void> {
  const { address, browser, requestId } = request;
  const by = { actor: { type: 'anonymous' }, address, requestId } as const;
  const { token } = await requestPasswordReset(deps, tenant, account.id, by);
  const { name } = account.claims;
  await deps.queueMail(tenant, {
    kind: 'reset_password_link',
    to,
    accountId: account.id,
    locale: mailLocale(account, request.locale),
    ...(typeof name === 'string' ? { name } : {}),
    data: {
      link: request.linkTo(token),
      validSeconds: RESET_LINK_SECONDS,
      address,
      ...(browser === undefined ? {} : { browser }),
    },
  });
}
