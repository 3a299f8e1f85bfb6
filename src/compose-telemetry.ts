import { hostname } from 'node:os';
import type { Config } from './config/config.ts';
import type { Secrets } from './config/secrets.ts';
import { createLogger } from './telemetry/create-logger.ts';
import type { LogSink } from './telemetry/log-sink.ts';
import type { Logger } from './telemetry/logger.ts';
import { type Tracing, untraced } from './telemetry/tracing.ts';
import { readVersion } from './version.ts';

/** What a process says of itself while it runs, `/metrics` apart. */
export interface Telemetry {
  readonly logger: Logger;
  readonly tracing: Tracing;
  /** What is lost so far, by receiver; only those that are configured. */
  dropped(): Record<string, number>;
  /** Hands over what still waits, within a tenth of SHUTDOWN_TIMEOUT_SECONDS, at most 2 s. */
  close(): Promise<void>;
}

const LONGEST_CLOSE_MS = 2000;

/**
 * Opens the log, and what the configuration names besides: a collector of traces, Seq, an error
 * tracker. Each is loaded only where it is wanted. Nobody ever waits for any of them, and what they
 * do not take is lost: stdout has every line.
 *
 * Opened before all else, so that nothing that goes wrong afterwards is missed.
 */
export async function startTelemetry(options: {
  config: Config;
  secrets: Secrets;
}): Promise<Telemetry> {
  const { config, secrets } = options;
  const { otlp, seq, sentry } = secrets.telemetry;
  const version = readVersion();
  const replica = `${hostname()}-${process.pid}`;
  const sinks: Record<string, LogSink> = {};

  const troubles = (receiver: string) => ({
    onTrouble: (reason: string) =>
      logger.warn('telemetry is not taken; what does not fit in memory is lost', {
        receiver,
        reason,
      }),
    onRecovery: (lost: number) => logger.info('telemetry is taken again', { receiver, lost }),
  });
  if (seq !== undefined) {
    const { createSeqSink } = await import('./telemetry/seq-sink.ts');
    sinks.seq = createSeqSink({ ...seq, ...troubles('seq') });
  }
  if (sentry !== undefined) {
    const { createErrorTracker } = await import('./telemetry/error-tracker.ts');
    sinks.sentry = createErrorTracker({
      address: sentry,
      release: `gatehouse@${version}`,
      environment: config.production ? 'production' : 'development',
      replica,
      ...troubles('sentry'),
    });
  }
  const tracing =
    otlp === undefined
      ? untraced
      : (await import('./telemetry/open-telemetry.ts')).startTracing({
          ...otlp,
          ...config.traceSampling,
          version,
          replica,
          ...troubles('otlp'),
        });
  const logger: Logger = createLogger({
    level: config.logLevel,
    production: config.production,
    sinks: Object.values(sinks),
    traceOf: tracing.current,
  });

  const receivers: Record<string, Pick<LogSink, 'dropped' | 'close'>> = {
    ...sinks,
    ...(otlp === undefined ? {} : { otlp: tracing }),
  };
  return {
    logger,
    tracing,
    dropped: () =>
      Object.fromEntries(Object.entries(receivers).map(([name, one]) => [name, one.dropped()])),
    async close() {
      const withinMs = Math.min(config.shutdownTimeoutSeconds * 100, LONGEST_CLOSE_MS);
      await Promise.all(Object.values(receivers).map((one) => one.close(withinMs)));
    },
  };
}
