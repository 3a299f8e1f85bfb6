import type { Knex } from 'knex';
import Koa from 'koa';
import { ACR_SINGLE_FACTOR } from '../accounts/acr.ts';
import type { AuditEvent, RecordedAuditEvent } from '../audit/audit-event.ts';
import { randomId } from '../crypto/random-id.ts';
import { createSealer, type Sealer } from '../crypto/sealing.ts';
import type { GrantStore } from '../grants/grant-store.ts';
import { createClientAddress } from '../http/client-address.ts';
import { errorBoundary } from '../http/error-boundary.ts';
import { createPublicDocuments } from '../http/public-document.ts';
import { readRawBody } from '../http/read-raw-body.ts';
import { requestContext } from '../http/request-context.ts';
import { KEY_TIMES, keyPolicyOf } from '../keys/key-policy.ts';
import { loadKeySet } from '../keys/load-key-set.ts';
import type { KeySet } from '../keys/signing-key.ts';
import type { ArtifactStore } from '../provider/artifact-store.ts';
import type { LogoutNotificationStore } from '../provider/logout-notification-store.ts';
import type { ProviderDeps } from '../provider/provider.ts';
import { createProviderPool, type ProviderPool } from '../provider/provider-for-tenant.ts';
import type { ProviderPages } from '../provider/provider-pages.ts';
import { markProvingBrowser } from '../provider/proving-browser.ts';
import { createLogoutQueue, type QueueLogouts } from '../provider/queue-logouts.ts';
import { serveProvider } from '../provider/serve-provider.ts';
import { createPostgresAccountStore } from '../storage/postgres/account-store.ts';
import { createPostgresApplicationStore } from '../storage/postgres/application-store.ts';
import { createPostgresArtifactStore } from '../storage/postgres/artifact-store.ts';
import { createPostgresAuditLog } from '../storage/postgres/audit-log.ts';
import { createDatabase } from '../storage/postgres/database.ts';
import { createPostgresGrantStore } from '../storage/postgres/grant-store.ts';
import { createPostgresKeyStore } from '../storage/postgres/key-store.ts';
import { createPostgresLogoutNotificationStore } from '../storage/postgres/logout-notification-store.ts';
import { createPostgresTenantStore } from '../storage/postgres/tenant-store.ts';
import { findTenant } from '../tenants/find-tenant.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { createTenantDirectory } from '../tenants/tenant-directory.ts';
import type { TenantStore } from '../tenants/tenant-store.ts';
import { createTestDatabase } from './database.ts';
import { randomSealingKey } from './key-replica.ts';
import { type OutageProxy, startDatabaseDoor } from './outage-proxy.ts';
import { createPlainBrowser, type PlainBrowser } from './plain-browser.ts';
import { PEPPER } from './plain-client.ts';
import { createRecordingLogger, type RecordingLogger } from './recording-logger.ts';
import { serveApp } from './serve-app.ts';

/**
 * The provider room as the public server has it, on a real database, with hosted pages that
 * consist of a decision: whoever `signsIn` names signs in, and consents to everything.
 */
export interface ProviderWorld {
  /** A connection that no outage touches. */
  readonly db: Knex;
  /** PUBLIC_URL and issuer of the default tenant. */
  readonly origin: string;
  readonly port: number;
  readonly pool: ProviderPool;
  readonly artifacts: ArtifactStore;
  readonly grants: GrantStore;
  readonly tenants: TenantStore;
  readonly logouts: LogoutNotificationStore;
  readonly queueLogouts: QueueLogouts;
  readonly sealer: Sealer;
  readonly logger: RecordingLogger;
  /** The door between the server and PostgreSQL; only with `options.door`. */
  readonly door: OutageProxy;
  /** Id of the account that signs in where a sign-in is asked. */
  signsIn: string;
  /** What they prove; one factor unless a test says more. */
  proves: { readonly amr: string[]; readonly acr: string };
  /** Ids of the accounts that have a second factor. */
  readonly secondFactors: Set<string>;
  /** The prompts that were met since it was emptied: `login no_session`. */
  readonly steps: string[];
  /** Details of the last prompt. */
  promptDetails: Readonly<Record<string, unknown>>;
  /** Runs in place of the decision, once: for what happens while a person looks at a page. */
  meanwhile: (() => Promise<unknown>) | undefined;
  /** Moves the clock of everything that is ours. */
  advance(seconds: number): void;
  /** Stops that clock while `work` runs, so that everything in it happens at once. */
  atOnce<T>(work: () => Promise<T>): Promise<T>;
  now(): Date;
  tenant(slug?: string): Promise<Tenant>;
  /** Says that a tenant changed, as the change feed would, and forgets what is cached. */
  touch(slug?: string): Promise<void>;
  keySet(slug?: string): Promise<KeySet>;
  /** Events so far, oldest first. */
  audited(): Promise<RecordedAuditEvent[]>;
  browser(): PlainBrowser;
  close(): Promise<void>;
}

interface ProviderWorldOptions {
  /** Changes what the provider is given: to hold a call open, to count, to configure. */
  readonly wrap?: (deps: ProviderDeps) => ProviderDeps;
  /** True: the server reaches PostgreSQL through a door that `outage` closes. */
  readonly door?: boolean;
  readonly poolSize?: number;
  /** Path of PUBLIC_URL. */
  readonly path?: string;
}

const LIMITS = { poolMax: 10, acquireTimeoutMs: 2_000, statementTimeoutMs: 2_000 };

export async function startProviderWorld(
  options: ProviderWorldOptions = {},
): Promise<ProviderWorld> {
  const database = await createTestDatabase();
  const { door, url } = await startDatabaseDoor(database.url);
  const db = options.door === true ? createDatabase({ ...LIMITS, url }) : database.db;

  let offsetMs = 0;
  let stoppedAt: number | undefined;
  const now = () => new Date((stoppedAt ?? Date.now()) + offsetMs);
  const sealer = createSealer([randomSealingKey()]);
  const logger = createRecordingLogger();
  const audit = createPostgresAuditLog(db, { now });
  const tenants = createPostgresTenantStore(db);
  const grants = createPostgresGrantStore(db);
  const logouts = createPostgresLogoutNotificationStore(db);
  const keys = {
    keys: createPostgresKeyStore(db),
    cache: undefined,
    notifications: undefined,
    policyOf: keyPolicyOf,
    successorSeconds: undefined,
    sealer,
    audit,
    logger,
    now,
  };

  let handle: ReturnType<Koa['callback']> | undefined;
  const served = await serveApp((req, res) => void handle?.(req, res));
  const publicUrl = `${served.url}${options.path ?? ''}`;
  const cookieKeys = [randomId()];

  const deps: ProviderDeps = {
    artifacts: createPostgresArtifactStore(db, { now }),
    applications: createPostgresApplicationStore(db),
    accounts: createPostgresAccountStore(db, { now }),
    grants,
    hasSecondFactor: async (_tenantId, accountId) => world.secondFactors.has(accountId),
    audit,
    queueLogouts: createLogoutQueue({ logouts, now }),
    observeTokenSize: () => undefined,
    pages: plainPages(),
    sealer,
    clientSecretPepper: PEPPER,
    cookieKeys: () => cookieKeys,
    fetch: (url, init) => fetch(url, init),
    logger,
    now,
    // Tests run beside each other, on machines that are busy with something else, too.
    tokenDeadlineMs: 40_000,
  };
  const pool = createProviderPool({
    ...(options.wrap?.(deps) ?? deps),
    publicUrl,
    poolSize: options.poolSize ?? 10,
    loadKeySet: (tenant) => loadKeySet(keys, tenant),
  });
  const directory = createTenantDirectory({ tenants });

  const world: ProviderWorld = {
    db: database.db,
    origin: publicUrl,
    port: served.port,
    pool,
    artifacts: deps.artifacts,
    grants,
    tenants,
    logouts,
    queueLogouts: deps.queueLogouts,
    sealer,
    logger,
    door,
    signsIn: '',
    proves: { amr: ['pwd'], acr: ACR_SINGLE_FACTOR },
    secondFactors: new Set(),
    steps: [],
    promptDetails: {},
    meanwhile: undefined,
    advance: (seconds) => {
      offsetMs += seconds * 1000;
    },
    async atOnce(work) {
      stoppedAt = Date.now();
      try {
        return await work();
      } finally {
        stoppedAt = undefined;
      }
    },
    now,
    async tenant(slug = 'default') {
      const found = await tenants.findBySlug(slug);
      if (found === undefined) throw new Error(`no tenant ${slug}`);
      return found;
    },
    async touch(slug) {
      const { id } = await world.tenant(slug);
      await tenants.touch(id);
      directory.forget(id);
    },
    keySet: async (slug) => loadKeySet(keys, await world.tenant(slug)),
    async audited() {
      await audit.flush();
      return (await audit.list({ limit: 1000 })).reverse();
    },
    browser: () =>
      createPlainBrowser({ stopAt: (url) => url.startsWith('https://client.example/') }),
    async close() {
      await served.close();
      await audit.flush();
      if (db !== database.db) await db.destroy();
      await door.stop();
      await database.drop();
    },
  };

  const app = new Koa();
  app.keys = [...cookieKeys];
  app.use(requestContext({ clientAddress: createClientAddress([]), now }) as Koa.Middleware);
  app.use(errorBoundary({ logger, renderErrorPage: errorPage }) as Koa.Middleware);
  app.use(findTenant({ directory }, { publicUrl, aliasHosts: [] }) as Koa.Middleware);
  app.use(decide(world) as Koa.Middleware);
  const { jwksMaxAgeSeconds } = KEY_TIMES;
  const serving = { readBody: readRawBody, answerDocument: createPublicDocuments() };
  app.use(serveProvider({ ...pool, ...serving, jwksMaxAgeSeconds }) as Koa.Middleware);
  handle = app.callback();
  return world;
}

/** Hosted pages without pages: signs in whom the test says, allows what is missing. */
function decide(world: ProviderWorld): Koa.Middleware {
  return async (ctx, next) => {
    if (!/^\/interaction\//.test(ctx.state.tenantPath)) return next();
    const tenant: Tenant = ctx.state.tenant;
    const provider = await world.pool.providerForTenant(tenant);
    const interaction = await provider.interactionDetails(ctx.req, ctx.res);
    const { prompt, params, session, uid, returnTo, exp } = interaction;
    world.steps.push(`${prompt.name} ${prompt.reasons.join(' ')}`);
    world.promptDetails = prompt.details;
    const { meanwhile } = world;
    world.meanwhile = undefined;
    await meanwhile?.();

    if (prompt.name === 'consent') {
      const { missingOIDCScope, missingOIDCClaims, missingResourceScopes } = prompt.details;
      await world.grants.add(tenant.id, session?.accountId ?? '', String(params.client_id), {
        scopes: (missingOIDCScope as string[] | undefined) ?? [],
        claims: (missingOIDCClaims as string[] | undefined) ?? [],
        resourceScopes: (missingResourceScopes as Record<string, string[]> | undefined) ?? {},
      });
    }
    const result =
      prompt.name === 'login'
        ? { login: { accountId: world.signsIn, ...world.proves } }
        : prompt.name === 'consent'
          ? { consent: {} }
          : { error: 'access_denied', error_description: prompt.reasons.join(' ') };
    if ('login' in result) {
      markProvingBrowser(ctx, { uid, path: ctx.path, returnTo, exp }, result.login, new Date());
    }
    ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, result));
  };
}

function plainPages(): ProviderPages {
  return {
    logoutConfirm(ctx, { action, xsrf, clientName }) {
      ctx.type = 'html';
      ctx.body = `<p>${clientName ?? ''}</p><form method="post" action="${action}">
        <input type="hidden" name="xsrf" value="${xsrf}">
        <button type="submit" name="logout" value="yes">Sign out</button></form>`;
    },
    logoutDone(ctx) {
      ctx.body = 'signed out';
    },
    error(ctx, page) {
      ctx.type = 'html';
      ctx.body = `<p>${JSON.stringify(page)}</p>`;
    },
  };
}

const errorPage: Parameters<typeof errorBoundary>[0]['renderErrorPage'] = (ctx, page) => {
  ctx.status = page.status;
  ctx.type = 'html';
  ctx.body = `<p>boundary ${JSON.stringify(page)}</p>`;
};

/** Kinds with outcome and actor, in order: what tests compare. */
export const kindsOf = (events: readonly AuditEvent[]): string[] =>
  events.map(({ kind, outcome, actor }) => `${kind} ${outcome} ${actor.type}:${actor.id ?? ''}`);
