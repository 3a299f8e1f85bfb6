import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRemoteJWKSet, type JWTPayload, jwtVerify, type ResolvedKey } from 'jose';
import { closeServer } from '../http/create-http-server.ts';
import { pollUntil } from './poll.ts';

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';

/** A logout token that a client got, and believes. */
interface ReceivedLogout {
  readonly clientId: string;
  readonly claims: JWTPayload;
}

/**
 * The back-channel logout endpoints of clients, as applications out there have them: a real server
 * that believes no token before it has checked it against the issuer's keys.
 *
 * @see OpenID Connect Back-Channel Logout 1.0, section 2.6
 */
export interface LogoutReceiver {
  readonly port: number;
  /** The `backchannel_logout_uri` of a client. */
  uriOf(clientId: string): string;
  /** Whose tokens are believed, from now on. */
  trust(issuer: string): void;
  /** What was believed, in order. */
  readonly received: readonly ReceivedLogout[];
  /** Requests that came, believed or not. */
  readonly requests: readonly string[];
  /** How requests are answered: as the specification says, with a status, or not at all. */
  answer: 'properly' | 'never' | number;
  /** Waits until so many were believed. */
  waitFor(count: number): Promise<readonly ReceivedLogout[]>;
  forget(): void;
  stop(): Promise<void>;
}

export async function startLogoutReceiver(): Promise<LogoutReceiver> {
  const received: ReceivedLogout[] = [];
  const requests: string[] = [];
  const issuers = new Map<string, ReturnType<typeof createRemoteJWKSet>>();

  const check = async (req: IncomingMessage): Promise<void> => {
    const clientId = decodeURIComponent(req.url?.split('/').at(-1) ?? '');
    if (req.method !== 'POST') throw new Error(`${req.method} is no POST`);
    if (req.headers['content-type'] !== 'application/x-www-form-urlencoded') {
      throw new Error(`sent as ${req.headers['content-type']}`);
    }
    const form = new URLSearchParams(await bodyOf(req));
    const claims = await verify(form.get('logout_token') ?? '', clientId, issuers);
    received.push({ clientId, claims });
  };
  const respond = async (req: IncomingMessage, res: ServerResponse) => {
    requests.push(`${req.method} ${req.url}`);
    if (receiver.answer === 'never') return;
    if (typeof receiver.answer === 'number') {
      const location = { location: receiver.uriOf('elsewhere') };
      res.writeHead(receiver.answer, location).end('the words of a server');
      return;
    }
    try {
      await check(req);
      res.writeHead(200, { 'cache-control': 'no-store' }).end();
    } catch (error) {
      res.writeHead(400).end(String(error));
    }
  };

  const server = createServer((req, res) => void respond(req, res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  const receiver: LogoutReceiver = {
    port,
    received,
    requests,
    answer: 'properly',
    uriOf: (clientId) => `http://127.0.0.1:${port}/logout/${encodeURIComponent(clientId)}`,
    trust(issuer) {
      issuers.set(issuer, createRemoteJWKSet(new URL(`${issuer}/jwks`)));
    },
    async waitFor(count) {
      await pollUntil(() => received.length >= count, { deadlineMs: 10_000 });
      return received;
    },
    forget() {
      received.length = 0;
      requests.length = 0;
    },
    async stop() {
      server.closeAllConnections();
      await closeServer(server);
    },
  };
  return receiver;
}

/** @throws whatever makes the token one that must not be believed */
async function verify(
  token: string,
  clientId: string,
  issuers: ReadonlyMap<string, ReturnType<typeof createRemoteJWKSet>>,
): Promise<JWTPayload> {
  const failures: unknown[] = [];
  for (const [issuer, keys] of issuers) {
    try {
      const options = {
        issuer,
        audience: clientId,
        typ: 'logout+jwt',
        requiredClaims: ['iat', 'exp', 'jti', 'events'],
        maxTokenAge: '2 minutes',
      };
      const {
        payload,
        protectedHeader,
      }: { payload: JWTPayload } & Partial<ResolvedKey> & {
          protectedHeader: { alg: string };
        } = await jwtVerify(token, keys, options);
      if (!['RS256', 'ES256'].includes(protectedHeader.alg)) throw new Error('a strange algorithm');
      checkEvent(payload);
      return payload;
    } catch (error) {
      failures.push(error);
    }
  }
  throw new Error('not believed', { cause: failures[0] });
}

function checkEvent(claims: JWTPayload): void {
  const { events } = claims as { events?: Record<string, unknown> };
  if (JSON.stringify(events) !== JSON.stringify({ [LOGOUT_EVENT]: {} })) {
    throw new Error('no logout event');
  }
  if (claims.sub === undefined && claims.sid === undefined) throw new Error('neither sub nor sid');
  if ('nonce' in claims) throw new Error('a nonce: it could be taken for an ID token');
}

async function bodyOf(req: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of req) body += String(chunk);
  return body;
}
