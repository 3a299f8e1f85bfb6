/**
 * The hosted pages in a small house of their own: a real `oidc-provider` with its in-memory
 * adapter behind them, the real rendering and forms, and accounts, clients and grants in maps.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import Provider from 'oidc-provider';
import type { Account } from '../accounts/account.ts';
import type { SignInResult } from '../accounts/authenticate-account.ts';
import type { RegisteredClient } from '../applications/client.ts';
import type { AuditEvent } from '../audit/audit-event.ts';
import { randomId } from '../crypto/random-id.ts';
import type { ConsentDecision } from '../grants/record-grant.ts';
import { errorBoundary } from '../http/error-boundary.ts';
import { createPageAssets } from '../http/page-assets.ts';
import { createPageRenderer } from '../http/render-page.ts';
import { securityHeaders } from '../http/security-headers.ts';
import { createInteractionRoutes, type InteractionDeps } from '../interactions/interactions.ts';
import { createErrorPageRenderer, createProviderPages } from '../interactions/provider-pages.ts';
import { DEFAULT_TENANT_SETTINGS, type Tenant } from '../tenants/tenant.ts';
import { factorsInMemory } from './factors-in-memory.ts';
import { configuration, loadGrant } from './hosted-pages-provider.ts';
import { VIEWS } from './page-server.ts';
import { silentLogger } from './silent-logger.ts';

export const PASSWORD = 'correct horse battery staple';
export const RESET_TOKEN = 'a-link-that-works';
export const INVITE_TOKEN = 'an-invitation-that-works';
/** Every code that is sent by e-mail. */
export const CODE = '123456';

type MailboxWay =
  | 'requestRecovery'
  | 'requestSignInCode'
  | 'signInByCode'
  | 'requestEmailConfirmation'
  | 'confirmEmail'
  | 'beginRegistration'
  | 'sendRegistrationCode'
  | 'finishRegistration'
  | 'findInvitation'
  | 'acceptInvitation';
export const CALLBACK = 'https://notes.example/callback';

export interface HostedPagesApp {
  readonly origin: string;
  /** Where the tenant's routes are mounted. */
  readonly issuer: string;
  readonly provider: Provider;
  readonly audited: AuditEvent[];
  readonly granted: ConsentDecision[];
  /** Passwords that were set through a link. */
  readonly changed: string[];
  /** What owners of accounts were told: account id and event. */
  readonly told: string[];
  /** Names and addresses that something was to be sent to. */
  readonly asked: string[];
  /** An authorization request; `parameters` override. */
  readonly authorizationUrl: (parameters?: Record<string, string>) => string;
  readonly close: () => Promise<void>;
}

/** @param options.gate - account ids that the application gate refuses */
export async function startHostedPages(
  options: {
    gate?: readonly string[];
    application?: Partial<RegisteredClient['application']>;
    metadata?: Record<string, unknown>;
    branding?: Tenant['settings']['branding'];
    answer?: (identifier: string) => SignInResult | undefined;
    /** More standard claims of both accounts. */
    claims?: Record<string, unknown>;
    settings?: Partial<Tenant['settings']>;
    mailEnabled?: boolean;
    /** By account id. */
    factors?: Parameters<typeof factorsInMemory>[0];
    passkeysWork?: boolean;
  } = {},
): Promise<HostedPagesApp> {
  const tenant: Tenant = {
    id: '0190a0a0-0000-7000-8000-000000000001',
    slug: 'acme',
    name: 'Acme',
    customIssuer: undefined,
    settings: {
      ...DEFAULT_TENANT_SETTINGS,
      ...options.settings,
      branding: options.branding ?? {},
    },
    version: 1,
    disabled: false,
  };
  const accounts = new Map(
    [account(tenant, 'alice', options.claims), account(tenant, 'bob', options.claims)].map((a) => [
      a.id,
      a,
    ]),
  );
  const client = registeredClient(tenant, options);
  const audited: AuditEvent[] = [];
  const granted: ConsentDecision[] = [];
  const changed: string[] = [];
  const asked: string[] = [];
  const told: string[] = [];
  const { factors, factorsOf } = factorsInMemory(options.factors);

  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  const issuerPath = '/t/acme';
  const issuer = `${origin}${issuerPath}`;

  const assets = await createPageAssets(`${VIEWS}assets`, '');
  const render = await createPageRenderer(VIEWS, assets);
  const pages = createProviderPages({ render });
  const cookieKey = randomId();
  const provider = new Provider(issuer, {
    ...configuration(issuer, cookieKey, options.gate ?? [], pages),
    clients: [{ ...client.metadata, client_id: client.clientId }],
    findAccount: (_ctx, id) =>
      accounts.has(id) ? { accountId: id, claims: () => ({ sub: id }) } : undefined,
    loadExistingGrant: loadGrant(granted),
  });

  const deps: InteractionDeps = {
    providerFor: async () => provider,
    findClient: async (_tenantId, id) => (id === client.clientId ? client : undefined),
    findApplicationByAudience: async () => client.application,
    findAccount: async (_tenantId, id) => accounts.get(id),
    authenticate: async (_tenant, input) => {
      const special = options.answer?.(input.identifier);
      if (special !== undefined) return special;
      const found = accounts.get(input.identifier);
      return found !== undefined && input.password === PASSWORD
        ? { outcome: 'authenticated', account: found, amr: ['pwd'], authenticatedAt: new Date() }
        : { outcome: 'rejected' };
    },
    // Browsers offer no passkeys here: the origin is an address.
    beginPasskeySignIn: async () => ({ outcome: 'no_passkeys' }),
    finishPasskeySignIn: async () => ({ outcome: 'rejected', outdated: false }),
    factors,
    factorsOf,
    offersPasskeys: () => options.passkeysWork ?? false,
    mailEnabled: options.mailEnabled ?? false,
    notifyOwner: async (_tenant, owner, { event }) => void told.push(`${owner.id} ${event}`),
    ...mailboxWays(tenant, accounts, asked),
    upstream: noUpstream(),
    recordGrant: async (_tenant, decision) => {
      granted.push(decision);
      const { accountId, clientId, asked } = decision;
      return { tenantId: tenant.id, accountId, clientId, ...asked, grantedAt: new Date() };
    },
    findResetLink: async (_tenant, token) =>
      token === RESET_TOKEN && changed.length === 0 ? accounts.get('alice') : undefined,
    resetPassword: async (_tenant, input) => {
      if (input.token !== RESET_TOKEN || changed.length > 0) return { outcome: 'invalid_link' };
      if (input.password.length < 8) return { outcome: 'weak', reason: 'too_short' };
      changed.push(input.password);
      return { outcome: 'changed', accountId: 'alice' };
    },
    passwordMinCharacters: 8,
    audit: { record: async (event) => void audited.push(event) },
    provingBrowser: { mark: () => undefined, isAnother: () => false },
    csrfSecret: () => 'a secret of the tests',
    render,
  };

  const app = new Koa();
  app.use(async (ctx, next) => {
    Object.assign(ctx.state, {
      requestId: randomId(8),
      startedAt: new Date(),
      address: '192.0.2.1',
      logFields: {},
    });
    await next();
  });
  app.use(securityHeaders({ publicUrl: origin }) as Koa.Middleware);
  app.use(assets.middleware);
  app.use(
    errorBoundary({ renderErrorPage: createErrorPageRenderer({ render }), logger: silentLogger }),
  );
  app.use(async (ctx, next) => {
    if (!ctx.path.startsWith(`${issuerPath}/`)) return;
    const tenantPath = ctx.path.slice(issuerPath.length);
    Object.assign(ctx.state, { tenant, issuer, issuerPath, tenantPath });
    await next();
  });
  app.use(createInteractionRoutes(deps) as Koa.Middleware);
  app.use(async (ctx, next) => {
    const [routes] = provider.middleware;
    if (routes === undefined) throw new TypeError('a Provider without routes');
    ctx.mountPath = issuerPath;
    ctx.path = ctx.state.tenantPath;
    await routes(ctx as Parameters<typeof routes>[0], next);
  });
  app.keys = [cookieKey];
  server.on('request', app.callback());

  return {
    origin,
    issuer,
    provider,
    audited,
    granted,
    changed,
    told,
    asked,
    authorizationUrl(parameters = {}) {
      const url = new URL(`${issuer}/auth`);
      const defaults = {
        client_id: client.clientId,
        response_type: 'code',
        redirect_uri: CALLBACK,
        scope: 'openid email',
        code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
        code_challenge_method: 'S256',
        state: 'a-state',
      };
      url.search = new URLSearchParams({ ...defaults, ...parameters }).toString();
      return url.href;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * The ways over a mailbox: every code is {@link CODE}, a name `early` has to wait, an address in
 * use never gets a code that works.
 */
function mailboxWays(tenant: Tenant, accounts: Map<string, Account>, asked: string[]) {
  const send = (to: string) => {
    if (to === 'early') return { outcome: 'throttled', retryAfterSeconds: 50 } as const;
    asked.push(to);
    return { outcome: 'asked' } as const;
  };
  const check = (code: string) => {
    if (code === 'locked') return { outcome: 'locked', retryAfterSeconds: 290 } as const;
    if (code === 'late') return { outcome: 'expired' } as const;
    return code === CODE ? undefined : ({ outcome: 'rejected' } as const);
  };
  const invitation = {
    id: 'invitation',
    email: 'carol@acme.example',
    roles: [],
    expiresAt: new Date(Date.now() + 60_000),
    createdAt: new Date(),
  };
  const ways: Pick<InteractionDeps, MailboxWay> = {
    requestRecovery: async (_tenant, { identifier }) => send(identifier),
    requestSignInCode: async (_tenant, { identifier }) => send(identifier),
    async signInByCode(_tenant, { identifier }, code) {
      const refused = check(code);
      if (refused !== undefined) return refused;
      const found = accounts.get(identifier);
      return found === undefined
        ? { outcome: 'rejected' }
        : { outcome: 'authenticated', account: found, authenticatedAt: new Date() };
    },
    async requestEmailConfirmation(_tenant, { account: { email } }) {
      asked.push(email);
      return { outcome: 'sent' };
    },
    async confirmEmail(_tenant, { account: { id } }, code) {
      const refused = check(code);
      if (refused !== undefined) return refused;
      const found = accounts.get(id);
      if (found !== undefined) accounts.set(id, { ...found, emailVerified: true });
      return { outcome: 'confirmed' };
    },
    async beginRegistration(_tenant, form, _visit, { locale }) {
      if (form.email === '' || form.name === '' || form.password.length < 8) {
        const problems = { email: 'malformed', name: 'missing', password: 'too_short' } as const;
        return { outcome: 'invalid', problems };
      }
      const { email, name } = form;
      const sent = send(email);
      if (sent.outcome === 'throttled') return sent;
      return { outcome: 'code_sent', pending: { email, name, passwordHash: 'hash', locale } };
    },
    async sendRegistrationCode(_tenant, { email }) {
      const sent = send(email);
      return sent.outcome === 'throttled' ? sent : { outcome: 'code_sent' };
    },
    async finishRegistration(_tenant, { email }, code) {
      const refused = check(code);
      if (refused !== undefined) return refused;
      if (accounts.has(email)) return { outcome: 'rejected' };
      accounts.set(email, account(tenant, email));
      return { outcome: 'created', accountId: email };
    },
    findInvitation: async (_tenant, token) => (token === INVITE_TOKEN ? invitation : undefined),
    async acceptInvitation(_tenant, { token, name }) {
      if (token !== INVITE_TOKEN) return { outcome: 'invalid_link' };
      if (name === '') return { outcome: 'invalid', problems: { name: 'missing' } };
      if (name === 'taken') return { outcome: 'has_account' };
      return { outcome: 'created', accountId: 'carol' };
    },
  };
  return ways;
}

/** No provider of others: flows with them are tests of the whole house. */
function noUpstream(): InteractionDeps['upstream'] {
  const refuse = () => {
    throw new TypeError('no upstream provider is offered here');
  };
  return {
    offeredBy: async () => [],
    linksOf: async () => [],
    begin: refuse,
    finish: refuse,
    resolve: refuse,
    createAccount: refuse,
    link: refuse,
    recordSignIn: refuse,
    recordFailure: refuse,
  };
}

function account(tenant: Tenant, username: string, claims: object = {}): Account {
  return {
    tenantId: tenant.id,
    id: username,
    username,
    email: `${username}@acme.example`,
    emailVerified: username !== 'bob',
    claims: { name: `${username[0]?.toUpperCase()}${username.slice(1)} Example`, ...claims },
    disabled: false,
    createdAt: new Date(),
    updatedAt: new Date(),
  };
}

function registeredClient(
  tenant: Tenant,
  options: { application?: object; metadata?: Record<string, unknown> },
): RegisteredClient {
  return {
    tenantId: tenant.id,
    clientId: 'notes-web',
    application: {
      tenantId: tenant.id,
      id: 'notes',
      key: 'notes',
      name: 'Notes',
      firstParty: false,
      audience: undefined,
      requireAssignment: false,
      permissionsInToken: true,
      permissions: [],
      ...options.application,
    },
    metadata: {
      client_name: 'Notes',
      client_uri: 'https://notes.example/',
      redirect_uris: [CALLBACK],
      post_logout_redirect_uris: ['https://notes.example/bye'],
      token_endpoint_auth_method: 'none',
      ...options.metadata,
    },
    secretDigests: [],
    rolesByAudience: {},
    disabled: false,
  };
}
