import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Backends } from './compose-backends.ts';
import { cliContext } from './compose-cli.ts';
import type { Config } from './config/config.ts';
import { applySeed } from './seeds/apply-seed.ts';
import { loadSeedFiles } from './seeds/load-seed-files.ts';
import type { Logger } from './telemetry/logger.ts';
import { DEFAULT_TENANT_SLUG } from './tenants/tenant.ts';

const DEMO_SEED = fileURLToPath(new URL('../seeds/demo.yaml', import.meta.url));

/**
 * Makes sure that this release works with the database. A server only looks (migrations and seeds
 * are a job of their own); the embedded default migrates, and seeds an empty database with the demo.
 * On the schema of a newer release that it works with, it starts and says so.
 *
 * @throws SchemaError when it does not
 */
export async function prepareDatabase(options: {
  config: Config;
  backends: Backends;
  logger: Logger;
  now: () => Date;
}): Promise<void> {
  const { config, backends, logger } = options;
  const context = cliContext({ ...options, ...config });
  if (config.mode === 'server') return sayWhatIsNewer(logger, await context.schema.assertKnown());

  logger.warn('embedded database: good for a look and for development, not for production');
  // Its database is this process's own: no older release runs on it.
  const { applied, newer } = await context.schema.migrate({ stopped: true });
  if (applied.length > 0) logger.info('migrated', { migrations: applied });
  sayWhatIsNewer(logger, newer);
  if (!(await isEmpty(backends))) return;

  const { clientSecretPepper, passwords } = await context.secrets();
  const { validateClient, publicUrl } = context;
  const desired = await loadSeedFiles(
    { readEnv: () => undefined, clientSecretPepper, validateClient, passwords, publicUrl },
    [DEMO_SEED],
  );
  const { seeds, audit, notifications, sealer } = backends;
  const plan = await applySeed(
    { seeds, audit, notifications, sealer, clientSecretPepper, passwords, newId: randomUUID },
    desired,
    { type: 'system' },
  );
  logger.info('seeded the demo', { changes: plan.changes.length });
}

function sayWhatIsNewer(logger: Logger, newer: readonly string[]): void {
  if (newer.length === 0) return;
  logger.warn('a newer release has migrated the database, and this one works with it', {
    migrations: newer,
  });
}

/** Whether nobody has put anything in: the default tenant alone, with nothing of its own. */
async function isEmpty({ tenants, applications, accounts }: Backends): Promise<boolean> {
  const [first, second] = await tenants.list({ limit: 2 });
  if (first?.slug !== DEFAULT_TENANT_SLUG || second !== undefined) return false;
  const [has] = await accounts.list(first.id, { limit: 1 });
  return has === undefined && (await applications.listApplications(first.id)).length === 0;
}
