import type { IncomingMessage } from 'node:http';
import type { Middleware, ParameterizedContext } from 'koa';
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

/** A host with or without a port, in ASCII; no user, no list. RFC 9110, section 7.2 */
const HOST = /^(?:[a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::\d{0,5})?$/i;

/** What this needs of every request's state. */
interface LoggedState {
  logFields: Record<string, unknown>;
}

/** A path, and perhaps a query; no fragment. RFC 9112, section 3.2.1 */
const TARGET = /^\/[^#]*$/;

/**
 * Finds the tenant of a request and pins the request to the tenant's issuer: from here on,
 * protocol and host are those of configuration, whatever the `Host` header or a forwarded header
 * said, so that no URL that we print comes from the request.
 *
 * @param deps.admitLookUp - asked before a query for a name that is of no tenant, as far as is known
 *   here, and may refuse; default: nobody is refused
 */
export function findTenant<State extends LoggedState>(
  deps: {
    directory: Pick<TenantDirectory, 'bySlug' | 'byHost'>;
    admitLookUp?: (ctx: ParameterizedContext<State>) => void;
  },
  deployment: Deployment,
): Middleware<State & TenantState> {
  return async (ctx, next) => {
    // An absolute-form request target would become the base of the library's URLs. With a fragment in
    // it Koa reads the path by other rules: `/token\#` is `/token/` to it, and something else to a
    // proxy that asks for certificates at `/token`.
    if (!TARGET.test(ctx.originalUrl)) {
      throw new GatehouseError('invalid_request_target', 'the request target must be a path', {
        status: 400,
      });
    }
    const host = hostOf(ctx.req);
    const found = await resolveTenant(deps, deployment, {
      host,
      path: ctx.path,
      admit: () => deps.admitLookUp?.(ctx),
    });
    if (found.outcome === 'misdirected') throw new MisdirectedRequestError();
    if (found.outcome === 'not_found') throw new NotFoundError('page');
    if (found.outcome === 'alias') {
      if (ctx.method !== 'GET' && ctx.method !== 'HEAD') throw new MisdirectedRequestError();
      ctx.status = 307;
      ctx.redirect(`${found.origin}${ctx.originalUrl}`);
      return;
    }

    const issuer = new URL(found.issuer);
    Object.defineProperties(ctx.request, {
      protocol: { value: issuer.protocol.slice(0, -1) },
      host: { value: issuer.host },
    });
    ctx.state.tenant = found.tenant;
    ctx.state.issuer = found.issuer;
    ctx.state.issuerPath = found.issuerPath;
    ctx.state.tenantPath = found.path;
    ctx.state.logFields.tenant = found.tenant.slug;
    await next();
  };
}

/**
 * The Host header as it came. Koa's `host` would take the first of a list and the part behind a
 * user's name, where a proxy in front may have read another one.
 *
 * @returns `''` when there is none
 * @throws GatehouseError `invalid_host`, 400, when there are several or it is not a host
 * @see RFC 9112, section 3.2
 */
function hostOf(req: IncomingMessage): string {
  const [host = '', ...others] = req.headersDistinct.host ?? [];
  if (others.length > 0 || (host !== '' && !HOST.test(host))) {
    throw new GatehouseError('invalid_host', 'the Host header must name one host', { status: 400 });
  }
  return host;
}
