import { PassThrough } from 'node:stream';
import { createLogger } from '../telemetry/create-logger.ts';
import type { Logger, LogLine } from '../telemetry/logger.ts';

/** The real logger at level debug, whose lines a test can read. */
export interface RecordingLogger extends Logger {
  /** Everything written so far, as it was written. */
  text(): string;
  /** The same, parsed. */
  lines(): LogLine[];
}

export function createRecordingLogger(): RecordingLogger {
  let written = '';
  const destination = new PassThrough();
  destination.on('data', (chunk: Buffer) => {
    written += chunk.toString();
  });
  const logger = createLogger({ level: 'debug', destination });
  const lines = () =>
    written
      .trim()
      .split('\n')
      .filter((line) => line !== '')
      .map((line): LogLine => JSON.parse(line));
  return { ...logger, text: () => written, lines };
}
