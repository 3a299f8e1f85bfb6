import { availableParallelism } from 'node:os';
import { createPasswordHasher, type PasswordHasher, pepperId } from './accounts/password-hasher.ts';
import type { AuditLog } from './audit/audit-log.ts';
import type { Backends } from './compose-backends.ts';
import type { KeyDeps } from './keys/change-key-set.ts';
import type { DeploymentSecrets } from './keys/deployment-secrets.ts';
import { KEY_TIMES, type KeyTimes, keyPolicyOf, successorSecondsOf } from './keys/key-policy.ts';
import type { OriginsInUse } from './keys/tenant-origins.ts';
import { mailName } from './mail/mail.ts';
import { type CountMail, type QueueMail, queueMail } from './mail/queue-mail.ts';
import { endAccount } from './provider/end-account.ts';
import { createLogoutQueue, type QueueLogouts } from './provider/queue-logouts.ts';
import { createUuidV7 } from './storage/postgres/uuid-v7.ts';
import type { Logger } from './telemetry/logger.ts';
import type { Tenant } from './tenants/tenant.ts';

/**
 * What the server and the commands wire alike: a command seals, hashes and ends as a replica does.
 */

/** libuv's own threads, unless told otherwise; look-ups of names and files wait for them, too. */
const POOL_THREADS = 4;
/** Hashes that may wait for each that is worked on: keeps the longest wait near 0.4 s. */
const QUEUED_HASHES_PER_THREAD = 32;

/** What the keys room needs. */
export function keyDeps(options: {
  backends: Backends;
  audit: Pick<AuditLog, 'record'>;
  logger: Logger;
  now: () => Date;
  /** Default: KEY_TIMES. */
  keyTimes?: KeyTimes;
}): KeyDeps {
  const { backends, audit, logger, now, keyTimes: times = KEY_TIMES } = options;
  return {
    keys: backends.keys,
    cache: backends.keyCache,
    notifications: backends.notifications,
    sealer: backends.sealer,
    audit,
    logger,
    policyOf: (lifetimes) => keyPolicyOf(lifetimes, times),
    successorSeconds: successorSecondsOf(times),
    now,
  };
}

/**
 * How many passwords are hashed at once, and how many may wait for it. More than there are threads
 * would stand in front of everything else that the pool does, and wait longer than they were promised.
 *
 * @param cores - of this machine, as far as they are ours
 */
export function hashingCapacity(cores: number): { concurrency: number; queueLimit: number } {
  const concurrency = Math.min(cores, POOL_THREADS);
  return { concurrency, queueLimit: QUEUED_HASHES_PER_THREAD * concurrency };
}

/**
 * Hashes passwords under the deployment's pepper, on as many cores as there are threads for.
 *
 * @param origins - what tenants that came from elsewhere brought along
 */
export function passwordHasher(
  secrets: Pick<DeploymentSecrets, 'passwordPepper'>,
  origins: Pick<OriginsInUse, 'all'> = { all: () => [] },
): PasswordHasher {
  return createPasswordHasher({
    pepper: secrets.passwordPepper,
    otherPepper: (keyId) =>
      origins.all().find(({ passwordPepper }) => pepperId(passwordPepper) === keyId)
        ?.passwordPepper,
    ...hashingCapacity(availableParallelism()),
  });
}

/** Queues messages for any replica to send; drops them where mail is off. */
export function mailQueue(options: {
  backends: Pick<Backends, 'mail' | 'sealer'>;
  now: () => Date;
  count?: CountMail;
  onQueued?: () => void;
}): QueueMail {
  const { backends, now, count = () => undefined, onQueued = () => undefined } = options;
  const { outbox, transport } = backends.mail;
  if (transport === undefined) return async (_tenant, mail) => count(mailName(mail), 'dropped');
  const deps = { outbox, sealer: backends.sealer, newId: createUuidV7(), now, count, onQueued };
  return (tenant, mail) => queueMail(deps, tenant, mail);
}

/** What ends sessions: the stores, and who tells clients of it. */
export type EndingBackends = Pick<Backends, 'artifacts' | 'logoutNotifications'>;

/** Queues what clients are to hear; without `onQueued` a running server finds it by itself. */
export function logoutQueue(
  backends: Pick<Backends, 'logoutNotifications'>,
  now: () => Date,
  onQueued?: () => void,
): QueueLogouts {
  const deps = { logouts: backends.logoutNotifications, now };
  return createLogoutQueue(onQueued === undefined ? deps : { ...deps, onQueued });
}

/** Ends everything that an account has open, on every replica, and forgets its browsers. */
export function accountEnder(
  backends: EndingBackends & Pick<Backends, 'browsers'>,
  now: () => Date,
  queueLogouts = logoutQueue(backends, now),
) {
  return async (tenant: Pick<Tenant, 'id'>, accountId: string): Promise<void> => {
    await backends.browsers.removeAll(tenant.id, accountId);
    await endAccount({ artifacts: backends.artifacts, queueLogouts, now }, tenant.id, accountId);
  };
}
