import type { CliContext, OpenCliContext, OpenOptions } from './cli/cli-context.ts';
import { accountDataExporter } from './compose-account-data.ts';
import { archiveCommands } from './compose-archives.ts';
import { type Backends, openBackends } from './compose-backends.ts';
import { deploymentClock } from './compose-clock.ts';
import { reseal } from './compose-reseal.ts';
import { seedEndings } from './compose-seed-endings.ts';
import { accountEnder, keyDeps, mailQueue, passwordHasher } from './compose-shared.ts';
import { parseConfig } from './config/parse-config.ts';
import { type RawEnvironment, readEnv } from './config/read-env.ts';
import { createHostPolicy } from './http/outbound-fetch.ts';
import {
  COOKIE_KEY_PUBLISH_SECONDS,
  loadDeploymentSecrets,
  rotateCookieKeys,
} from './keys/deployment-secrets.ts';
import { createClientValidator } from './provider/validate-client-metadata.ts';
import { assertSchemaKnown, migrateToLatest, schemaState } from './storage/postgres/migrate.ts';
import type { Logger } from './telemetry/logger.ts';
import { checkUpstreamProvider } from './upstream/check-upstream-provider.ts';
import { createUpstreamClients } from './upstream/upstream-clients.ts';

/**
 * Opens what a command works with, from the environment: the configured backends, or the embedded
 * database, which runs already or is started for the time of the command. It decides by PostgreSQL's
 * clock, as servers do.
 *
 * @param environment - the process's own unless a test passes another
 * @throws ConfigurationError, EmbeddedPostgresError, StorageUnavailableError
 */
export async function openCliContext(
  logger: Logger,
  { databaseOnly = false }: OpenOptions = {},
  environment: RawEnvironment = readEnv(),
): Promise<OpenCliContext> {
  const { config, secrets: all } = parseConfig(environment);
  const secrets = databaseOnly ? { ...all, redis: undefined } : all;
  const clock = deploymentClock(logger);
  const { now } = clock;
  // `migrate` alone makes a database: it is what begins a deployment without a server.
  const embedded = databaseOnly ? 'shared' : 'existing';
  const backends = await openBackends({ config, secrets, logger, now, embedded });
  try {
    // What a command ends, it ends as of a moment that replicas compare with theirs.
    await clock.follow(backends.db);
  } catch (error) {
    await backends.close();
    throw error;
  }
  return {
    ...cliContext({ backends, ...config, logger, now }),
    close: backends.close,
  };
}

/** What commands need of open backends. */
export function cliContext(options: {
  backends: Backends;
  publicUrl: string;
  /** CIDR blocks that clients may name besides public addresses; default: none. */
  outboundAllow?: readonly string[];
  logger: Logger;
  now: () => Date;
}): CliContext {
  const { backends, publicUrl, now } = options;
  const { db, audit } = backends;
  return {
    publicUrl,
    tenants: backends.tenants,
    applications: backends.applications,
    accounts: backends.accounts,
    invitations: backends.invitations,
    upstreams: backends.upstreams,
    checkUpstream: (provider) =>
      checkUpstreamProvider(
        { clients: createUpstreamClients(backends), fetch: backends.fetch },
        provider,
      ),
    factors: backends.factors,
    seeds: backends.seeds,
    audit,
    keys: keyDeps({ ...options, audit }),
    async secrets() {
      const { deploymentSecrets: store, sealer } = backends;
      const secrets = await loadDeploymentSecrets({ store, sealer, now });
      return { clientSecretPepper: secrets.clientSecretPepper, passwords: passwordHasher(secrets) };
    },
    rotateCookieKeys() {
      const deps = { store: backends.deploymentSecrets, sealer: backends.sealer, now };
      return rotateCookieKeys(deps, { publishSeconds: COOKIE_KEY_PUBLISH_SECONDS });
    },
    reseal: (input) => reseal(backends, now, input),
    validateClient: createClientValidator({
      mayReach: createHostPolicy(options.outboundAllow ?? []),
    }),
    archives: archiveCommands(options),
    endAccountSessions: accountEnder(backends, now),
    exportAccountData: accountDataExporter({ backends, audit, now }),
    mailOutbox: backends.mail.outbox,
    mailEnabled: backends.mail.transport !== undefined,
    queueMail: mailQueue({ backends, now }),
    seedEndings: seedEndings({ backends, queueMail: mailQueue({ backends, now }), now }),
    schema: {
      assertKnown: () => assertSchemaKnown(db),
      state: () => schemaState(db),
      migrate: (options) => migrateToLatest(db, options),
    },
    now,
  };
}
