import { availableParallelism } from 'node:os';
import { createPasswordHasher, type PasswordHasher } from './accounts/password-hasher.ts';
import type { AuditLog } from './audit/audit-log.ts';
import type { Backends } from './compose-backends.ts';
import type { KeyDeps } from './keys/change-key-set.ts';
import type { DeploymentSecrets } from './keys/deployment-secrets.ts';
import { keyPolicyOf } from './keys/key-policy.ts';
import { tombstoneUntil } from './provider/adapter.ts';
import type { Logger } from './telemetry/logger.ts';
import type { Tenant } from './tenants/tenant.ts';

/**
 * What the server and the commands wire alike: a command seals, hashes and ends as a replica does.
 */

/** Hashes that may wait for each core: keeps the longest wait near half a second. */
const QUEUED_HASHES_PER_CORE = 32;

/** What the keys room needs. */
export function keyDeps(options: {
  backends: Backends;
  audit: Pick<AuditLog, 'record'>;
  logger: Logger;
  now: () => Date;
}): KeyDeps {
  const { backends, audit, logger, now } = options;
  return {
    keys: backends.keys,
    cache: backends.keyCache,
    notifications: backends.notifications,
    sealer: backends.sealer,
    audit,
    logger,
    policyOf: keyPolicyOf,
    now,
  };
}

/** Hashes passwords under the deployment's pepper, on all cores. */
export function passwordHasher(secrets: Pick<DeploymentSecrets, 'passwordPepper'>): PasswordHasher {
  const cores = availableParallelism();
  return createPasswordHasher({
    pepper: secrets.passwordPepper,
    concurrency: cores,
    queueLimit: QUEUED_HASHES_PER_CORE * cores,
  });
}

/** Ends everything that an account has open, on every replica. */
export function accountEnder(backends: Pick<Backends, 'artifacts'>, now: () => Date) {
  return (tenant: Pick<Tenant, 'id'>, accountId: string): Promise<void> =>
    backends.artifacts.endAccount(tenant.id, accountId, { tombstoneUntil: tombstoneUntil(now()) });
}
