import type { LogLine } from './logger.ts';

/**
 * A log line for people at a terminal: time of day, level, message, then `name=value`. The stack
 * of an error follows on lines of its own.
 *
 * Control characters never reach the terminal: what a client sends cannot forge a line or colour
 * the screen.
 */
export function formatReadable(line: LogLine): string {
  const { time, level, message, ...fields } = line;
  const stacks: string[] = [];
  const parts = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${show(value, stacks)}`);
  const head = [time.slice(11, 19), level.padEnd(5), harmless(message), ...parts].join(' ');
  return [head, ...stacks].join('\n');
}

function show(value: unknown, stacks: string[]): string {
  if (typeof value === 'string')
    return /^[\w./:@+-]+$/.test(value) ? value : harmless(JSON.stringify(value));
  if (!isError(value)) return harmless(JSON.stringify(value));
  const frames = value.stack?.split('\n').slice(1) ?? [];
  stacks.push(...frames.map((frame) => harmless(frame)));
  const why = isError(value.cause) ? `, because ${show(value.cause, stacks)}` : '';
  return `${harmless(JSON.stringify(`${value.name}: ${value.message}`))}${why}`;
}

interface ErrorLike {
  name: string;
  message: string;
  stack?: string;
  cause?: unknown;
}

function isError(value: unknown): value is ErrorLike {
  return typeof value === 'object' && value !== null && 'name' in value && 'message' in value;
}

/** Control and formatting characters, as their escapes. */
function harmless(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}
