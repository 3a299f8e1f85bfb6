import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair, type JWK, SignJWT, UnsecuredJWT } from 'jose';
import { serveApp } from './serve-app.ts';

/** What an ID token is signed as; all but the first are attacks. */
export type Signing = 'honest' | 'none' | 'HS256' | 'stranger' | 'no_such_key';

/**
 * An OpenID Connect provider of somebody else, made with jose: honest until a test turns a knob. It
 * redeems a code once, holds requests against PKCE and redirect URI, and signs whoever comes in as
 * `person`, without a page.
 */
export interface UpstreamServer {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Claims of whoever signs in; undefined: the person says no. */
  person: Readonly<Record<string, unknown>> | undefined;
  /** What userinfo says; undefined: there is no such endpoint. */
  userinfo: Readonly<Record<string, unknown>> | undefined;
  /** Laid over the discovery document; undefined takes a member out. */
  metadata: Readonly<Record<string, unknown>>;
  /** Laid over the claims of the ID token; undefined takes one out. */
  forged: Readonly<Record<string, unknown>>;
  /** Laid over the parameters of the answer to an authorization request. */
  answer: Readonly<Record<string, string | undefined>>;
  signing: Signing;
  /** Answers in place of a path of ours. */
  readonly instead: Map<string, RequestListener>;
  /** Every request so far, as `GET /jwks`, or what came with it. */
  readonly asked: string[];
  /** Parameters of authorization requests and of token requests. */
  readonly received: Record<string, string>[];
  /** Makes new signing keys; the old ones are not published any more. */
  rotateKeys(): Promise<void>;
  /** What a browser does with an authorization URL: the query that it comes back with. */
  signIn(url: string): Promise<URLSearchParams>;
  close(): Promise<void>;
}

/** The knobs as they are until a test turns one. */
export const HONEST: Pick<
  UpstreamServer,
  'person' | 'userinfo' | 'metadata' | 'forged' | 'answer' | 'signing'
> = {
  person: { sub: 'alice-at-upstream', name: 'Alice Upstream' },
  userinfo: undefined,
  metadata: {},
  forged: {},
  answer: {},
  signing: 'honest',
};

interface Grant {
  readonly request: Record<string, string>;
  readonly claims: Readonly<Record<string, unknown>>;
}

const NOBODY_KNOWS = new TextEncoder().encode('a key that the provider never had');

export async function startUpstreamServer(
  options: { clientSecret?: string } = {},
): Promise<UpstreamServer> {
  let keys = await makeKeys();
  const stranger = await makeKeys();
  const grants = new Map<string, Grant>();
  const served = await serveApp((req, res) => {
    void respond(req, res).catch((error: unknown) => res.writeHead(500).end(String(error)));
  });
  const issuer = served.url;

  const server: UpstreamServer = {
    issuer,
    clientId: 'gatehouse at upstream',
    // What a header would have to escape, and a body too.
    clientSecret: options.clientSecret ?? 'a secret: of 32 + characters & more/%',
    ...HONEST,
    instead: new Map(),
    asked: [],
    received: [],
    async rotateKeys() {
      keys = await makeKeys();
    },
    async signIn(url) {
      const response = await fetch(url, { redirect: 'manual' });
      const location = response.headers.get('location');
      if (location === null) throw new Error(`no redirect: ${await response.text()}`);
      return new URL(location).searchParams;
    },
    close: served.close,
  };

  async function respond(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url ?? '/', issuer);
    server.asked.push(`${req.method} ${url.pathname}`);
    const instead = server.instead.get(url.pathname);
    if (instead !== undefined) return void instead(req, res);
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        return json(res, 200, discoveryDocument());
      case '/jwks':
        return json(res, 200, { keys: [keys.publicJwk] });
      case '/authorize':
        return authorize(Object.fromEntries(url.searchParams), res);
      case '/token':
        return redeem(req, res);
      case '/userinfo':
        return json(res, 200, server.userinfo ?? {});
      default:
        return json(res, 404, { error: 'not_found' });
    }
  }

  function discoveryDocument() {
    return {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      ...(server.userinfo === undefined ? {} : { userinfo_endpoint: `${issuer}/userinfo` }),
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256', 'HS256', 'none'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      authorization_response_iss_parameter_supported: true,
      ...server.metadata,
    };
  }

  function authorize(request: Record<string, string>, res: ServerResponse): void {
    server.received.push(request);
    const code = randomBytes(16).toString('hex');
    if (server.person !== undefined) grants.set(code, { request, claims: server.person });
    const parameters = {
      ...(server.person === undefined ? { error: 'access_denied' } : { code }),
      state: request.state,
      iss: issuer,
      ...server.answer,
    };
    const location = new URL(request.redirect_uri ?? '');
    for (const [name, value] of Object.entries(parameters)) {
      if (value !== undefined) location.searchParams.set(name, value);
    }
    res.writeHead(302, { location: location.href }).end();
  }

  async function redeem(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const form = Object.fromEntries(new URLSearchParams(await text(req)));
    server.received.push(form);
    const [clientId, secret] = credentialsOf(req.headers.authorization) ?? [
      form.client_id,
      form.client_secret,
    ];
    if (clientId !== server.clientId || secret !== server.clientSecret) {
      return json(res, 401, { error: 'invalid_client' });
    }
    const code = form.code ?? '';
    const grant = grants.get(code);
    grants.delete(code);
    const challenge = createHash('sha256')
      .update(form.code_verifier ?? '')
      .digest('base64url');
    if (
      grant === undefined ||
      grant.request.redirect_uri !== form.redirect_uri ||
      grant.request.code_challenge !== challenge
    ) {
      return json(res, 400, { error: 'invalid_grant' });
    }
    const seconds = Math.floor(Date.now() / 1000);
    const claims = {
      iss: issuer,
      aud: server.clientId,
      iat: seconds,
      exp: seconds + 60,
      nonce: grant.request.nonce,
      ...(grant.request.max_age === undefined ? {} : { auth_time: seconds }),
      ...grant.claims,
      ...server.forged,
    };
    return json(res, 200, {
      access_token: 'access',
      token_type: 'Bearer',
      expires_in: 60,
      id_token: await sign(claims, server.signing, keys, stranger),
    });
  }
  return server;
}

async function sign(
  claims: Record<string, unknown>,
  signing: Signing,
  own: Keys,
  stranger: Keys,
): Promise<string> {
  if (signing === 'none') return new UnsecuredJWT(claims).encode();
  const jwt = (alg: string, kid: string) => new SignJWT(claims).setProtectedHeader({ alg, kid });
  if (signing === 'HS256') return jwt('HS256', own.kid).sign(NOBODY_KNOWS);
  const key = signing === 'honest' ? own.privateKey : stranger.privateKey;
  return jwt('ES256', signing === 'no_such_key' ? 'nobody' : own.kid).sign(key);
}

interface Keys {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

async function makeKeys(): Promise<Keys> {
  const kid = randomBytes(6).toString('hex');
  const pair = await generateKeyPair('ES256', { extractable: true });
  const publicJwk = { ...(await exportJWK(pair.publicKey)), kid, alg: 'ES256', use: 'sig' };
  return { kid, privateKey: pair.privateKey, publicJwk };
}

/** RFC 6749, section 2.3.1: both parts are form-encoded. */
function credentialsOf(header = ''): string[] | undefined {
  if (!header.startsWith('Basic ')) return undefined;
  const pair = Buffer.from(header.slice('Basic '.length), 'base64').toString();
  return pair.split(':').map((part) => decodeURIComponent(part.replaceAll('+', ' ')));
}

function json(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
