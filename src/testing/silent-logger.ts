import type { Logger } from '../telemetry/logger.ts';

/** For tests that are not about logs. */
export const silentLogger: Logger = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
};
