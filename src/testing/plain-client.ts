/**
 * A client application as a few requests: what tests of single endpoints need, with every parameter
 * in their hands. Whole flows use a real library (`relying-party.ts`).
 */
import { hash } from 'node:crypto';
import { hmacSha256 } from '../crypto/digest.ts';
import type { PlainBrowser } from './plain-browser.ts';

/** Where every client of a test is sent back to; no browser opens it. */
export const CALLBACK = 'https://client.example/callback';
export const SIGNED_OUT = 'https://client.example/signed-out';
/** The secret of every confidential client of a test. */
export const SECRET = 'a secret of thirty-two characters.';
export const PEPPER = 'the pepper of the tests';
export const VERIFIER = 'a-code-verifier-of-at-least-forty-three-characters';

/** An authorization request of a client; what is undefined is left out. */
export function authorizationUrl(
  issuer: string,
  clientId: string,
  parameters: Readonly<Record<string, string | undefined>> = {},
): string {
  const url = new URL(`${issuer}/auth`);
  const all = {
    client_id: clientId,
    response_type: 'code',
    redirect_uri: CALLBACK,
    scope: 'openid',
    code_challenge: hash('sha256', VERIFIER, 'base64url'),
    code_challenge_method: 'S256',
    state: 'the-state',
    ...parameters,
  };
  for (const [name, value] of Object.entries(all)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url.href;
}

/** What came back at the redirect URI. */
export async function authorize(
  browser: PlainBrowser,
  issuer: string,
  clientId: string,
  parameters?: Readonly<Record<string, string | undefined>>,
): Promise<Record<string, string>> {
  const page = await browser.open(authorizationUrl(issuer, clientId, parameters));
  if (!page.url.startsWith(CALLBACK)) {
    throw new Error(`stopped at ${page.url} (${page.status}): ${page.text.slice(0, 1000)}`);
  }
  return Object.fromEntries(new URL(page.url).searchParams);
}

export interface EndpointAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Empty when it is not JSON. */
  readonly json: Record<string, unknown>;
}

/** Posts a form to an endpoint of an issuer, as a client that may have a secret. */
export async function post(
  url: string,
  form: Readonly<Record<string, string>> | URLSearchParams,
  client?: { id: string; secret?: string },
): Promise<EndpointAnswer> {
  const { id, secret } = client ?? {};
  const body = new URLSearchParams(form);
  if (id !== undefined && secret === undefined) body.set('client_id', id);
  const authorization = `Basic ${Buffer.from(`${encodeURIComponent(id ?? '')}:${encodeURIComponent(secret ?? '')}`).toString('base64')}`;
  const response = await fetch(url, {
    method: 'POST',
    headers: secret === undefined ? {} : { authorization },
    body,
    redirect: 'manual',
  });
  return answerOf(response);
}

export async function answerOf(response: Response): Promise<EndpointAnswer> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson ? JSON.parse(text) : {},
  };
}

/** Redeems a code as a confidential client, or as a public one (`secret: undefined`). */
export function redeem(
  issuer: string,
  code: string | undefined,
  client: { id: string; secret?: string },
  parameters: Readonly<Record<string, string>> = {},
): Promise<EndpointAnswer> {
  const form = {
    grant_type: 'authorization_code',
    code: code ?? '',
    redirect_uri: CALLBACK,
    code_verifier: VERIFIER,
  };
  return post(`${issuer}/token`, { ...form, ...parameters }, client);
}

export function refresh(
  issuer: string,
  refreshToken: unknown,
  client: { id: string; secret?: string },
  parameters: Readonly<Record<string, string>> = {},
): Promise<EndpointAnswer> {
  const form = { grant_type: 'refresh_token', refresh_token: String(refreshToken) };
  return post(`${issuer}/token`, { ...form, ...parameters }, client);
}

export async function userinfo(issuer: string, accessToken: unknown): Promise<EndpointAnswer> {
  return answerOf(
    await fetch(`${issuer}/me`, { headers: { authorization: `Bearer ${accessToken}` } }),
  );
}

/** Digest under which {@link SECRET} is registered. */
export const secretDigest = (secret = SECRET): string => hmacSha256(PEPPER, secret);

/** Metadata of a client with a code flow, refresh tokens and client credentials. */
export const webClient = (more: Readonly<Record<string, unknown>> = {}) => ({
  redirect_uris: [CALLBACK],
  post_logout_redirect_uris: [SIGNED_OUT],
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  response_types: ['code'],
  ...more,
});
