import type { Middleware, ParameterizedContext } from 'koa';
import type Provider from 'oidc-provider';
import type { Tenant } from '../tenants/tenant.ts';
import type { TenantState } from '../tenants/tenant-state.ts';
import { limitLogoutRequest } from './parameter-limit.ts';
import { RETRY_AFTER_SECONDS } from './protocol-errors.ts';
import { presentStructuredToken, type ReadBody } from './structured-token-request.ts';

/** They carry neither `Cache-Control` nor `ETag` of their own. */
const PUBLIC_DOCUMENTS = new Set(['discovery', 'jwks']);

interface ServedState extends TenantState {
  route?: string;
  logFields: Record<string, string | number | boolean>;
}

/**
 * Serves the tenant's Provider under its issuer's path: the last step of the request walk.
 *
 * The library computes its URLs from the context; `mountPath` and the path given here make them
 * the issuer's. What it does not route falls through to the next middleware.
 */
export function serveProvider(deps: {
  providerForTenant: (tenant: Tenant) => Promise<Provider>;
  readBody: ReadBody;
  /** Answers with what everybody may read and keep: see `http/public-document.ts`. */
  answerDocument: (
    ctx: ParameterizedContext,
    document: { readonly text: string; readonly maxAgeSeconds: number },
  ) => Promise<void>;
  /** For how long clients may keep metadata and keys. */
  jwksMaxAgeSeconds: number;
}): Middleware<ServedState> {
  return async (ctx, next) => {
    const { tenant, issuerPath, tenantPath, logFields } = ctx.state;
    const provider = await deps.providerForTenant(tenant);
    const [routes] = provider.middleware;
    if (routes === undefined) throw new TypeError('a Provider without routes');

    await presentStructuredToken(deps, ctx.req, tenantPath);
    await limitLogoutRequest(deps, ctx, tenantPath);
    const outside = ctx.path;
    ctx.mountPath = issuerPath;
    ctx.path = tenantPath;
    try {
      await routes(ctx as unknown as Parameters<typeof routes>[0], async () => undefined);
    } finally {
      ctx.path = outside;
      if (ctx._matchedRoute !== undefined) {
        ctx.state.route = String(ctx._matchedRoute);
        const clientId: unknown = ctx.oidc.client?.clientId;
        if (typeof clientId === 'string') logFields.client_id = clientId;
      }
    }
    if (ctx._matchedRoute === undefined) return next();

    if (ctx.status === 503) ctx.set('Retry-After', String(RETRY_AFTER_SECONDS));
    if (ctx.status !== 200) return;
    if (ctx._matchedRouteName === 'discovery') hideResponseTypeNone(ctx.body);
    if (PUBLIC_DOCUMENTS.has(String(ctx._matchedRouteName))) {
      const document = { text: JSON.stringify(ctx.body), maxAgeSeconds: deps.jwksMaxAgeSeconds };
      await deps.answerDocument(ctx, document);
    }
  };
}

/** Nobody but the account page can ask for it, so nobody is told of it. */
function hideResponseTypeNone(metadata: { response_types_supported?: readonly string[] }): void {
  const { response_types_supported: types = [] } = metadata;
  metadata.response_types_supported = types.filter((type) => type !== 'none');
}
