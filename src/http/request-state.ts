import type Koa from 'koa';

/**
 * HTTP: the error boundary, headers, CSRF, body parsing, rendering of `views/`, health. It knows
 * nothing of tenants, accounts or OpenID Connect.
 */

/** What every request carries in `ctx.state` from the first middleware on. */
export interface RequestState {
  /** From `X-Request-Id` when it is well-formed, else made here. */
  requestId: string;
  startedAt: Date;
  /** The caller's address, as far as the trusted proxies allow to know it. */
  address: string;
  /** Route pattern for logs, metrics and limits, such as `/interaction/:uid`; never the raw path. */
  route?: string;
  /** Where the page of this request can be opened again with a GET, inside the tenant. */
  pageAddress?: string | undefined;
  /** How this route answers errors; without it the request's `Accept` decides. */
  errorForm?: 'json' | 'page';
  /** The answer is given when it is ready, and not put off: see `mustFinish`. */
  mustFinish?: boolean;
  /** More fields for the request's log line, such as the client id. */
  logFields: Record<string, string | number | boolean>;
}

/** Koa's context with our state. */
export type RequestContext = Koa.ParameterizedContext<RequestState>;

/** Middleware that may count on our state. */
export type RequestMiddleware = Koa.Middleware<RequestState>;
