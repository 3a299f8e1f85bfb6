import { GatehouseError } from '../errors.ts';

/**
 * - `embedded_unsupported`: there is no build of PostgreSQL for this system
 * - `embedded_not_installed`: there is one, but it was not installed
 * - `embedded_missing`: nobody has made one in this data directory yet
 * - `embedded_in_use`: another process serves this data directory
 * - `embedded_data`: the data directory cannot be used as it is
 * - `embedded_failed`: PostgreSQL ended or stayed silent; the message carries its last words
 */
export type EmbeddedPostgresErrorCode =
  | 'embedded_unsupported'
  | 'embedded_not_installed'
  | 'embedded_missing'
  | 'embedded_in_use'
  | 'embedded_data'
  | 'embedded_failed';

/** The embedded PostgreSQL cannot be had; the message says what the person can do. */
export class EmbeddedPostgresError extends GatehouseError {
  constructor(code: EmbeddedPostgresErrorCode, message: string, cause?: unknown) {
    super(code, message, { expose: false, cause });
  }
}
