import { REDACTED, scrubText } from './scrub-text.ts';
import { serializeError } from './serialize-error.ts';

/** Deeper values are named, not shown. */
const MAX_DEPTH = 8;
/** Entries shown of one object, array, map or set. */
const MAX_ENTRIES = 100;
/** Values shown of one log line in all. */
const MAX_VALUES = 2000;

/** Keys, in lower case without separators, whose values are secrets wherever they stand. */
const SECRET_KEYS = new Set([
  'apikey',
  'assertion',
  'authorization',
  'authreqid',
  'backupcode',
  'body',
  'ciphertext',
  'clientassertion',
  'code',
  'codeverifier',
  'cookie',
  'credentials',
  'csrf',
  'databaseurl',
  'devicecode',
  'dpop',
  'emailcode',
  'encryptionkey',
  'idtokenhint',
  'jti',
  'jwk',
  'jwks',
  'jwt',
  'keyencryptionkey',
  'logintokenhint',
  'nonce',
  'otp',
  'passphrase',
  'passwd',
  'pepper',
  'privatekey',
  'proxyauthorization',
  'pwd',
  'rawbody',
  'rawheader',
  'recoverycode',
  'redisurl',
  'requesturi',
  'sealed',
  'totp',
  'usercode',
  'verifier',
  'xsrf',
]);

/** Keys that end so are secret too: `client_secret`, `newPassword`, `refreshToken`, `set-cookie`. */
const SECRET_ENDINGS = [
  'password',
  'passwordhash',
  'secret',
  'token',
  'cookie',
  'assertion',
  'csrf',
];

/** In a flat list of headers the value follows its name. */
const HEADER_NAMES = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'dpop',
]);

/** Whether what stands under this key is a secret, whatever it looks like. */
export function isSecretKey(key: string): boolean {
  const plain = key
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
    .replace(/s$/, '');
  return (
    SECRET_KEYS.has(plain) ||
    SECRET_KEYS.has(`${plain}s`) ||
    SECRET_ENDINGS.some((ending) => plain.endsWith(ending))
  );
}

/**
 * Copies fields for a log line: secrets are replaced, text is scrubbed, errors are serialised,
 * anything odd (cycles, throwing getters, huge or deep input, functions, bytes) becomes a short
 * mark. Never throws, never changes its input.
 */
export function redactFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const walk: Walk = { left: MAX_VALUES, above: new Set() };
  const copy = redactValue(fields, walk, 0);
  return typeof copy === 'object' && copy !== null && !Array.isArray(copy)
    ? Object.fromEntries(Object.entries(copy))
    : { fields: copy };
}

interface Walk {
  /** How many more values this line may show. */
  left: number;
  /** The objects between the root and here, to find cycles. */
  readonly above: Set<object>;
}

function redactValue(value: unknown, walk: Walk, depth: number): unknown {
  walk.left -= 1;
  if (walk.left < 0) return '[too much]';
  switch (typeof value) {
    case 'string':
      return scrubText(value);
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'bigint':
      return String(value).slice(0, 100);
    case 'boolean':
    case 'undefined':
      return value;
    case 'symbol':
    case 'function':
      return `[${typeof value}]`;
    case 'object':
      return value === null ? null : redactObject(value, walk, depth);
    default:
      return '[unreadable]';
  }
}

function redactObject(value: object, walk: Walk, depth: number): unknown {
  if (walk.above.has(value)) return '[circular]';
  if (depth >= MAX_DEPTH) return '[too deep]';
  walk.above.add(value);
  try {
    return copyObject(value, walk, depth + 1);
  } catch {
    // A proxy or getter that throws, an exotic object: it is not worth a lost line.
    return '[unreadable]';
  } finally {
    walk.above.delete(value);
  }
}

function copyObject(value: object, walk: Walk, depth: number): unknown {
  if (value instanceof Error) {
    return serializeError(value, (inner) => redactValue(inner, walk, depth));
  }
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof URL) return scrubText(value.href);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer)
    return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return copyList(value, walk, depth);
  if (value instanceof Set) return copyList(Array.from(value), walk, depth);
  return copyEntries(entriesOf(value), walk, depth);
}

type Pairs = Iterable<readonly [unknown, unknown]>;

function entriesOf(value: object): Pairs {
  if (value instanceof Map || value instanceof Headers || value instanceof URLSearchParams) {
    return value;
  }
  return propertiesOf(value);
}

/** Own properties. A `toJSON` is not asked: it could say anything. */
function* propertiesOf(value: object): Pairs {
  for (const key of Object.keys(value).slice(0, MAX_ENTRIES + 1)) {
    if (isSecretKey(key)) {
      // Not read at all, unless to tell "not there" from "not shown".
      yield [key, Reflect.getOwnPropertyDescriptor(value, key)?.value];
      continue;
    }
    try {
      yield [key, Reflect.get(value, key)];
    } catch {
      yield [key, '[unreadable]'];
    }
  }
}

function copyEntries(entries: Pairs, walk: Walk, depth: number): Record<string, unknown> {
  const copy: [string, unknown][] = [];
  for (const [key, inner] of entries) {
    if (copy.length === MAX_ENTRIES || walk.left <= 0) {
      copy.push(['…', '[more]']);
      break;
    }
    const name = typeof key === 'string' ? scrubText(key) : String(typeof key);
    copy.push([name, isSecretKey(name) ? hidden(inner) : redactValue(inner, walk, depth)]);
  }
  return Object.fromEntries(copy);
}

function copyList(list: readonly unknown[], walk: Walk, depth: number): unknown[] {
  const copy: unknown[] = [];
  let previous: unknown;
  for (let index = 0; index < list.length; index += 1) {
    if (copy.length === MAX_ENTRIES || walk.left <= 0) {
      copy.push(`[${list.length - index} more]`);
      break;
    }
    const inner = list[index];
    const follows = typeof previous === 'string' && HEADER_NAMES.has(previous.toLowerCase());
    copy.push(follows ? hidden(inner) : redactValue(inner, walk, depth));
    previous = inner;
  }
  return copy;
}

/** A flag or an absent value under a secret's key gives nothing away. */
function hidden(value: unknown): unknown {
  return value === undefined || value === null || typeof value === 'boolean' ? value : REDACTED;
}
