/**
 * The playground: a small relying party beside the embedded default, which walks a newcomer
 * through a sign-in and reads out the tokens. It knows Gatehouse as any application does, by
 * discovery over HTTP and a registered client, and shares nothing with the server but the process
 * and the look of its pages. What it remembers is in memory. Tokens are on its pages, for that is
 * what they are for, and nowhere else: never in a log.
 */
import { readFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import Koa from 'koa';
import { randomId } from '../crypto/random-id.ts';
import { GatehouseError } from '../errors.ts';
import { createClientAddress } from '../http/client-address.ts';
import { errorBoundary, logLateErrors } from '../http/error-boundary.ts';
import { createPageAssets } from '../http/page-assets.ts';
import { createPageRenderer, type PageFrame } from '../http/render-page.ts';
import { requestContext } from '../http/request-context.ts';
import type { RequestContext, RequestMiddleware, RequestState } from '../http/request-state.ts';
import { securityHeaders } from '../http/security-headers.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { BrandingPreview } from './branding-preview.ts';
import { BRANDING_PATH, BRANDING_ROUTES } from './branding-routes.ts';
import type { PlaygroundInbox } from './inbox.ts';
import { showInbox } from './inbox-route.ts';
import { errorPage } from './pages/problem-page.ts';
import { API_PATH, apiRoute } from './playground-api.ts';
import { createPlaygroundSessions } from './playground-session.ts';
import type { IssuerChoice } from './sign-in-choices.ts';
import {
  beginRoute,
  finishRoute,
  showHome,
  showLastProblem,
  signOutRoute,
} from './sign-in-routes.ts';
import { callApiRoute, refreshRoute, showTokens, userinfoRoute } from './token-routes.ts';
import type { PlaygroundDeps } from './visit.ts';

const INBOX_PATH = '/inbox';
const SAMPLE_LOGO = 'sample-logo.png';

type Route = (deps: PlaygroundDeps, ctx: RequestContext) => Promise<void>;

/** Everything that the playground answers to; HEAD is GET. */
const ROUTES: ReadonlyMap<string, Route> = new Map([
  ['GET /', showHome],
  ['POST /sign-in', beginRoute],
  ['GET /callback', finishRoute],
  ['GET /tokens', showTokens],
  ['POST /refresh', refreshRoute],
  ['POST /userinfo', userinfoRoute],
  ['POST /call-api', callApiRoute],
  ['POST /sign-out', signOutRoute],
  ['GET /problem', showLastProblem],
  [`GET ${INBOX_PATH}`, showInbox],
  ...BRANDING_ROUTES,
  [`GET ${API_PATH}`, apiRoute],
]);

const FRAME: PageFrame = {
  siteName: 'Gatehouse Playground',
  lang: 'en',
  dir: 'ltr',
  accentColor: undefined,
  links: [],
  linksLabel: 'Playground',
  ownHost: true,
};

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

export interface PlaygroundOptions {
  /** Issuer that is preselected, and that "Connect your own app" is about; no trailing slash. */
  readonly issuer: string;
  /** The playground's client there: public, with `<baseUrl>/callback` among its redirect URIs. */
  readonly clientId: string;
  /** All issuers that can be chosen, that one first; undefined: no choice is offered. */
  readonly issuers?: readonly IssuerChoice[];
  /** Origin of the playground itself, such as `http://localhost:3001`. */
  readonly baseUrl: string;
  /** Identifier of the playground's API; undefined: its address. */
  readonly resource?: string;
  /** Where mail lands; undefined: it goes to a mail server, or nowhere. */
  readonly inbox?: PlaygroundInbox | undefined;
  /** Draws the hosted pages in somebody's own look; undefined: there is no page about that. */
  readonly preview?: BrandingPreview | undefined;
  /** Directory `views/`. */
  readonly viewsDir: string;
  readonly now: () => Date;
  readonly logger: Logger;
}

export interface Playground {
  readonly listener: RequestListener;
}

/**
 * Makes the playground. It opens nothing and asks nobody: the issuer may start later, stop and
 * come back.
 *
 * @throws EtaParseError, or an error of the file system, when its views cannot be read
 */
export async function createPlayground(options: PlaygroundOptions): Promise<Playground> {
  const { viewsDir, baseUrl, logger, now, inbox, preview } = options;
  const frame: PageFrame = {
    ...FRAME,
    links: [
      ...(preview === undefined ? [] : [{ text: 'Your look', href: BRANDING_PATH }]),
      ...(inbox === undefined ? [] : [{ text: 'Inbox', href: INBOX_PATH }]),
    ],
  };
  const ownViews = join(viewsDir, 'playground');
  const shared = await createPageAssets(join(viewsDir, 'assets'), '');
  const own = await createPageAssets(ownViews, '', 'playground.css');
  const render = await createPageRenderer(ownViews, {
    stylesheets: (page) => [...shared.stylesheets(page), ...own.stylesheets(page)],
    script: shared.script,
  });
  const sampleLogo = await readFile(join(ownViews, SAMPLE_LOGO), 'base64');
  const [first, ...others] = options.issuers ?? [];
  const deps: PlaygroundDeps = {
    baseUrl,
    issuers: [
      first ?? { name: 'Gatehouse', issuer: options.issuer, clientId: options.clientId },
      ...others,
    ],
    resource: options.resource ?? `${baseUrl}${API_PATH}`,
    sessions: createPlaygroundSessions(now),
    csrfSecret: randomId(),
    inbox,
    branding: preview && { ...preview, sampleLogo: `data:image/png;base64,${sampleLogo}` },
    show: (ctx, page, look) => render(ctx, { ...frame, ...look }, page),
    showHosted: await createPageRenderer(viewsDir, shared),
    now,
    logger,
  };

  const app = new Koa<RequestState>();
  app.on('error', logLateErrors(logger));
  app.use(requestContext({ clientAddress: createClientAddress([]), now }));
  app.use(securityHeaders({ publicUrl: baseUrl }));
  app.use(
    errorBoundary({
      renderErrorPage: (ctx, error) => render(ctx, frame, errorPage(error)),
      logger,
    }),
  );
  app.use(onlyOwnHost(baseUrl));
  app.use(shared.middleware);
  app.use(own.middleware);
  app.use(async (ctx) => {
    const route = ROUTES.get(`${ctx.method === 'HEAD' ? 'GET' : ctx.method} ${ctx.path}`);
    ctx.state.route = route === undefined ? 'other' : ctx.path;
    if (ctx.path !== API_PATH) ctx.state.errorForm = 'page';
    await route?.(deps, ctx);
  });
  return { listener: app.callback() };
}

/**
 * Answers on the playground's own host alone, so that no name that a stranger points at this
 * machine shows its pages. A GET on another name of the loopback address is redirected: its
 * cookies would be others.
 */
function onlyOwnHost(baseUrl: string): RequestMiddleware {
  const { host, hostname, port, origin } = new URL(baseUrl);
  const aliases = LOOPBACK_NAMES.includes(hostname)
    ? LOOPBACK_NAMES.map((name) => (port === '' ? name : `${name}:${port}`))
    : [];
  return async (ctx, next) => {
    const asked = ctx.host.toLowerCase();
    if (asked === host) return next();
    const safe = ctx.method === 'GET' || ctx.method === 'HEAD';
    if (!aliases.includes(asked) || !safe || !ctx.originalUrl.startsWith('/')) {
      throw new GatehouseError('misdirected_request', 'this server does not answer to that host', {
        status: 421,
      });
    }
    ctx.redirect(`${origin}${ctx.originalUrl}`);
    ctx.status = 307;
  };
}
