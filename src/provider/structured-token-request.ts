import type { IncomingMessage } from 'node:http';
import { replayBody } from './replay-body.ts';
import { presentJwt } from './structured-access-token.ts';

/** The library's own bound on bodies. */
export const BODY_LIMIT_BYTES = 56 * 1024;

/** Reads a request's body whole; throws what is answered to one over the limit (413). */
export type ReadBody = (req: IncomingMessage, limitBytes: number) => Promise<Buffer>;

const ROUTES = new Set(['/token/introspection', '/token/revocation']);
/** Three base64url segments: what the library refuses to look at. */
const JWT = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/** Whether a request brings a form whose body the library would read. */
export function isForm(req: IncomingMessage): boolean {
  const type = req.headers['content-type'] ?? '';
  return req.method === 'POST' && /^application\/x-www-form-urlencoded\b/i.test(type);
}

/**
 * Lets a JWT through introspection and revocation: the library refuses structured tokens before
 * any hook of ours, so the form is read here, and the JWT is presented behind a handle that
 * `structured-access-token.ts` understands. Everything else is passed on as it came.
 *
 * @param path - inside the tenant; the library routes without regard to case and a trailing slash
 */
export async function presentStructuredToken(
  deps: { readBody: ReadBody },
  req: IncomingMessage,
  path: string,
): Promise<void> {
  const route = path.toLowerCase().replace(/\/$/, '');
  if (!ROUTES.has(route) || !isForm(req)) return;

  const body = await deps.readBody(req, BODY_LIMIT_BYTES);
  const form = new URLSearchParams(body.toString('utf8'));
  const tokens = form.getAll('token');
  const [token] = tokens;
  // Two tokens are the library's to refuse.
  if (tokens.length !== 1 || token === undefined || !JWT.test(token)) {
    replayBody(req, body);
    return;
  }
  form.set('token', presentJwt(req, token));
  replayBody(req, Buffer.from(form.toString()));
}
