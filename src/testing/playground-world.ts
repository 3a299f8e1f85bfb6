/**
 * A playground with an issuer beside it: a real `oidc-provider` with its in-memory adapter, whose
 * sign-in page decides by itself, so that tests are about the playground alone.
 */
import { createServer, type RequestListener } from 'node:http';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import Koa from 'koa';
import { type AccountClaims, type Configuration, errors, Provider } from 'oidc-provider';
import { brandingPreview } from '../compose-branding-preview.ts';
import { randomId } from '../crypto/random-id.ts';
import { createPlayground } from '../demo/playground.ts';
import { closeServer, listen } from '../http/create-http-server.ts';
import { createLocalInbox } from '../mail/local-inbox.ts';
import type { MailToSend } from '../mail/mail-transport.ts';
import { freePort } from './free-port.ts';
import { VIEWS } from './page-server.ts';
import { createPlainBrowser, type PlainBrowser, type PlainPage } from './plain-browser.ts';
import { createRecordingLogger, type RecordingLogger } from './recording-logger.ts';

/** What a test may change while everything runs. */
export interface PlaygroundWorld {
  /** Of the playground. */
  readonly url: string;
  readonly issuerUrl: string;
  readonly logger: RecordingLogger;
  /** A message arrives in the playground's inbox. */
  readonly receive: (mail: Partial<MailToSend>) => Promise<unknown>;
  /** What the issuer does with the next person. */
  decision: 'allow' | 'deny';
  /** What the issuer says of the person. */
  claims: Record<string, unknown>;
  /** Permissions in access tokens for the playground's API. */
  permissions: string[];
  /** The issuer publishes keys that it does not sign with, under the names of those that it does. */
  forgesKeys: boolean;
  /** Moves the playground's clock. */
  advance(milliseconds: number): void;
  /** Every value of a query, a form or an answer that must not be in a log. */
  readonly secrets: string[];
  stopIssuer(): Promise<void>;
  /** On the same port; `wiped`: with new keys and without any memory. */
  startIssuer(options?: { wiped?: boolean }): Promise<void>;
  close(): Promise<void>;
}

const SAMPLE_MAIL: Omit<MailToSend, 'id'> = {
  name: 'sign_in_code',
  recipient: 'alice@example.com',
  createdAt: new Date('2026-11-26T10:00:00Z'),
  content: {
    from: 'Acme',
    subject: 'Your code to sign in to Acme',
    text: 'Your sign-in code\n\nEnter this code:\n\n    482913\n\nIt works once.\n\nHelp:\nhttps://acme.example/help\n',
    html: '',
  },
};

/** The only person there is. */
export const PERSON = 'person-1';

export async function startPlaygroundWorld(
  options: { issuerUp?: boolean } = {},
): Promise<PlaygroundWorld> {
  const [issuerPort, port] = [await freePort(), await freePort()];
  const issuerUrl = `http://localhost:${issuerPort}`;
  const url = `http://localhost:${port}`;
  const logger = createRecordingLogger();
  let ahead = 0;
  const now = () => new Date(Date.now() + ahead);

  let issuer: RequestListener | undefined;
  let issuerServer: ReturnType<typeof createServer> | undefined;
  const inbox = createLocalInbox();
  const { listener } = await createPlayground({
    issuer: issuerUrl,
    clientId: 'playground',
    baseUrl: url,
    inbox,
    preview: brandingPreview,
    viewsDir: VIEWS,
    now,
    logger,
  });
  const server = createServer(listener);
  await listen(server, { what: 'playground', host: '127.0.0.1', port });

  const world: PlaygroundWorld = {
    url,
    issuerUrl,
    logger,
    receive: (mail) =>
      inbox.send({ ...SAMPLE_MAIL, id: randomId(), ...mail }, new AbortController().signal),
    decision: 'allow',
    claims: { name: 'Pat Example', email: 'pat@example.com' },
    permissions: ['tokens:read'],
    secrets: [],
    forgesKeys: false,
    advance(milliseconds) {
      ahead += milliseconds;
    },
    async stopIssuer() {
      if (issuerServer !== undefined) await closeServer(issuerServer);
      issuerServer = undefined;
    },
    async startIssuer({ wiped = false } = {}) {
      if (wiped || issuer === undefined) issuer = await createIssuer(world);
      issuerServer = createServer(issuer);
      await listen(issuerServer, { what: 'issuer', host: '127.0.0.1', port: issuerPort });
    },
    async close() {
      await world.stopIssuer();
      await closeServer(server);
    },
  };
  if (options.issuerUp !== false) await world.startIssuer();
  return world;
}

/** A browser without scripts, at the home page. */
export async function openHome(
  world: PlaygroundWorld,
): Promise<{ browser: PlainBrowser; home: PlainPage }> {
  const browser = createPlainBrowser();
  return { browser, home: await browser.open(world.url) };
}

/** Goes through a sign-in with the choices of the home page, as they stand or as `fields` say. */
export async function signIn(
  world: PlaygroundWorld,
  fields: Record<string, string> = {},
): Promise<{ browser: PlainBrowser; page: PlainPage }> {
  const { browser, home } = await openHome(world);
  return { browser, page: await browser.submit(home, fields, { action: '/sign-in' }) };
}

async function createIssuer(world: PlaygroundWorld): Promise<RequestListener> {
  const kid = randomId(8);
  const key = { ...(await privateKey()), kid, alg: 'RS256' };
  const { n, e, kty } = await privateKey();
  const forged = { keys: [{ n, e, kty, kid, alg: 'RS256' }] };
  const provider = new Provider(world.issuerUrl, {
    ...configuration(world),
    jwks: { keys: [key] } as NonNullable<Configuration['jwks']>,
  });
  const app = new Koa();
  app.use(async (ctx, next) => {
    if (ctx.path === '/jwks' && world.forgesKeys) {
      ctx.body = forged;
      return;
    }
    if (!ctx.path.startsWith('/interaction/')) return next();
    ctx.respond = false;
    const { prompt, params, session } = await provider.interactionDetails(ctx.req, ctx.res);
    if (world.decision === 'deny') {
      const refusal = { error: 'access_denied', error_description: DENIAL };
      return provider.interactionFinished(ctx.req, ctx.res, refusal);
    }
    if (prompt.name === 'login') {
      return provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: PERSON } });
    }
    const grant = new provider.Grant({
      accountId: session?.accountId ?? PERSON,
      clientId: String(params.client_id),
    });
    grant.addOIDCScope(String(params.scope));
    if (params.resource !== undefined) grant.addResourceScope(String(params.resource), '');
    const grantId = await grant.save();
    return provider.interactionFinished(ctx.req, ctx.res, { consent: { grantId } });
  });
  const [routes] = provider.middleware;
  if (routes !== undefined) app.use(routes as Koa.Middleware);
  app.keys = ['of a test'];
  app.silent = true;
  provider.on('grant.success', (ctx) =>
    remember(world, { ...ctx.oidc.params, ...Object(ctx.body) }),
  );
  return app.callback();
}

async function privateKey(): Promise<JWK> {
  return exportJWK((await generateKeyPair('RS256', { extractable: true })).privateKey);
}

/** What the issuer says when it refuses somebody: words that would be dangerous as markup. */
export const DENIAL = '<script>alert(1)</script> & "no"';

function remember(world: PlaygroundWorld, values: Readonly<Record<string, unknown>>): void {
  for (const name of ['code', 'code_verifier', 'access_token', 'id_token', 'refresh_token']) {
    const value = values[name];
    if (typeof value === 'string') world.secrets.push(value);
  }
}

function configuration(world: PlaygroundWorld): Configuration {
  return {
    clients: [
      {
        client_id: 'playground',
        token_endpoint_auth_method: 'none',
        application_type: 'native',
        redirect_uris: [`${world.url}/callback`],
        post_logout_redirect_uris: [`${world.url}/`],
        grant_types: ['authorization_code', 'refresh_token'],
      },
    ],
    cookies: { keys: ['of a test'] },
    claims: { openid: ['sub', 'roles'], profile: ['name'], email: ['email'] },
    scopes: ['openid', 'profile', 'email', 'address', 'phone', 'roles', 'offline_access'],
    findAccount: (_ctx, sub) => ({
      accountId: sub,
      claims: (): AccountClaims => ({ ...world.claims, sub }),
    }),
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    issueRefreshToken: async () => true,
    rotateRefreshToken: true,
    expiresWithSession: () => false,
    ttl: {
      AccessToken: 600,
      Grant: 3600,
      IdToken: 600,
      Interaction: 600,
      RefreshToken: 3600,
      Session: 3600,
    },
    extraTokenClaims: (_ctx, token) =>
      token.aud === undefined ? undefined : { permissions: world.permissions },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource(ctx, form) {
          ctx.body = `<html><body>${form}<button form="op.logoutForm" name="logout" value="yes">Yes</button></body></html>`;
        },
      },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => false,
        getResourceServerInfo(_ctx, resource) {
          if (resource !== `${world.url}/api`) throw new errors.InvalidTarget();
          return { scope: '', audience: resource, accessTokenFormat: 'jwt', jwt: {} };
        },
      },
    },
  };
}
