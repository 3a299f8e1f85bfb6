import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { z } from 'zod';
import { HOST_NAME, isLoopback } from './hosts.ts';
import { readDsn } from './read-dsn.ts';
import { readRedisUrl } from './read-redis-url.ts';
import { readSmtpUrl } from './read-smtp-url.ts';

/** 32 bytes: the size of an AES-256 key. */
const KEY_BYTES = 32;
const LONGEST_SHOWN = 80;

/** A value as a problem shows it: quoted, and cut short. Never for a secret. */
export function shown(value: string): string {
  return JSON.stringify(value.length > LONGEST_SHOWN ? `${value.slice(0, LONGEST_SHOWN)}…` : value);
}

/** A schema over strings whose `read` returns the value, or says what it found instead. */
function text<T>(read: (value: string) => { value: T } | { found: string }) {
  return z.string().transform((input, context): T => {
    const result = read(input);
    if ('value' in result) return result.value;
    context.issues.push({ code: 'custom', message: result.found, input });
    return z.NEVER;
  });
}

/** A whole number, both bounds included. */
export const wholeNumber = (min: number, max: number) =>
  text((value) => {
    const number = /^\d{1,10}$/.test(value) ? Number(value) : Number.NaN;
    return number >= min && number <= max ? { value: number } : { found: shown(value) };
  });

/** A number of which 0 means that there is none. */
export const wholeNumberOrZero = (min: number, max: number) =>
  text((value) => {
    const number = /^\d{1,10}$/.test(value) ? Number(value) : Number.NaN;
    const fits = number === 0 || (number >= min && number <= max);
    return fits ? { value: number } : { found: shown(value) };
  });

/** One of a few words. */
export const oneOf = <const W extends string>(...words: readonly W[]) =>
  text<W>((value) => {
    const word = words.find((candidate) => candidate === value);
    return word === undefined ? { found: shown(value) } : { value: word };
  });

/** A string of an exact form. */
export const matching = (form: RegExp) =>
  text((value) => (form.test(value) ? { value } : { found: shown(value) }));

/** An address or host name to listen on. A schema of its own each time: it carries its documentation. */
export const listenAddress = () =>
  text((value) =>
    isIP(value) !== 0 || HOST_NAME.test(value) ? { value } : { found: shown(value) },
  );

/** CIDR blocks and single addresses, comma-separated; addresses become blocks of one. */
export const cidrList = text((value) => {
  const blocks: string[] = [];
  for (const entry of listOf(value)) {
    const block = cidrOf(entry);
    if (block === undefined) return { found: shown(entry) };
    blocks.push(block);
  }
  return { value: blocks };
});

function cidrOf(entry: string): string | undefined {
  const [address = '', prefix, ...rest] = entry.split('/');
  const family = isIP(address);
  const bits = family === 4 ? 32 : 128;
  if (family === 0 || address.includes('%') || rest.length > 0) return undefined;
  if (prefix === undefined) return `${address}/${bits}`;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits ? `${address}/${prefix}` : undefined;
}

/**
 * The deployment's public URL: an issuer identifier.
 *
 * @see OpenID Connect Discovery 1.0, section 3 (https, no query, no fragment)
 */
export const publicUrl = text((value) => {
  const url = URL.parse(value);
  if (url === null) return { found: shown(value) };
  if (url.username !== '' || url.password !== '') return { found: 'a URL with a user or password' };
  if (/[?#]/.test(value)) return { found: `${shown(value)}, with a query or fragment` };
  if (value.endsWith('/')) return { found: `${shown(value)}, with a trailing slash` };
  if (url.pathname !== '/' && !/^(\/[A-Za-z0-9._~-]+)+$/.test(url.pathname)) {
    return { found: `${shown(value)}, whose path is not plain` };
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    return { found: shown(value) };
  }
  return { value: url.origin + (url.pathname === '/' ? '' : url.pathname) };
});

/** A PostgreSQL URL that names its host: without one, drivers quietly try 127.0.0.1. */
export const postgresUrl = text((value) => {
  const url = URL.parse(value);
  if (url === null) return { found: 'something else (not shown)' };
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:') {
    return { found: 'a URL with another scheme (not shown)' };
  }
  if (url.hostname === '') return { found: 'a URL without a host (not shown)' };
  if (url.pathname.length < 2) return { found: 'a URL without a database name (not shown)' };
  return { value };
});

/** What REDIS_URL says of the servers. */
export const redisUrl = text(readRedisUrl);

/** What SMTP_URL says of the mail server. */
export const smtpUrl = text(readSmtpUrl);

/** An address of a receiver of the operator's; a schema of its own each time. */
export const receiverUrl = () =>
  text((value) => {
    const url = URL.parse(value);
    if (url === null || !/^https?:$/.test(url.protocol)) return { found: shown(value) };
    if (url.username !== '' || url.password !== '') {
      return { found: 'a URL with a user or password (not shown)' };
    }
    if (/[?#]/.test(value)) return { found: `${shown(value)}, with a query or fragment` };
    return { value: url.href.replace(/\/$/, '') };
  });

/** What SENTRY_DSN says of the error tracker. */
export const sentryDsn = text(readDsn);

/** What stands in a header as it is. */
export const headerValue = text((value) =>
  /^[\x21-\x7e]{1,4096}$/.test(value) ? { value } : { found: 'something else (not shown)' },
);

/**
 * `name=value` pairs, comma-separated, values percent-encoded.
 *
 * @see W3C Baggage, section 3.3.1, as OTEL_EXPORTER_OTLP_HEADERS uses it
 */
export const headerList = text((value) => {
  const headers: Record<string, string> = {};
  for (const [index, entry] of listOf(value).entries()) {
    const [, name, encoded = ''] = /^([!#$%&'*+.^_`|~\w-]+)=([\x21-\x7e]*)$/.exec(entry) ?? [];
    const decoded = decodedOrNot(encoded);
    if (name === undefined || decoded === undefined) {
      return { found: `header ${index + 1} is something else (not shown)` };
    }
    headers[name.toLowerCase()] = decoded;
  }
  return { value: headers };
});

function decodedOrNot(encoded: string): string | undefined {
  try {
    const decoded = decodeURIComponent(encoded);
    return /^[\x20-\x7e]*$/.test(decoded) ? decoded : undefined;
  } catch {
    return undefined;
  }
}

/** From 0 to 1, both included. */
export const ratio = text((value) => {
  const number = /^(0|1|[01]?\.\d{1,12})$/.test(value) ? Number(value) : Number.NaN;
  return number >= 0 && number <= 1 ? { value: number } : { found: shown(value) };
});

/** One or more certificates that can be read. */
export const pemCertificates = text((value) => {
  const blocks = value.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  try {
    for (const block of blocks) new X509Certificate(block);
  } catch {
    return { found: 'a certificate that cannot be read' };
  }
  return blocks.length > 0 ? { value: blocks.join('\n') } : { found: 'no certificate' };
});

/** An address that stands in a header as it is: ASCII, no name, no quotes. RFC 5321, section 4.1.2 */
export const mailAddress = text((value) =>
  value.length <= 254 &&
  /^[A-Za-z0-9!#$%&'*+/=?^_{|}~.-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(value) &&
  !/^\.|\.\.|\.@/.test(value)
    ? { value }
    : { found: shown(value) },
);

/** Keys of 32 random bytes; says which entry is wrong and how, never what it is. */
export const encryptionKeys = text((value) => {
  const keys: Buffer[] = [];
  for (const [index, entry] of listOf(value).entries()) {
    const which = `key ${index + 1}`;
    if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(entry)) return { found: `${which} is not base64` };
    const key = Buffer.from(entry, 'base64');
    if (key.length !== KEY_BYTES) return { found: `${which} has ${key.length} bytes` };
    if (key.every((byte) => byte === key[0])) return { found: `${which} is one byte repeated` };
    if (keys.some((other) => other.equals(key))) return { found: `${which} is there twice` };
    keys.push(key);
  }
  return { value: keys };
});

function listOf(value: string): string[] {
  return value.split(',').map((entry) => entry.trim());
}
