import { scrubText } from './scrub-text.ts';

/** Errors shown of one chain, causes and members of aggregates together. */
const MAX_ERRORS = 12;
/** Frames of a stack that are shown. */
const MAX_FRAMES = 30;

/** An error as a log line shows it: chosen properties only, all scrubbed. */
export interface SerializedError {
  readonly name: string;
  readonly message: string;
  /** A stable code, SQLSTATE or errno; what looks like a secret is left out. */
  readonly code?: string;
  readonly status?: number;
  /** Why, as `oidc-provider` tells operators. */
  readonly detail?: string;
  readonly stack?: string;
  /** Another error, or whatever was thrown. */
  readonly cause?: unknown;
  /** The errors of an AggregateError. */
  readonly errors?: readonly unknown[];
}

/**
 * Serialises an error with its chain of causes. Other properties are left out on purpose: drivers
 * hang statements, parameters and rows on their errors.
 *
 * Never throws, whatever the error's getters do.
 *
 * @param redact - makes a cause that is no error (anything can be thrown) fit to be shown
 */
export function serializeError(error: Error, redact: (value: unknown) => unknown): SerializedError {
  let left = MAX_ERRORS;

  function serialize(current: Error): SerializedError {
    left -= 1;
    const name = textOf(current, 'name') ?? 'Error';
    const message = withoutStatement(textOf(current, 'message') ?? '');
    const code = codeOf(read(current, 'code'));
    const status = read(current, 'status');
    const detail = textOf(current, 'error_detail');
    const frames = framesOf(current);
    const cause = read(current, 'cause');
    const errors = read(current, 'errors');
    return {
      name: scrubText(name),
      message: scrubText(message),
      ...(code !== undefined && { code }),
      ...(typeof status === 'number' && { status }),
      ...(detail !== undefined && { detail: scrubText(detail) }),
      ...(frames.length > 0 && { stack: scrubText([`${name}: ${message}`, ...frames].join('\n')) }),
      ...(cause !== undefined && left > 0 && { cause: inner(cause) }),
      ...(Array.isArray(errors) && left > 0 && { errors: errors.slice(0, left).map(inner) }),
    };
  }

  function inner(value: unknown): unknown {
    if (!(value instanceof Error)) return redact(value);
    return left > 0 ? serialize(value) : '[more errors]';
  }

  return serialize(error);
}

/** Knex puts the statement, values included, before ` - ` and what the database said. */
function withoutStatement(message: string): string {
  if (!/^\s*(select|insert|update|delete|with|begin|commit|create|alter|drop)\b/i.test(message)) {
    return message;
  }
  const end = message.lastIndexOf(' - ');
  return end === -1 ? 'a statement failed' : message.slice(end + 3);
}

/** The first lines of a stack repeat the message, statement and all; only the frames are kept. */
function framesOf(error: Error): string[] {
  const lines = textOf(error, 'stack')?.split('\n') ?? [];
  return lines.filter((line) => /^\s+at\s/.test(line)).slice(0, MAX_FRAMES);
}

function codeOf(code: unknown): string | undefined {
  // No code of ours, of Node's or of a driver is longer; every bearer value is.
  if (typeof code === 'number') return String(code);
  return typeof code === 'string' && /^[A-Za-z0-9_.-]{1,40}$/.test(code) ? code : undefined;
}

function textOf(error: Error, key: string): string | undefined {
  const value = read(error, key);
  return typeof value === 'string' ? value : undefined;
}

function read(error: Error, key: string): unknown {
  try {
    return Reflect.get(error, key);
  } catch {
    return undefined;
  }
}
