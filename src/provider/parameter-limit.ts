import { parse } from 'node:querystring';
import type { ParameterizedContext } from 'koa';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { ACCOUNT_CLIENT_ID } from '../applications/account-client.ts';
import { replayBody } from './replay-body.ts';
import { BODY_LIMIT_BYTES, isForm, type ReadBody } from './structured-token-request.ts';

/**
 * What the parameters of one request may take, names and values as JSON, but for `id_token_hint`.
 *
 * Anybody can have them stored: an authorization request for as long as a sign-in may take, the
 * `state` of a sign-out for as long as a session of nobody lives. It is twice what the longest
 * `state` of common client libraries takes (2 KB), so that `claims`, `nonce` and an address fit
 * beside it. A hint is checked to be an ID token of ours, and people with many roles have long ones.
 */
export const MAX_PARAMETERS_BYTES = 4096;

/**
 * Refuses authorization requests, pushed ones too, that are too long to be kept, and those that the
 * account page's own client would push: it asks in the browser, and anybody can name it.
 *
 * The library runs it on every request when all else has been checked, so that the refusal goes to
 * the client's redirect URI.
 *
 * @throws InvalidRequest, UnauthorizedClient
 * @see RFC 6749, section 4.1.2.1; RFC 9126, section 2.3 (413)
 */
export function limitAuthorizationRequest({ oidc }: KoaContextWithOIDC): void {
  const isPushed = oidc.route === 'pushed_authorization_request';
  if (isPushed && oidc.client?.clientId === ACCOUNT_CLIENT_ID) {
    throw new errors.UnauthorizedClient('this client pushes no requests');
  }
  if (isTooLong(oidc.params ?? {})) throw tooLong(isPushed ? 413 : 400);
}

/**
 * Refuses requests to sign out that are too long to be kept. The library has no hook there before
 * it stores them.
 *
 * @param path - inside the tenant; the library routes without regard to case and a trailing slash
 * @throws InvalidRequest, or what `readBody` does
 */
export async function limitLogoutRequest(
  deps: { readBody: ReadBody },
  { req, query }: Pick<ParameterizedContext, 'req' | 'query'>,
  path: string,
): Promise<void> {
  if (path.toLowerCase().replace(/\/$/, '') !== '/session/end') return;
  if (req.method !== 'POST') {
    if (isTooLong(query)) throw tooLong(400);
  } else if (isForm(req)) {
    const body = await deps.readBody(req, BODY_LIMIT_BYTES);
    if (isTooLong(parse(body.toString()))) throw tooLong(400);
    replayBody(req, body);
  }
}

function isTooLong(parameters: Readonly<Record<string, unknown>>): boolean {
  const { id_token_hint: _ours, ...stored } = parameters;
  return Buffer.byteLength(JSON.stringify(stored, asSent)) > MAX_PARAMETERS_BYTES;
}

/** An empty list is what the library makes of a `resource` that nobody sent. */
function asSent(_name: string, value: unknown): unknown {
  return Array.isArray(value) && value.length === 0 ? undefined : value;
}

function tooLong(status: number): errors.InvalidRequest {
  return new errors.InvalidRequest(
    `the parameters other than id_token_hint take more than ${MAX_PARAMETERS_BYTES} bytes`,
    status,
  );
}
