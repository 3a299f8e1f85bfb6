import type { AttemptStore } from './accounts/attempt-store.ts';
import { authenticateAccount } from './accounts/authenticate-account.ts';
import { offersPasskeys } from './accounts/passkey.ts';
import type { PasswordHasher } from './accounts/password-hasher.ts';
import { PASSWORD_MIN_CHARACTERS } from './accounts/password-policy.ts';
import { findPasswordReset, resetPassword } from './accounts/reset-password.ts';
import { beginPasskeySignIn, finishPasskeySignIn } from './accounts/sign-in-with-passkey.ts';
import type { AuditLog } from './audit/audit-log.ts';
import type { BackgroundWork } from './background-work.ts';
import type { Backends } from './compose-backends.ts';
import { factorDeps } from './compose-factors.ts';
import { ownerNotices } from './compose-notices.ts';
import { accountEnder } from './compose-shared.ts';
import { mailboxWays } from './compose-ways.ts';
import type { Config } from './config/config.ts';
import { recordGrant } from './grants/record-grant.ts';
import type { InteractionDeps } from './interactions/interactions.ts';
import type { OriginsInUse } from './keys/tenant-origins.ts';
import type { QueueMail } from './mail/queue-mail.ts';
import type { ProviderPool } from './provider/provider-for-tenant.ts';
import { isProvedElsewhere, markProvingBrowser } from './provider/proving-browser.ts';
import type { QueueLogouts } from './provider/queue-logouts.ts';
import type { Logger } from './telemetry/logger.ts';

/**
 * Wires what the hosted pages ask of the other rooms.
 *
 * @param parts.lookupKey - keys the digests of attempt counters, and the forms' anti-CSRF tokens
 */
export function interactionDeps(parts: {
  config: Config;
  backends: Backends;
  attempts: AttemptStore;
  audit: AuditLog;
  hasher: PasswordHasher;
  providers: ProviderPool;
  upstream: InteractionDeps['upstream'];
  queueLogouts: QueueLogouts;
  lookupKey: string;
  originsOf: OriginsInUse['of'];
  queueMail: QueueMail;
  background: Pick<BackgroundWork, 'run'>;
  render: InteractionDeps['render'];
  logger: Logger;
  now: () => Date;
}): InteractionDeps {
  const { config, backends, attempts, audit, hasher, providers, lookupKey, originsOf, render } =
    parts;
  const { logger, now } = parts;
  const { accounts, applications, factors, grants, passkeys } = backends;
  const endAccountSessions = accountEnder(backends, now, parts.queueLogouts);

  return {
    providerFor: (tenant) => providers.providerForTenant(tenant),
    findClient: applications.findClient,
    findApplicationByAudience: applications.findByAudience,
    findAccount: accounts.findById,
    authenticate: (tenant, input) =>
      authenticateAccount({ accounts, attempts, hasher, audit, logger, now }, tenant, input),
    beginPasskeySignIn: (...input) => beginPasskeySignIn({ passkeys, now }, ...input),
    finishPasskeySignIn: (...input) =>
      finishPasskeySignIn({ passkeys, accounts, audit, now }, ...input),
    factorsOf: factors.factorsOf,
    factors: factorDeps({ backends, attempts, audit, lookupKey, originsOf, now }),
    offersPasskeys,
    mailEnabled: backends.mail.transport !== undefined,
    notifyOwner: ownerNotices({ queueMail: parts.queueMail, publicUrl: config.publicUrl, now }),
    ...mailboxWays(parts),
    upstream: parts.upstream,
    recordGrant: (tenant, decision) => recordGrant({ grants, audit }, tenant, decision),
    findResetLink: (tenant, token) => findPasswordReset({ accounts }, tenant, token),
    resetPassword: (tenant, input) =>
      resetPassword({ accounts, attempts, hasher, audit, endAccountSessions }, tenant, input),
    passwordMinCharacters: PASSWORD_MIN_CHARACTERS,
    audit,
    provingBrowser: {
      mark: (ctx, interaction, proved) => markProvingBrowser(ctx, interaction, proved, now()),
      isAnother: isProvedElsewhere,
    },
    csrfSecret: () => lookupKey,
    render,
  };
}
