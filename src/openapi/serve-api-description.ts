import type { Middleware, ParameterizedContext } from 'koa';
import { LRUCache } from 'lru-cache';
import type { TenantState } from '../tenants/tenant-state.ts';
import { readVersion } from '../version.ts';
import { API_DESCRIPTION_PATH } from './api-description-path.ts';

/** It changes with a release, and then soon enough. */
const MAX_AGE_SECONDS = 5 * 60;
/** Issuers whose documents are kept as text, some 100 KB each. */
const KEPT = 20;

/**
 * Serves the description of the HTTP surface, with the tenant's issuer in it, to anybody and to pages of
 * any origin. Loaded and made when somebody asks, which few do; tests see that it can be.
 *
 * @param deps.answerDocument - see `http/public-document.ts`
 */
export function serveApiDescription(deps: {
  readonly answerDocument: (
    ctx: ParameterizedContext,
    document: { readonly text: string; readonly maxAgeSeconds: number },
  ) => Promise<void>;
}): Middleware<TenantState & { route?: string }> {
  const texts = new LRUCache<string, Promise<string>>({ max: KEPT, memoMethod: describe });
  return async (ctx, next) => {
    const { tenantPath, issuer } = ctx.state;
    const asksForIt = tenantPath === API_DESCRIPTION_PATH;
    if (!asksForIt || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) return next();
    ctx.state.route = API_DESCRIPTION_PATH;
    ctx.type = 'application/json';
    ctx.set('Access-Control-Allow-Origin', '*');
    const text = await texts.memo(issuer);
    await deps.answerDocument(ctx, { text, maxAgeSeconds: MAX_AGE_SECONDS });
  };
}

async function describe(issuer: string): Promise<string> {
  const { describeApi } = await import('./openapi.ts');
  return JSON.stringify(describeApi(issuer, readVersion()));
}
