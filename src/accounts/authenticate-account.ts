import type { AuditEvent } from '../audit/audit-event.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { Account } from './account.ts';
import type { AccountStore } from './account-store.ts';
import type { AttemptStore } from './attempt-store.ts';
import { attemptSubjects } from './attempt-subjects.ts';
import { assertPasswordLength, type PasswordHasher } from './password-hasher.ts';

export interface AuthenticateAccountDeps {
  readonly accounts: Pick<
    AccountStore,
    'findByIdentifier' | 'passwordHashNear' | 'upgradePasswordHash'
  >;
  readonly attempts: AttemptStore;
  readonly hasher: PasswordHasher;
  readonly audit: Pick<AuditLog, 'record'>;
  /** Hears what an operator should know and nobody at the door may. */
  readonly logger: {
    warn(message: string, fields: Readonly<Record<string, unknown>>): void;
  };
  readonly now: () => Date;
}

export interface PasswordSignIn {
  /** Username or e-mail address, as typed. */
  readonly identifier: string;
  /** As typed, at most 1,024 bytes of UTF-8. */
  readonly password: string;
  /** The caller's address, as far as the trusted proxies allow to know it. */
  readonly address: string;
  readonly requestId: string;
  /** The client that the person is on the way to. */
  readonly clientId?: string;
}

export type SignInResult =
  | {
      readonly outcome: 'authenticated';
      readonly account: Account;
      /** RFC 8176 */
      readonly amr: readonly ['pwd'];
      readonly authenticatedAt: Date;
    }
  | { readonly outcome: 'rejected' }
  | { readonly outcome: 'locked'; readonly retryAfterSeconds: number };

/**
 * Checks a password sign-in and records the attempt.
 *
 * An unknown identifier and a disabled account cost the same time as a wrong password and read the
 * same. What a wrong password costs depends on the form of its hash, which may be an imported one:
 * an unknown identifier costs what that of some account of the tenant does, each time the same. An
 * attempt is counted before the password is looked at, so that of any number of parallel guesses no
 * more than the limit are looked at; a success takes it back. A password stored with lower costs,
 * or imported, is stored anew on success.
 *
 * @param tenant - accounts of other tenants are invisible
 * @returns `locked` carries `retryAfterSeconds` and says nothing of the account; `rejected` never
 *   says which half was wrong
 * @throws PasswordTooLongError; nothing was counted
 * @throws OverloadedError, StorageUnavailableError; the attempt was not decided and is not held
 *   against anybody
 * @see NIST SP 800-63B-4, sections 3.1.1.2 and 3.2.2
 */
export async function authenticateAccount(
  deps: AuthenticateAccountDeps,
  tenant: Tenant,
  input: PasswordSignIn,
): Promise<SignInResult> {
  assertPasswordLength(input.password);
  const subjects = attemptSubjects(input);
  const verdict = await deps.attempts.begin(tenant.id, subjects);
  if (!verdict.allowed) {
    await deps.audit.record(failure('sign_in.throttled', tenant, input));
    return { outcome: 'locked', retryAfterSeconds: verdict.retryAfterSeconds };
  }

  const check = await checkPassword(deps, tenant, input).catch(async (error: unknown) => {
    // Best effort: what matters to the caller is why the check failed.
    await deps.attempts.withdraw(tenant.id, subjects).catch(() => undefined);
    throw error;
  });
  if (!check.right) {
    await deps.audit.record(failure('sign_in.failed', tenant, input, check.account));
    return { outcome: 'rejected' };
  }

  const { account } = check;
  await deps.attempts.succeeded(tenant.id, subjects);
  if (check.outdatedHash !== undefined) {
    await upgradePassword(deps, account, check.outdatedHash, input.password);
  }
  await deps.audit.record({
    ...event(tenant, input),
    kind: 'sign_in.succeeded',
    outcome: 'success',
    actor: { type: 'account', id: account.id },
    detail: { amr: ['pwd'] },
  });
  return { outcome: 'authenticated', account, amr: ['pwd'], authenticatedAt: deps.now() };
}

type PasswordCheck =
  | { right: true; account: Account; outdatedHash: string | undefined }
  | { right: false; account: Account | undefined };

async function checkPassword(
  deps: Pick<AuthenticateAccountDeps, 'accounts' | 'hasher' | 'logger'>,
  tenant: Tenant,
  input: PasswordSignIn,
): Promise<PasswordCheck> {
  const { identifier } = input;
  // Always both, and always a password: without one, it costs what somebody's wrong one costs.
  const near = await deps.accounts.passwordHashNear(
    tenant.id,
    deps.hasher.placeOf(tenant.id, identifier),
  );
  const found = await deps.accounts.findByIdentifier(tenant.id, identifier);
  const hash = found?.passwordHash;
  const verdict = await deps.hasher.verify(hash ?? near, input.password);
  if (found === undefined || hash === undefined) return { right: false, account: found?.account };
  const { account } = found;
  if (verdict === 'mismatch') {
    const problem = deps.hasher.problem(hash);
    if (problem !== undefined) deps.logger.warn(problem, accountFields(account));
    return { right: false, account };
  }
  if (account.disabled) return { right: false, account };
  return {
    right: true,
    account,
    outdatedHash: verdict === 'match_needs_upgrade' ? hash : undefined,
  };
}

/** The sign-in stands whether this works or not; the next one tries again. */
async function upgradePassword(
  deps: Pick<AuthenticateAccountDeps, 'accounts' | 'hasher' | 'logger'>,
  account: Account,
  outdatedHash: string,
  password: string,
): Promise<void> {
  try {
    const hash = await deps.hasher.hash(password);
    await deps.accounts.upgradePasswordHash(account.tenantId, account.id, outdatedHash, hash);
  } catch (error) {
    deps.logger.warn('a password hash was not upgraded', { ...accountFields(account), error });
  }
}

function accountFields(account: Account): Record<string, unknown> {
  return { tenant_id: account.tenantId, account_id: account.id };
}

/** Never carries what was typed: people type passwords into the field for the name. */
function failure(
  kind: 'sign_in.failed' | 'sign_in.throttled',
  tenant: Tenant,
  input: PasswordSignIn,
  account?: Account,
): AuditEvent {
  return {
    ...event(tenant, input),
    kind,
    outcome: 'failure',
    actor: { type: 'anonymous' },
    ...(account === undefined ? {} : { subject: { type: 'account', id: account.id } }),
  };
}

function event(
  tenant: Tenant,
  input: PasswordSignIn,
): Pick<AuditEvent, 'tenantId' | 'address' | 'requestId' | 'clientId'> {
  return {
    tenantId: tenant.id,
    address: input.address,
    requestId: input.requestId,
    ...(input.clientId === undefined ? {} : { clientId: input.clientId }),
  };
}
