import { STATUS_CODES } from 'node:http';
import { GatehouseError } from '../errors.ts';

/** What an error says to whoever asked, whatever form the answer takes. */
export interface ErrorDescription {
  /** 400 to 599. */
  readonly status: number;
  /** Stable, in the manner of RFC 6749: lower case with underscores. */
  readonly error: string;
  /** One sentence without internals. */
  readonly message: string;
  /** Headers that belong to the error: `Allow`, `Retry-After`, `WWW-Authenticate`. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Trying again makes sense after this when nothing knows better. Seconds. */
const RETRY_AFTER_SECONDS = 2;

/** Bland sentences, by status. What is not here is said by its class. */
const SENTENCES: ReadonlyMap<number, string> = new Map([
  [400, 'The request is not understood.'],
  [401, 'This needs an authentication that the request did not carry.'],
  [403, 'This is not allowed.'],
  [404, 'There is nothing at this address.'],
  [405, 'This address does not take this kind of request.'],
  [408, 'The request did not arrive in time.'],
  [413, 'The request is too large.'],
  [415, 'The request is of a kind that this address does not read.'],
  [421, 'This host is not served here.'],
  [429, 'Too many requests. Please try again later.'],
  [431, 'The request is too large.'],
  [500, 'Something went wrong on our side. Please try again.'],
  [503, 'The service is busy or being restored. Please try again in a moment.'],
]);

/** Names of errors that carry none themselves. */
const NAMES: ReadonlyMap<number, string> = new Map([
  [401, 'unauthorized'],
  [403, 'access_denied'],
  [404, 'not_found'],
  [405, 'method_not_allowed'],
  [413, 'payload_too_large'],
  [415, 'unsupported_media_type'],
  [421, 'misdirected_request'],
  [429, 'too_many_requests'],
  [503, 'temporarily_unavailable'],
]);

const HEADERS = ['allow', 'retry-after', 'www-authenticate'];

/**
 * Decides what an error may say.
 *
 * An error speaks for itself only if it says that it may (`expose: true`, as our own errors, those
 * of Koa and those of `oidc-provider` do); a `status` alone is not enough, for clients of other
 * services hang the status they got on their errors. A malformed percent-encoding is the caller's.
 * Everything else is a 500 with a bland sentence. No message of an unexposed error, no stack and
 * no cause is ever part of the description.
 */
export function describeError(error: unknown): ErrorDescription {
  if (error instanceof URIError) return describeStatus(400);
  if (!(error instanceof Error)) return describeStatus(500);

  const expose = 'expose' in error ? error.expose : undefined;
  const status = 'status' in error ? error.status : undefined;
  if (typeof expose !== 'boolean' || !isErrorStatus(status)) return describeStatus(500);

  const plain = describeStatus(status);
  const headers = { ...plain.headers, ...headersOf(error) };
  return expose ? { status, headers, ...wordsOf(error, plain) } : { ...plain, headers };
}

/** What a bare status says: no route, no method, an answer that nobody gave. */
export function describeStatus(status: number): ErrorDescription {
  return {
    status,
    error: NAMES.get(status) ?? (status < 500 ? 'invalid_request' : 'server_error'),
    message: SENTENCES.get(status) ?? SENTENCES.get(status < 500 ? 400 : 500) ?? '',
    headers: status === 503 ? { 'Retry-After': String(RETRY_AFTER_SECONDS) } : {},
  };
}

function isErrorStatus(status: unknown): status is number {
  return typeof status === 'number' && status >= 400 && status <= 599 && status in STATUS_CODES;
}

function wordsOf(error: Error, plain: ErrorDescription): { error: string; message: string } {
  if (error instanceof GatehouseError) return { error: error.code, message: error.message };
  const protocol = 'error' in error && typeof error.error === 'string' ? error.error : undefined;
  const description =
    'error_description' in error && typeof error.error_description === 'string'
      ? error.error_description
      : undefined;
  // A message that only repeats the status ("Not Found") is no sentence.
  const own = error.message === '' || error.message === STATUS_CODES[plain.status];
  return {
    error: protocol !== undefined && /^[a-z][a-z_]{2,63}$/.test(protocol) ? protocol : plain.error,
    message: description ?? (own ? plain.message : error.message),
  };
}

function headersOf(error: Error): Record<string, string> {
  const headers: Record<string, string> = {};
  if ('headers' in error && typeof error.headers === 'object' && error.headers !== null) {
    for (const [name, value] of Object.entries(error.headers)) {
      if (HEADERS.includes(name.toLowerCase()) && typeof value === 'string') headers[name] = value;
    }
  }
  if ('retryAfterSeconds' in error && typeof error.retryAfterSeconds === 'number') {
    headers['Retry-After'] = String(Math.max(1, Math.ceil(error.retryAfterSeconds)));
  }
  return headers;
}
