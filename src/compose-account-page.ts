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
import {
  beginTotpEnrolment,
  confirmTotpEnrolment,
  isUsedTotpCode,
  removeTotp,
} from './accounts/enrol-totp.ts';
import { listPasskeys, removePasskey, renamePasskey } from './accounts/manage-passkeys.ts';
import { offersPasskeys } from './accounts/passkey.ts';
import type { PasswordHasher } from './accounts/password-hasher.ts';
import { PASSWORD_MIN_CHARACTERS } from './accounts/password-policy.ts';
import { areRecoveryCodesCurrent, createRecoveryCodes } from './accounts/recovery-codes.ts';
import {
  beginPasskeyRegistration,
  finishPasskeyRegistration,
} from './accounts/register-passkey.ts';
import { forgetBrowsers } from './accounts/remember-browser.ts';
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
import { raiseSession } from './provider/raise-session.ts';
import type { Tenant } from './tenants/tenant.ts';
import { unlinkUpstreamIdentity } from './upstream/unlink-upstream-identity.ts';

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
  upstream: Omit<AccountPageDeps['upstream'], 'unlink'>;
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
    ...methods(parts),
    raiseSession: async (tenant, ctx, proved) =>
      raiseSession(
        { artifacts },
        await providers.providerForTenant(tenant),
        tenant.id,
        ctx,
        proved,
      ),
    findAccount: accounts.findById,
    listActivity: audit.listOfAccount,
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

type MethodDeps = Pick<
  AccountPageDeps,
  | 'factorsOf'
  | 'beginTotp'
  | 'confirmTotp'
  | 'isUsedTotpCode'
  | 'removeTotp'
  | 'createRecoveryCodes'
  | 'areRecoveryCodesCurrent'
  | 'listBrowsers'
  | 'forgetBrowsers'
  | 'offersPasskeys'
  | 'listPasskeys'
  | 'beginPasskeyRegistration'
  | 'finishPasskeyRegistration'
  | 'renamePasskey'
  | 'removePasskey'
  | 'upstream'
  | 'sealer'
>;

/** What somebody signs in with besides a password. */
function methods(parts: {
  backends: Backends;
  upstream: Omit<AccountPageDeps['upstream'], 'unlink'>;
  audit: AuditLog;
  lookupKey: string;
  now: () => Date;
}): MethodDeps {
  const { backends, audit, lookupKey, now } = parts;
  const { browsers, factors, passkeys, recoveryCodes, sealer, totp } = backends;
  const links = backends.upstreamLinks;
  return {
    factorsOf: factors.factorsOf,
    beginTotp: (...input) => beginTotpEnrolment({ totp, sealer, now }, ...input),
    confirmTotp: (...input) => confirmTotpEnrolment({ totp, sealer, audit, now }, ...input),
    isUsedTotpCode: (...input) => isUsedTotpCode({ totp, sealer, now }, ...input),
    removeTotp: (...input) => removeTotp({ totp, audit }, ...input),
    createRecoveryCodes: (...input) =>
      createRecoveryCodes({ recoveryCodes, audit, lookupKey }, ...input),
    areRecoveryCodesCurrent: (...input) =>
      areRecoveryCodesCurrent({ recoveryCodes, lookupKey }, ...input),
    listBrowsers: browsers.list,
    forgetBrowsers: (...input) => forgetBrowsers({ browsers, audit }, ...input),
    offersPasskeys,
    listPasskeys: (...input) => listPasskeys({ passkeys }, ...input),
    beginPasskeyRegistration: (...input) => beginPasskeyRegistration({ passkeys, now }, ...input),
    finishPasskeyRegistration: (...input) =>
      finishPasskeyRegistration({ passkeys, audit, now }, ...input),
    renamePasskey: (...input) => renamePasskey({ passkeys, audit }, ...input),
    removePasskey: (...input) => removePasskey({ passkeys, audit }, ...input),
    upstream: {
      ...parts.upstream,
      unlink: (tenant, { hasOtherWay, ...input }, request) =>
        unlinkUpstreamIdentity(
          { links, audit, hasOtherWay: async () => hasOtherWay },
          tenant,
          input,
          request,
        ),
    },
    sealer,
  };
}
