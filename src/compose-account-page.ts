import type { AccountPageDeps } from './account-page/account-page.ts';
import type { AttemptStore } from './accounts/attempt-store.ts';
import {
  approveEmailChange,
  beginEmailChange,
  cancelEmailChange,
  findEmailChange,
  proveNewEmail,
  refuseEmailChange,
  resendEmailChangeCode,
} from './accounts/change-email.ts';
import { changePassword } from './accounts/change-password.ts';
import { editProfile } from './accounts/edit-profile.ts';
import type { PasswordHasher } from './accounts/password-hasher.ts';
import { PASSWORD_MIN_CHARACTERS } from './accounts/password-policy.ts';
import { hasSecondFactor } from './accounts/second-factors.ts';
import { confirmEmail, requestEmailConfirmation } from './accounts/verify-email.ts';
import type { AuditLog } from './audit/audit-log.ts';
import { accountOwnership } from './compose-account.ts';
import type { Backends } from './compose-backends.ts';
import { ownerNotices } from './compose-notices.ts';
import { accountEnder } from './compose-shared.ts';
import type { Config } from './config/config.ts';
import type { QueueMail } from './mail/queue-mail.ts';
import { currentSession } from './provider/current-session.ts';
import { endAllButSession, type KeptSession } from './provider/keep-session.ts';
import type { ProviderPool } from './provider/provider-for-tenant.ts';
import type { QueueLogouts } from './provider/queue-logouts.ts';
import type { Tenant } from './tenants/tenant.ts';

/**
 * Wires what the account page asks of the other rooms.
 *
 * @param parts.lookupKey - keys the forms' anti-CSRF tokens
 */
export function accountPageDeps(parts: {
  config: Pick<Config, 'publicUrl'>;
  backends: Backends;
  attempts: AttemptStore;
  audit: AuditLog;
  hasher: PasswordHasher;
  providers: ProviderPool;
  queueMail: QueueMail;
  queueLogouts: QueueLogouts;
  lookupKey: string;
  render: AccountPageDeps['render'];
  now: () => Date;
}): AccountPageDeps {
  const { config, backends, audit, hasher, providers, queueMail, lookupKey, render, now } = parts;
  const { accounts, applications, artifacts, factors } = backends;
  const { queueLogouts } = parts;
  const endAccountSessions = accountEnder(backends, now, queueLogouts);
  const endAccount = (id: string, accountId: string) => endAccountSessions({ id }, accountId);
  const endOthers = async (tenant: Tenant, kept: KeptSession): Promise<void> => {
    const provider = await providers.providerForTenant(tenant);
    await endAllButSession({ artifacts, endAccount, now }, provider, tenant, kept);
  };

  return {
    ...accountOwnership({ backends, audit, queueLogouts, queueMail, now }),
    currentSession: async (tenant, ctx) =>
      currentSession(await providers.providerForTenant(tenant), ctx),
    hasSecondFactor: async (tenantId, accountId) =>
      hasSecondFactor(await factors.factorsOf(tenantId, accountId)),
    findAccount: accounts.findById,
    findClient: applications.findClient,
    findApplicationByAudience: applications.findByAudience,
    editProfile: (tenant, input) => editProfile({ accounts, audit }, tenant, input),
    ...emailChanges(parts),
    passwordChangedAt: accounts.passwordChangedAt,
    changePassword: (tenant, input, kept) =>
      changePassword(
        { accounts, hasher, audit, endOthers: () => endOthers(tenant, kept) },
        tenant,
        input,
      ),
    passwordMinCharacters: PASSWORD_MIN_CHARACTERS,
    notifyOwner: ownerNotices({ ...config, queueMail, now }),
    csrfSecret: () => lookupKey,
    render,
    now,
  };
}

type EmailDeps = Pick<
  AccountPageDeps,
  | 'mailEnabled'
  | 'findPendingEmailChange'
  | 'beginEmailChange'
  | 'resendEmailChangeCode'
  | 'proveNewEmail'
  | 'cancelEmailChange'
  | 'findEmailChange'
  | 'approveEmailChange'
  | 'refuseEmailChange'
  | 'requestEmailConfirmation'
  | 'confirmEmail'
>;

/** What is done with an account's address. */
function emailChanges(parts: {
  backends: Backends;
  attempts: AttemptStore;
  audit: AuditLog;
  queueMail: QueueMail;
  lookupKey: string;
  now: () => Date;
}): EmailDeps {
  const { backends, attempts, audit, queueMail, lookupKey, now } = parts;
  const { accounts, codes, emailChanges: changes, mail } = backends;
  const deps = { accounts, codes, changes, attempts, audit, queueMail, lookupKey, now };
  return {
    mailEnabled: mail.transport !== undefined,
    findPendingEmailChange: changes.find,
    beginEmailChange: (...input) => beginEmailChange(deps, ...input),
    resendEmailChangeCode: (...input) => resendEmailChangeCode(deps, ...input),
    proveNewEmail: (...input) => proveNewEmail(deps, ...input),
    cancelEmailChange: (...input) => cancelEmailChange(deps, ...input),
    findEmailChange: (...input) => findEmailChange(deps, ...input),
    approveEmailChange: (...input) => approveEmailChange(deps, ...input),
    refuseEmailChange: (...input) => refuseEmailChange(deps, ...input),
    requestEmailConfirmation: (...input) => requestEmailConfirmation(deps, ...input),
    confirmEmail: (...input) => confirmEmail(deps, ...input),
  };
}
