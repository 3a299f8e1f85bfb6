import type { Logger } from '../telemetry/logger.ts';
import { describeError, describeStatus, type ErrorDescription } from './describe-error.ts';
import type { RequestContext, RequestMiddleware } from './request-state.ts';
import { API_CONTENT_SECURITY_POLICY } from './security-headers.ts';

/** What an error page shows. */
export interface ErrorPage {
  readonly status: number;
  /** One sentence, safe to show. */
  readonly message: string;
  /** For the person to quote and the operator to find. */
  readonly requestId: string;
}

/** Answers with an error page: status, type, body and the headers of a page. */
export type RenderErrorPage = (ctx: RequestContext, page: ErrorPage) => void | Promise<void>;

/** What an answer that says what went wrong is made with. */
export interface AnswerErrorDeps {
  readonly renderErrorPage: RenderErrorPage;
  readonly logger: Pick<Logger, 'error' | 'warn' | 'debug'>;
}

/** What a handler had prepared for an answer that is not given after all. */
export const PREPARED_HEADERS = [
  'Accept-Ranges',
  'Content-Disposition',
  'Content-Encoding',
  'Content-Language',
  'Content-Length',
  'Content-Range',
  'Content-Type',
  'ETag',
  'Expires',
  'Last-Modified',
  'Location',
  'Transfer-Encoding',
];

/** Connections that end early are everyday life, not errors. */
const GONE = new Set(['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ECANCELED']);

/**
 * The one boundary that every error of HTTP flies to, and every answer that nobody gave.
 *
 * The form is the route's (`ctx.state.errorForm`), else what the request accepts: a page for
 * browsers, `{ error, error_description }` for everyone else, with `request_id` where the fault is
 * ours. Nothing is stored by caches. 5xx are logged with their causes, 4xx at level debug.
 *
 * @param deps.renderErrorPage - if it fails itself, a plain sentence is sent
 * @see RFC 6749, section 5.2
 */
export function errorBoundary(deps: AnswerErrorDeps): RequestMiddleware {
  const answer = createErrorAnswer(deps);
  const log = createFailureLog(deps.logger);

  return async (ctx, next) => {
    try {
      await next();
      if (isUnanswered(ctx)) await answer(ctx, describeStatus(ctx.status));
    } catch (error) {
      if (ctx.res.writableEnded) {
        // Answered already, and in time; what came of the work is for the log.
        log(ctx, 503, error);
        return;
      }
      if (ctx.headerSent) {
        // Half an answer is out; the only honest end is a broken connection.
        log(ctx, 500, error);
        ctx.res.destroy();
        return;
      }
      const description = describeError(error);
      log(ctx, description.status, error);
      await answer(ctx, description);
    }
  };
}

/** Answers with an error, in the form of the route or the request; the error is not logged. */
export function createErrorAnswer(
  deps: AnswerErrorDeps,
): (ctx: RequestContext, description: ErrorDescription) => Promise<void> {
  const log = createFailureLog(deps.logger);
  return async (ctx, description) => {
    for (const name of PREPARED_HEADERS) ctx.remove(name);
    ctx.set(description.headers);
    if (answersWithPage(ctx)) {
      try {
        const { status, message } = description;
        await deps.renderErrorPage(ctx, { status, message, requestId: ctx.state.requestId });
      } catch (error) {
        log(ctx, 500, error);
        ctx.type = 'text/plain; charset=utf-8';
        ctx.body = `${description.message}\n`;
      }
    } else {
      ctx.set('Content-Security-Policy', API_CONTENT_SECURITY_POLICY);
      ctx.body = {
        error: description.error,
        error_description: asDescription(description.message),
        ...(description.status >= 500 && { request_id: ctx.state.requestId }),
      };
    }
    ctx.status = description.status;
    ctx.set('Cache-Control', 'no-store');
  };
}

function createFailureLog(logger: AnswerErrorDeps['logger']) {
  return (ctx: RequestContext, status: number, error: unknown): void => {
    const level = status === 503 ? 'warn' : status >= 500 ? 'error' : 'debug';
    logger[level]('request failed', {
      ...ctx.state.logFields,
      request_id: ctx.state.requestId,
      method: ctx.method,
      route: ctx.state.route ?? 'other',
      status,
      error,
    });
  };
}

/** An error status without a body: no route took the request, or none of its methods. */
function isUnanswered(ctx: RequestContext): boolean {
  const bare = ctx.body === undefined || ctx.body === null;
  return ctx.status >= 400 && bare && ctx.respond !== false && !ctx.headerSent;
}

function answersWithPage(ctx: RequestContext): boolean {
  if (ctx.state.errorForm !== undefined) return ctx.state.errorForm === 'page';
  // `*/*` prefers the first: scripts get JSON, browsers name text/html.
  return ctx.accepts('json', 'html') === 'html';
}

/**
 * Only the characters that an `error_description` may have.
 *
 * @see RFC 6749, section 5.2
 */
function asDescription(message: string): string {
  return message
    .replaceAll('"', "'")
    .replaceAll('\\', '/')
    .replace(/[^\x20-\x7e]/g, '?');
}

/**
 * Koa's `error` listener: what fails behind the boundary, such as a stream while it is sent.
 * Without one Koa prints stacks to stderr, past the logger and its redaction.
 */
export function logLateErrors(
  logger: Pick<Logger, 'error' | 'debug'>,
): (error: unknown, ctx?: RequestContext) => void {
  return (error, ctx) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    logger[GONE.has(code) ? 'debug' : 'error']('answer failed', {
      request_id: ctx?.state.requestId,
      route: ctx?.state.route ?? 'other',
      error,
    });
  };
}
