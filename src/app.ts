import Koa from 'koa';
import { type AccountPageDeps, createAccountRoutes } from './account-page/account-page.ts';
import { accessLog } from './http/access-log.ts';
import type { createLookUpAdmission } from './http/admit-look-up.ts';
import { answerInTime } from './http/answer-in-time.ts';
import type { ClientAddress } from './http/client-address.ts';
import { endpointThrottle } from './http/endpoint-throttle.ts';
import { errorBoundary, logLateErrors, type RenderErrorPage } from './http/error-boundary.ts';
import { limitInFlight } from './http/limit-in-flight.ts';
import type { PageAssets } from './http/page-assets.ts';
import { createPublicDocuments } from './http/public-document.ts';
import { readRawBody } from './http/read-raw-body.ts';
import { readableAnswers } from './http/readable-answers.ts';
import { requestContext } from './http/request-context.ts';
import { securityHeaders } from './http/security-headers.ts';
import { shedLoad } from './http/shed-load.ts';
import { createInteractionRoutes, type InteractionDeps } from './interactions/interactions.ts';
import { serveApiDescription } from './openapi/serve-api-description.ts';
import type { ProviderPool } from './provider/provider-for-tenant.ts';
import { serveProvider } from './provider/serve-provider.ts';
import type { Logger } from './telemetry/logger.ts';
import type { Metrics } from './telemetry/metrics.ts';
import type { Tracing } from './telemetry/tracing.ts';
import { findTenant } from './tenants/find-tenant.ts';
import type { Deployment } from './tenants/resolve-tenant.ts';
import type { TenantDirectory } from './tenants/tenant-directory.ts';

/** What the public server is made of; `compose.ts` has it. */
export interface AppDeps {
  readonly deployment: Deployment;
  readonly directory: TenantDirectory;
  readonly admitLookUp: ReturnType<typeof createLookUpAdmission>;
  readonly providers: ProviderPool;
  readonly interactions: InteractionDeps;
  readonly accountPage: AccountPageDeps;
  readonly crossOrigin: Parameters<typeof readableAnswers>[0];
  readonly inFlight: Parameters<typeof limitInFlight>[0];
  readonly shedding: Parameters<typeof shedLoad>[0];
  readonly deadlineOf: Parameters<typeof answerInTime>[0]['deadlineOf'];
  readonly throttle: Parameters<typeof endpointThrottle>[0];
  readonly assets: PageAssets;
  readonly renderErrorPage: RenderErrorPage;
  readonly clientAddress: ClientAddress;
  readonly cookieKeys: readonly string[];
  readonly jwksMaxAgeSeconds: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  readonly now: () => Date;
}

/** The public server's middleware, in order: a table of contents of a request's way. */
export function createApp(deps: AppDeps): Koa {
  const app = new Koa();
  // The library's interaction cookies are set through this host and read through the provider.
  app.keys = [...deps.cookieKeys];
  app.on('error', logLateErrors(deps.logger));

  app.use(requestContext(deps));
  app.use(accessLog(deps));
  app.use(securityHeaders(deps.deployment));
  app.use(readableAnswers(deps.crossOrigin));
  app.use(errorBoundary(deps));
  app.use(deps.assets.middleware);
  app.use(limitInFlight(deps.inFlight));
  app.use(answerInTime(deps));
  app.use(findTenant(deps, deps.deployment));
  app.use(shedLoad(deps.shedding));
  app.use(endpointThrottle(deps.throttle));
  const answerDocument = createPublicDocuments();
  app.use(serveApiDescription({ answerDocument }));
  app.use(createInteractionRoutes(deps.interactions));
  app.use(createAccountRoutes(deps.accountPage));
  app.use(serveProvider({ ...deps, ...deps.providers, readBody: readRawBody, answerDocument }));
  return app;
}
