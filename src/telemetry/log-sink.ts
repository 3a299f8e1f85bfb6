import type { LogLine } from './logger.ts';

/** Takes log lines besides stdout, for a receiver of the operator's. */
export interface LogSink {
  /** Takes a line that was redacted; never throws, never waits. */
  write(line: LogLine): void;
  /** How many lines were lost so far. */
  dropped(): number;
  /** Sends what waits, at most so long. */
  close(withinMs: number): Promise<void>;
}
