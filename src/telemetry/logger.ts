/**
 * Telemetry: logs, metrics, redaction. It counts and prints what other rooms tell it and knows
 * nothing of the domain.
 */

/**
 * Structured fields of a log line, named in snake_case: `request_id`, `tenant` (its slug),
 * `tenant_id`, `client_id`. Secrets, tokens, codes and cookies never belong here.
 */
export type LogFields = Readonly<Record<string, unknown>>;

/** What rooms ask for when they log. */
export interface Logger {
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
}

/** Gravest first; a logger writes its own level and the graver ones. */
export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/** One line as it is written: redacted fields beside its own three. */
export interface LogLine {
  /** ISO 8601, UTC. */
  time: string;
  level: LogLevel;
  message: string;
  [field: string]: unknown;
}
