import type { Middleware } from 'koa';
import { GatehouseError, NotFoundError } from '../errors.ts';
import { type Deployment, resolveTenant } from './resolve-tenant.ts';
import type { TenantDirectory } from './tenant-directory.ts';
import type { TenantState } from './tenant-state.ts';

/** A host that this deployment does not serve. RFC 9110, section 15.5.20 */
export class MisdirectedRequestError extends GatehouseError {
  constructor() {
    super('misdirected_request', 'this server does not answer to that host', { status: 421 });
  }
}

/**
 * Finds the tenant of a request and pins the request to the tenant's issuer: from here on,
 * protocol and host are those of configuration, whatever the `Host` header or a forwarded header
 * said, so that no URL that we print comes from the request.
 */
export function findTenant(
  deps: { directory: Pick<TenantDirectory, 'bySlug' | 'byHost'> },
  deployment: Deployment,
): Middleware<TenantState & { logFields: Record<string, unknown> }> {
  return async (ctx, next) => {
    // An absolute-form request target would become the base of the library's URLs.
    if (!ctx.originalUrl.startsWith('/')) {
      throw new GatehouseError('invalid_request_target', 'the request target must be a path', {
        status: 400,
      });
    }
    const found = await resolveTenant(deps, deployment, { host: ctx.host, path: ctx.path });
    if (found.outcome === 'misdirected') throw new MisdirectedRequestError();
    if (found.outcome === 'not_found') throw new NotFoundError('page');
    if (found.outcome === 'alias') {
      if (ctx.method !== 'GET' && ctx.method !== 'HEAD') throw new MisdirectedRequestError();
      ctx.status = 307;
      ctx.redirect(`${found.origin}${ctx.originalUrl}`);
      return;
    }

    const { protocol, host } = new URL(found.issuer);
    Object.defineProperties(ctx.request, {
      protocol: { value: protocol.slice(0, -1) },
      host: { value: host },
    });
    ctx.state.tenant = found.tenant;
    ctx.state.issuer = found.issuer;
    ctx.state.issuerPath = found.issuerPath;
    ctx.state.tenantPath = found.path;
    ctx.state.logFields.tenant = found.tenant.slug;
    await next();
  };
}
