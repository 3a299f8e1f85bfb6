import { createHash, randomBytes } from 'node:crypto';
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { createPlainBrowser } from '../plain-browser.ts';
import { walkThrough } from '../relying-party.ts';
import type { Operation } from './slices.ts';

interface Flow {
  readonly name: string;
  /** Prepares what the workers share; makes an operation for each worker. */
  prepare(issuer: string, bare: boolean): Promise<() => Promise<Operation>>;
}

const SECRET = 'bench-secret-bench-secret-bench-secret';
const CALLBACK = 'http://localhost:9/callback';
const RESOURCE = 'https://api.bench.example';
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

export const FLOWS: readonly Flow[] = [
  machine('client credentials, opaque', 'plain', () => ({ path: '' })),
  machine('client credentials, RS256', 'bench', () => ({ path: '', resource: RESOURCE })),
  machine('client credentials, ES256', 'bench', (bare) =>
    // The yardstick has one issuer: there the resource decides the algorithm.
    bare ? { path: '', resource: `${RESOURCE}/es256` } : { path: '/t/es256', resource: RESOURCE },
  ),
  {
    name: 'refresh with rotation',
    async prepare(issuer) {
      return async () => {
        let token = (await (await signedIn(issuer))()).refresh_token;
        return async () => {
          const form = { grant_type: 'refresh_token', refresh_token: String(token) };
          token = (await post(`${issuer}/token`, 'bench', form)).refresh_token;
        };
      };
    },
  },
  {
    name: 'introspection, opaque',
    async prepare(issuer) {
      const form = { grant_type: 'client_credentials' };
      const { access_token: token } = await post(`${issuer}/token`, 'plain', form);
      return async () => async () => {
        const answer = await post(`${issuer}/token/introspection`, 'plain', {
          token: String(token),
        });
        if (answer.active !== true) throw new Error('the token is not active');
      };
    },
  },
  {
    name: 'userinfo',
    async prepare(issuer) {
      const sign = await signedIn(issuer);
      const { access_token: token } = await sign();
      return async () => async () => {
        await send(`${issuer}/me`, { headers: { authorization: `Bearer ${token}` } }, 200);
      };
    },
  },
  {
    name: 'whole code flow, single sign-on',
    async prepare(issuer) {
      return async () => {
        const sign = await signedIn(issuer);
        return async () => void (await sign());
      };
    },
  },
];

function machine(
  name: string,
  clientId: string,
  place: (bare: boolean) => { path: string; resource?: string },
): Flow {
  return {
    name,
    async prepare(issuer, bare) {
      const { path, resource } = place(bare);
      const form = { grant_type: 'client_credentials', ...(resource && { resource }) };
      return async () => async () => void (await post(`${issuer}${path}/token`, clientId, form));
    },
  };
}

/**
 * Signs in once, anew for each worker and slice: the yardstick keeps its last 1,000 artifacts only.
 * What it returns runs the code flow on that session: request, code, tokens.
 *
 * @param from - the address that a proxy in front would name, request by request; default: ours
 */
export async function signedIn(
  issuer: string,
  from?: () => string,
): Promise<() => Promise<Record<string, unknown>>> {
  const browser = createPlainBrowser({
    stopAt: (url) => url.startsWith(CALLBACK),
    fetch: (input, init) =>
      fetch(input, { ...init, headers: { ...headersOf(init), ...forwardedFor(from) } }),
  });
  const first = authorizationUrl(issuer);
  const page = await walkThrough(browser, first.url, {
    identifier: 'alice',
    password: 'bench-password',
  });
  if (!page.url.startsWith(CALLBACK)) {
    throw new UnexpectedAnswer(page.status, `sign-in stopped at ${page.url}: ${page.status}`);
  }
  const cookie = await browser.jar.getCookieString(`${issuer}/auth`);

  return async () => {
    const { url, verifier } = authorizationUrl(issuer);
    const { headers } = await send(url, { headers: { cookie, ...forwardedFor(from) } }, 303);
    const code = new URL(String(headers.location)).searchParams.get('code') ?? '';
    const form = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: CALLBACK,
      code_verifier: verifier,
    };
    return post(`${issuer}/token`, 'bench', form, from);
  };
}

function forwardedFor(from: (() => string) | undefined): Record<string, string> {
  return from === undefined ? {} : { 'x-forwarded-for': from() };
}

function headersOf(init: RequestInit | undefined): Record<string, string> {
  return Object.fromEntries(new Headers(init?.headers));
}

function authorizationUrl(issuer: string): { url: string; verifier: string } {
  const verifier = randomBytes(32).toString('base64url');
  const url = new URL(`${issuer}/auth`);
  url.search = new URLSearchParams({
    client_id: 'bench',
    response_type: 'code',
    redirect_uri: CALLBACK,
    scope: 'openid profile email roles',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString();
  return { url: url.href, verifier };
}

/** Posts a form as a client with its secret, and reads the answer. */
export async function post(
  url: string,
  clientId: string,
  form: Record<string, string>,
  from?: () => string,
): Promise<Record<string, unknown>> {
  const headers = {
    ...forwardedFor(from),
    authorization: `Basic ${Buffer.from(`${clientId}:${SECRET}`).toString('base64')}`,
    'content-type': 'application/x-www-form-urlencoded',
  };
  const body = new URLSearchParams(form).toString();
  return JSON.parse((await send(url, { method: 'POST', headers, body }, 200)).body);
}

/** An answer with another status than the one that was expected. */
export class UnexpectedAnswer extends Error {
  readonly status: number | undefined;

  constructor(status: number | undefined, message: string) {
    super(message);
    this.status = status;
  }
}

async function send(
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: string },
  expected: number,
): Promise<{ headers: IncomingHttpHeaders; body: string }> {
  const { method = 'GET', headers = {}, body } = options;
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<typeof send>>>();
  const sent = request(url, { method, agent, headers: { ...headers, ...length } }, (answer) => {
    text(answer).then((received) => {
      if (answer.statusCode === expected) resolve({ headers: answer.headers, body: received });
      else
        reject(
          new UnexpectedAnswer(
            answer.statusCode,
            `${method} ${new URL(url).pathname}: ${answer.statusCode} ${received.slice(0, 200)}`,
          ),
        );
    }, reject);
  });
  sent.once('error', reject);
  sent.end(body);
  return promise;
}
