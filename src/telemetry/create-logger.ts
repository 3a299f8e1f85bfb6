import { Writable } from 'node:stream';
import winston from 'winston';
import { formatReadable } from './format-readable.ts';
import type { LogSink } from './log-sink.ts';
import type { LogFields, Logger, LogLevel, LogLine } from './logger.ts';
import { redactFields } from './redaction.ts';
import { scrubText } from './scrub-text.ts';
import type { TraceIds } from './tracing.ts';

const LEVELS: Readonly<Record<LogLevel, number>> = { error: 0, warn: 1, info: 2, debug: 3 };

/** Where lines go: `process.stdout` unless a test looks at them. */
export type LogDestination = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** Names that belong to the line itself. A field of the same name gets an underscore. */
const OWN_NAMES = new Set(['time', 'level', 'message']);

/**
 * Makes a logger over winston: one JSON object on a line, with the time in ISO 8601; on a terminal
 * outside production a form for people.
 *
 * Every message is scrubbed and every field redacted on the way (see `redaction.ts`). Logging never
 * throws, neither on odd input nor when the destination has gone away.
 *
 * @param options.production - JSON even on a terminal
 * @param options.sinks - get every line besides, as it is written
 * @param options.traceOf - the trace that the work going on belongs to; named by every line of it
 * @param options.now - the clock of the lines
 */
export function createLogger(options: {
  level: LogLevel;
  production?: boolean;
  destination?: LogDestination;
  sinks?: readonly LogSink[];
  traceOf?: () => TraceIds | undefined;
  now?: () => Date;
}): Logger {
  const { level: threshold, production = false, now = () => new Date() } = options;
  const { sinks = [], traceOf = () => undefined } = options;
  const destination = options.destination ?? process.stdout;
  const format = destination.isTTY === true && !production ? formatReadable : JSON.stringify;
  // A log reader that went away (EPIPE) must not take the server with it.
  destination.on('error', () => undefined);

  const root = winston.createLogger({
    levels: { ...LEVELS },
    level: threshold,
    format: winston.format.printf(({ line }) => format(line as LogLine)),
    transports: [
      new winston.transports.Stream({ stream: destination, eol: '\n' }),
      ...sinks.map((sink) => new winston.transports.Stream({ stream: streamTo(sink) })),
    ],
    exitOnError: false,
  });

  function write(level: LogLevel, message: string, fields: LogFields = {}): void {
    if (LEVELS[level] > LEVELS[threshold]) return;
    const line: LogLine = { time: now().toISOString(), level, message: scrubText(String(message)) };
    for (const [name, value] of Object.entries(redactFields({ ...traceOf(), ...fields }))) {
      line[OWN_NAMES.has(name) ? `${name}_` : name] = value;
    }
    root.log({ level, message: '', line });
  }

  return {
    error: (message, fields) => write('error', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    info: (message, fields) => write('info', message, fields),
    debug: (message, fields) => write('debug', message, fields),
  };
}

/** A stream that winston writes its records to as they are, not their text. */
function streamTo(sink: LogSink): Writable {
  return new Writable({
    objectMode: true,
    write({ line }: { line: LogLine }, _encoding, next) {
      sink.write(line);
      next();
    },
  });
}
