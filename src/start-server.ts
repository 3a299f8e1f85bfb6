import module from 'node:module';
import process from 'node:process';
import { checkNodeVersion } from './check-node-version.ts';
import type { ComposeOptions, Gatehouse } from './compose.ts';
import type { Backends } from './compose-backends.ts';
import type { DatabaseClock } from './compose-clock.ts';
import type { Telemetry } from './compose-telemetry.ts';
import type { Config } from './config/config.ts';
import { endOnSignal } from './end-on-signal.ts';
import { GatehouseError } from './errors.ts';
import type { Logger } from './telemetry/logger.ts';

/** EX_CONFIG of sysexits.h: nothing was started, and starting again will not help. */
const EXIT_CONFIGURATION = 78;

/** What tests of whole processes set that configuration does not. */
export type Given = Pick<ComposeOptions, 'keyTimes' | 'keyStagesSeconds' | 'endpointLimits'>;

/** Starts a server from the environment; ends with a code that says whether to try again. */
export async function startServer(given: Given = {}): Promise<void> {
  // An old Node lacks it, and is refused below.
  module.enableCompileCache?.();
  const begun = endOnSignal();
  let telemetry: Telemetry | undefined;
  try {
    checkNodeVersion(process.versions.node);
    // Loaded after the check, and into the cache: a cold start takes twice as long without it.
    const { readEnv } = await import('./config/read-env.ts');
    const { parseConfig } = await import('./config/parse-config.ts');
    const { startTelemetry } = await import('./compose-telemetry.ts');
    const { config, secrets } = parseConfig(readEnv());
    telemetry = await startTelemetry({ config, secrets });
    tellOfCrashes(telemetry);
    const { logger, tracing } = telemetry;
    const { openBackends } = await import('./compose-backends.ts');
    const { deploymentClock } = await import('./compose-clock.ts');
    const clock = deploymentClock(logger);
    const { now } = clock;
    const backends = await openBackends({
      config,
      secrets,
      logger,
      tracing,
      now,
      embedded: 'exclusive',
    });
    try {
      await clock.follow(backends.db);
      await serve({ ...given, config, backends, telemetry, logger, now, clock, begun });
    } catch (error) {
      await backends.close();
      throw error;
    }
  } catch (error) {
    if (telemetry === undefined) process.stderr.write(`${messageOf(error)}\n`);
    else {
      sayWhy(telemetry.logger, error);
      await telemetry.close();
    }
    process.exit(isConfiguration(error) ? EXIT_CONFIGURATION : 1);
  }
}

/** What nobody has caught ends the process, as ever; but it is told first, without its secrets. */
function tellOfCrashes({ logger, close }: Telemetry): void {
  process.on('uncaughtException', (error, origin) => {
    logger.error('crashed', { origin, error });
    void close().finally(() => process.exit(1));
  });
}

function sayWhy(logger: Logger, error: unknown): void {
  if (error instanceof GatehouseError) {
    // Expected: a sentence that says what to do, without the stack that would hide it.
    logger.error('could not start', { reason: error.message });
    logger.debug('could not start', { error });
  } else logger.error('could not start', { error });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Starting again will not help before somebody has changed something. */
function isConfiguration(error: unknown): boolean {
  const codes = ['configuration_invalid', 'node_too_old'];
  return error instanceof GatehouseError && codes.includes(error.code);
}

interface Starting extends Given {
  readonly config: Config;
  readonly backends: Backends;
  readonly telemetry: Telemetry;
  readonly logger: Logger;
  readonly now: () => Date;
  /** Where `now` comes from. */
  readonly clock: DatabaseClock;
  /** Ends the time in which a signal ends the process at once. */
  readonly begun: () => void;
}

async function serve(starting: Starting): Promise<void> {
  const { config, backends, logger } = starting;
  const { composeGatehouse } = await import('./compose.ts');
  const { prepareDatabase } = await import('./prepare-database.ts');
  const { warnOfFewConnections } = await import('./compose-connections.ts');
  await prepareDatabase(starting);
  void warnOfFewConnections(starting);
  const { tracing, dropped } = starting.telemetry;
  const gatehouse = await composeGatehouse({ ...starting, tracing, telemetryDropped: dropped });
  try {
    await listenInOrder(starting, gatehouse);
  } catch (error) {
    // What works in the background ends before the pools that it works with.
    await gatehouse.stop();
    throw error;
  }
  logger.info('ready', {
    issuer: config.publicUrl,
    port: config.port,
    admin_port: config.adminPort,
    mode: config.mode,
    start_ms: Math.round(performance.now()),
  });
  void backends.databaseLost.then((lastWords) => {
    logger.error('the embedded database has ended by itself', { last_words: lastWords });
    void starting.telemetry.close().then(() => process.exit(1));
  });
}

/** Opens the ports, the public one last, and arranges for their end. */
async function listenInOrder(
  { config, backends, telemetry, logger, now, begun }: Starting,
  gatehouse: Gatehouse,
): Promise<void> {
  const { createHttpServer, listen, closeServer } = await import('./http/create-http-server.ts');
  const { createAdminServer } = await import('./http/admin-server.ts');
  const { arrangeShutdown } = await import('./http/orderly-shutdown.ts');
  const { health, metrics } = gatehouse;
  const admin = createAdminServer({ metrics, health, logger });
  const playground =
    config.playgroundPort === undefined
      ? undefined
      : await (await import('./demo/start-playground.ts')).startPlayground({
          config,
          inbox: backends.mail.inbox,
          preview: (await import('./compose-branding-preview.ts')).brandingPreview,
          logger,
          now,
        });

  const server = createHttpServer(gatehouse.listener);
  begun();
  arrangeShutdown(server, {
    health,
    logger,
    timeoutSeconds: config.shutdownTimeoutSeconds,
    delaySeconds: config.shutdownDelaySeconds,
    async release() {
      await Promise.all([closeServer(admin), playground?.close()]);
      await gatehouse.stop();
      await backends.close();
      await telemetry.close();
    },
  });
  await listen(admin, { what: 'ADMIN_PORT', host: config.adminHost, port: config.adminPort });
  await listen(server, { what: 'PORT', host: config.host, port: config.port });
  if (config.mode === 'embedded') {
    const { printBanner } = await import('./demo/print-banner.ts');
    printBanner(config, playground?.url, { inbox: backends.mail.inbox !== undefined });
  }
}
