import { fileURLToPath } from 'node:url';
import type { LogLine } from './logger.ts';

const ROOT_URL = new URL('../../', import.meta.url);
/** Where this program lies, as frames of modules and of CommonJS say it; nobody else needs to know. */
const ROOTS = [ROOT_URL.href, fileURLToPath(ROOT_URL)];

/** Fields of a line that find the request again, and are nobody's. */
const TAGS = ['request_id', 'tenant', 'route', 'method', 'status', 'task', 'work'] as const;

/** Causes that are shown. */
const MAX_ERRORS = 10;

/** Addresses of people and machines. */
const PERSONAL: readonly RegExp[] = [
  /[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}.-]{1,255}/gu,
  /\b\d{1,3}(?:\.\d{1,3}){3}\b/g,
  /(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])/gi,
];

/**
 * Makes an event of the Sentry protocol of a log line: what went wrong, where in the program, and in
 * which request. Of the line's other fields nothing is taken: no address, no client, no headers.
 *
 * @param line - redacted
 * @returns undefined for a line that is about no unexpected error
 * @see https://develop.sentry.dev/sdk/data-model/event-payloads/
 */
export function errorEvent(line: LogLine): Record<string, unknown> | undefined {
  if (line.level !== 'error' || !isRecord(line.error)) return undefined;
  const tags = Object.fromEntries(
    TAGS.flatMap((name) => {
      const value = line[name];
      return value === undefined || value === null ? [] : [[name, String(value).slice(0, 200)]];
    }),
  );
  const { trace_id: traceId, span_id: spanId, route } = line;
  return {
    timestamp: line.time,
    platform: 'node',
    level: 'error',
    logger: 'gatehouse',
    logentry: { formatted: impersonal(line.message) },
    ...(typeof route === 'string' && { transaction: route }),
    tags,
    ...(typeof traceId === 'string' &&
      typeof spanId === 'string' && {
        contexts: { trace: { trace_id: traceId, span_id: spanId } },
      }),
    // The last is what was caught, the first what it came from.
    exception: { values: exceptionsOf(line.error).toReversed() },
  };
}

function exceptionsOf(error: Record<string, unknown>): object[] {
  const found: object[] = [];
  for (
    let current: unknown = error;
    isRecord(current) && found.length < MAX_ERRORS;
    current = current.cause
  ) {
    const frames = framesOf(current.stack);
    found.push({
      type: impersonal(String(current.name ?? 'Error')),
      value: impersonal(String(current.message ?? '')),
      ...(frames.length > 0 && { stacktrace: { frames } }),
    });
  }
  return found;
}

/**
 * The oldest call first, as the protocol has it. A message is in the stack, too, and may hold lines
 * that look like frames and are anybody's.
 */
function framesOf(stack: unknown): object[] {
  if (typeof stack !== 'string') return [];
  const frames = stack.split('\n').flatMap((text) => {
    const [, name, place = ''] = /^\s+at (?:async )?(?:(.+?) \()?([^()]+)\)?$/.exec(text) ?? [];
    const [, file = place, line, column] = /^(.+):(\d+):(\d+)$/.exec(place) ?? [];
    if (file === '') return [];
    const root = ROOTS.find((start) => file.startsWith(start));
    return [
      {
        filename: impersonal(root === undefined ? file : `app:///${file.slice(root.length)}`),
        ...(name !== undefined && { function: impersonal(name) }),
        ...(line !== undefined && { lineno: Number(line), colno: Number(column) }),
        in_app: root !== undefined && !file.includes('node_modules'),
      },
    ];
  });
  return frames.toReversed();
}

function impersonal(text: string): string {
  return PERSONAL.reduce((kept, form) => kept.replace(form, '[address]'), text);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
