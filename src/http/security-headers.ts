import { promisify } from 'node:util';
import helmet from 'helmet';
import type { RequestMiddleware } from './request-state.ts';

/** Two years, as browsers ask of long-lived sites. Seconds. */
const HSTS_MAX_AGE_SECONDS = 2 * 365 * 24 * 60 * 60;

/**
 * The policy of every answer that says nothing else. Pages bring their own. `script-src` is there,
 * and empty, because `oidc-provider` adds the hash of its auto-submit page only to one that is
 * there; beside a hash `'none'` would be a mistake that browsers report.
 *
 * @see Content Security Policy Level 3, section 6.7.2.4
 */
export const API_CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src; base-uri 'none'; frame-ancestors 'none'";

/**
 * Security headers on every answer, through helmet on Node's own request and response.
 *
 * - HSTS only when the deployment is reached by https, without subdomains: they may be others'.
 * - `Referrer-Policy: same-origin`: with `no-referrer` browsers send `Origin: null`, and our
 *   origin check would fail.
 * - `Cross-Origin-Opener-Policy: unsafe-none`, said out loud: any stricter one cuts a window that an
 *   app opened for signing in off from that app, and its library reports it closed at once.
 * - Answers for other origins (`Access-Control-Allow-Origin`: token, userinfo, discovery, JWKS)
 *   carry `Cross-Origin-Resource-Policy: cross-origin`, all others `same-origin`.
 *
 * @param options.publicUrl - PUBLIC_URL; its scheme decides about HSTS
 */
export function securityHeaders(options: { publicUrl: string }): RequestMiddleware {
  const apply = promisify(
    helmet({
      contentSecurityPolicy: false,
      crossOriginEmbedderPolicy: false,
      crossOriginOpenerPolicy: { policy: 'unsafe-none' },
      crossOriginResourcePolicy: { policy: 'same-origin' },
      referrerPolicy: { policy: 'same-origin' },
      strictTransportSecurity: options.publicUrl.startsWith('https:')
        ? { maxAge: HSTS_MAX_AGE_SECONDS, includeSubDomains: false }
        : false,
      xFrameOptions: { action: 'deny' },
    }),
  );
  return async (ctx, next) => {
    await apply(ctx.req, ctx.res);
    ctx.set('Content-Security-Policy', API_CONTENT_SECURITY_POLICY);
    await next();
    if (ctx.res.hasHeader('Access-Control-Allow-Origin') && !ctx.headerSent) {
      ctx.set('Cross-Origin-Resource-Policy', 'cross-origin');
    }
  };
}
