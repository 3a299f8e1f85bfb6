import type { Middleware, ParameterizedContext } from 'koa';
import { LRUCache } from 'lru-cache';
import type { TenantState } from '../tenants/tenant-state.ts';
import { readVersion } from '../version.ts';
import { API_DESCRIPTION_PATH, describeApi } from './openapi.ts';

/** It changes with a release, and then soon enough. */
const MAX_AGE_SECONDS = 5 * 60;
/** Issuers whose documents are kept as text, some 100 KB each. */
const KEPT = 20;

/**
 * Serves the description of the HTTP surface, with the tenant's issuer in it, to anybody and to pages of
 * any origin.
 *
 * @param deps.answerDocument - see `http/public-document.ts`
 */
export function serveApiDescription(deps: {
  readonly answerDocument: (
    ctx: ParameterizedContext,
    document: { readonly text: string; readonly maxAgeSeconds: number },
  ) => Promise<void>;
}): Middleware<TenantState & { route?: string }> {
  const version = readVersion();
  // Now, and not when somebody asks: a route that is not described must not be served.
  describeApi('https://start.invalid', version);
  const texts = new LRUCache<string, string>({
    max: KEPT,
    memoMethod: (issuer) => JSON.stringify(describeApi(issuer, version)),
  });
  return async (ctx, next) => {
    const { tenantPath, issuer } = ctx.state;
    const asksForIt = tenantPath === API_DESCRIPTION_PATH;
    if (!asksForIt || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) return next();
    ctx.state.route = API_DESCRIPTION_PATH;
    ctx.type = 'application/json';
    ctx.set('Access-Control-Allow-Origin', '*');
    await deps.answerDocument(ctx, { text: texts.memo(issuer), maxAgeSeconds: MAX_AGE_SECONDS });
  };
}
