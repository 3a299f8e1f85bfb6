import type { IncomingMessage } from 'node:http';
import { GatehouseError } from '../errors.ts';
import { readRawBody } from './read-raw-body.ts';

/** Largest body of a hosted form: a profile with long addresses of pages, or what a passkey answers. */
export const MAX_FORM_BYTES = 32 * 1024;
/** The profile, which has the most fields, has some twenty. */
const MAX_FIELDS = 64;
const FORM_TYPE = 'application/x-www-form-urlencoded';

/** The fields of a posted form; each name at most once. */
export type FormBody = ReadonlyMap<string, string>;

/** A body that is not a form we can read: 400 or 415. Nothing of it was used. */
export class FormError extends GatehouseError {
  constructor(code: 'form_malformed' | 'form_type_unsupported', message: string, cause?: unknown) {
    super(code, message, { status: code === 'form_malformed' ? 400 : 415, expose: true, cause });
  }
}

/**
 * Reads a urlencoded form, strictly: what two readers could read differently is refused.
 *
 * A field that comes twice, bytes that are not UTF-8, a broken percent sign and NUL are refused,
 * so that what is checked is what is used.
 *
 * @param request - its body must not have been read; at most 32 KiB
 * @throws FormError 400 malformed, 415 another media type, charset or encoding
 * @throws BodyTooLargeError 413, BodyAbortedError 400
 * @see WHATWG URL Standard, application/x-www-form-urlencoded parsing
 */
export async function readForm(request: IncomingMessage): Promise<FormBody> {
  requireFormType(request);
  return parseForm(await readRawBody(request, MAX_FORM_BYTES));
}

function requireFormType(request: IncomingMessage): void {
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const charset = parameters.find((part) => part.startsWith('charset='))?.slice(8);
  if (type !== FORM_TYPE) {
    throw new FormError('form_type_unsupported', `the body must be ${FORM_TYPE}`);
  }
  if (charset !== undefined && charset.replaceAll('"', '') !== 'utf-8') {
    throw new FormError('form_type_unsupported', 'the form must be encoded in UTF-8');
  }
  if ((request.headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw new FormError('form_type_unsupported', 'the form must not be compressed');
  }
}

function parseForm(body: Buffer): FormBody {
  const form = new Map<string, string>();
  const text = decoded(() => new TextDecoder('utf-8', { fatal: true }).decode(body));
  for (const part of text.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const [name, value] = equals < 0 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)];
    const key = decoded(() => unescapePlus(name));
    if (form.has(key)) throw new FormError('form_malformed', 'a field of the form came twice');
    form.set(
      key,
      decoded(() => unescapePlus(value)),
    );
    if (form.size > MAX_FIELDS)
      throw new FormError('form_malformed', 'the form has too many fields');
  }
  for (const [key, value] of form) {
    // PostgreSQL stores no NUL in a text; nobody's name or password has one.
    if (key.includes('\0') || value.includes('\0')) {
      throw new FormError('form_malformed', 'the form holds a NUL character');
    }
  }
  return form;
}

function unescapePlus(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

function decoded(read: () => string): string {
  try {
    return read();
  } catch (cause) {
    throw new FormError('form_malformed', 'the form is not valid UTF-8', cause);
  }
}
