import { createBoundedSender, type SenderOptions } from './bounded-sender.ts';
import type { LogSink } from './log-sink.ts';
import type { LogLevel, LogLine } from './logger.ts';
import { post } from './post.ts';

/** About 10 MB of lines at their usual size: a minute or two of a busy replica. */
const QUEUE_LINES = 10_000;
const BATCH_LINES = 500;
const EVERY_MS = 1000;
const TIMEOUT_MS = 10_000;
/** What Seq takes of one event unless it was told otherwise. Bytes. */
const LONGEST_EVENT = 262_144;

/** The names that Seq colours and filters by. */
const LEVELS: Readonly<Record<LogLevel, string>> = {
  error: 'Error',
  warn: 'Warning',
  info: 'Information',
  debug: 'Debug',
};

/**
 * Sends log lines to Seq, in batches of its compact format, over HTTP.
 *
 * The lines are those of stdout, field by field. A trace id and a span id become the event's own,
 * and an error's stack its exception, so that Seq shows what belongs together.
 *
 * @param options.url - Seq's address; a path in front of `/ingest/clef` is kept
 * @see https://docs.datalust.co/docs/posting-raw-events
 */
export function createSeqSink(
  options: {
    readonly url: string;
    readonly apiKey: string | undefined;
  } & Pick<SenderOptions<string>, 'onTrouble' | 'onRecovery'> &
    Partial<Pick<SenderOptions<string>, 'limit' | 'everyMs' | 'firstRetryMs' | 'timeoutMs'>>,
): LogSink {
  const { url, apiKey, ...sending } = options;
  const address = `${url.replace(/\/$/, '')}/ingest/clef`;
  const headers = {
    'Content-Type': 'application/vnd.serilog.clef',
    ...(apiKey === undefined ? {} : { 'X-Seq-ApiKey': apiKey }),
  };
  const sender = createBoundedSender<string>({
    limit: QUEUE_LINES,
    batch: BATCH_LINES,
    everyMs: EVERY_MS,
    timeoutMs: TIMEOUT_MS,
    ...sending,
    async send(events, signal) {
      const body = `${events.join('\n')}\n`;
      return (await post(address, { headers, body, signal })).delivery;
    },
  });
  return {
    write: (line) => sender.add(eventOf(line)),
    dropped: sender.dropped,
    close: sender.close,
  };
}

/** One line as an event; a name of ours that begins with `@` is escaped by another. */
function eventOf(line: LogLine): string {
  const { time, level, message, trace_id: traceId, span_id: spanId, ...fields } = line;
  const own = {
    '@t': time,
    '@m': message,
    '@l': LEVELS[level],
    ...(typeof traceId === 'string' && { '@tr': traceId }),
    ...(typeof spanId === 'string' && { '@sp': spanId }),
    ...exceptionOf(fields.error),
  };
  const named = Object.entries(fields).map(([name, value]) => [
    name.startsWith('@') ? `@${name}` : name,
    value,
  ]);
  const text = JSON.stringify({ ...own, ...Object.fromEntries(named) });
  if (Buffer.byteLength(text) <= LONGEST_EVENT) return text;
  return JSON.stringify({ ...own, '@x': undefined, too_long: true });
}

function exceptionOf(error: unknown): { '@x'?: string } {
  if (typeof error !== 'object' || error === null || !('stack' in error)) return {};
  return typeof error.stack === 'string' ? { '@x': error.stack } : {};
}
