import { issuerOf } from './issuer.ts';
import { DEFAULT_TENANT_SLUG, type Tenant } from './tenant.ts';
import type { TenantDirectory } from './tenant-directory.ts';

/** RFC 8414 puts the issuer's path behind this, instead of in front of it. */
export const METADATA_PREFIX = '/.well-known/oauth-authorization-server';

/** What a slug can be: anything else is nobody's, and is not asked for. */
const SLUG = /^[a-z0-9-]{1,63}$/;

/** Where this deployment answers. */
export interface Deployment {
  /** PUBLIC_URL without a trailing slash; may have a path. */
  readonly publicUrl: string;
  /** Other names of the same host, such as `127.0.0.1:3000`: a GET there is redirected. */
  readonly aliasHosts: readonly string[];
}

export type TenantResolution =
  | {
      outcome: 'tenant';
      tenant: Tenant;
      issuer: string;
      /** What the tenant's routes are mounted under: `''`, `/t/<slug>`, or with PUBLIC_URL's path. */
      issuerPath: string;
      /** The path inside the tenant; begins with `/`. */
      path: string;
    }
  /** The host is an alias: the same URL on the deployment's own host. */
  | { outcome: 'alias'; origin: string }
  /** Nobody here answers to this host: 421. */
  | { outcome: 'misdirected' }
  /** The host is ours, but no tenant is there: 404. */
  | { outcome: 'not_found' };

/**
 * Maps (host, path) to a tenant.
 *
 * The deployment's own host serves the default tenant at PUBLIC_URL and the others under
 * `/t/<slug>`; a tenant with an issuer on a host of its own is served there and nowhere else.
 * Issuer and endpoint URLs come from configuration: the host only chooses between them.
 *
 * @param request.host - as in the Host header, any case, with port
 * @param request.path - path without query, not decoded
 * @param request.admit - see `TenantDirectory`
 * @throws StorageUnavailableError
 * @see RFC 8414, section 3.1 (the path form of the metadata address)
 */
export async function resolveTenant(
  deps: { directory: Pick<TenantDirectory, 'bySlug' | 'byHost'> },
  deployment: Deployment,
  request: { host: string; path: string; admit?: () => void },
): Promise<TenantResolution> {
  const home = new URL(deployment.publicUrl);
  const host = withoutDefaultPort(request.host.toLowerCase(), home.protocol);

  if (host !== home.host) {
    if (deployment.aliasHosts.includes(host)) return { outcome: 'alias', origin: home.origin };
    const tenant = await deps.directory.byHost(host, request.admit);
    if (tenant === undefined || tenant.disabled) return { outcome: 'misdirected' };
    return {
      outcome: 'tenant',
      tenant,
      issuer: issuerOf(tenant, ''),
      issuerPath: '',
      path: request.path,
    };
  }

  const place = placeOf(request.path, home.pathname === '/' ? '' : home.pathname);
  if (place === undefined) return { outcome: 'not_found' };
  const tenant = await deps.directory.bySlug(place.slug, request.admit);
  if (tenant === undefined || tenant.disabled || tenant.customIssuer !== undefined) {
    return { outcome: 'not_found' };
  }
  const issuer = issuerOf(tenant, deployment.publicUrl);
  return { outcome: 'tenant', tenant, issuer, issuerPath: place.issuerPath, path: place.path };
}

/** Which tenant a path on the deployment's host names, and what is left of the path. */
function placeOf(
  path: string,
  basePath: string,
): { slug: string; issuerPath: string; path: string } | undefined {
  const metadata = path.startsWith(`${METADATA_PREFIX}/`);
  const under = metadata ? path.slice(METADATA_PREFIX.length) : path;
  if (basePath !== '' && under !== basePath && !under.startsWith(`${basePath}/`)) return undefined;

  const rest = under.slice(basePath.length);
  const named = /^\/t\/([^/]+)(.*)$/s.exec(rest);
  const slug = named?.[1] ?? DEFAULT_TENANT_SLUG;
  // The default tenant's issuer is PUBLIC_URL: it has no second address.
  if (named !== null && (slug === DEFAULT_TENANT_SLUG || !SLUG.test(slug))) return undefined;

  const issuerPath = named === null ? basePath : `${basePath}/t/${slug}`;
  const inside = named === null ? rest : (named[2] ?? '');
  if (!metadata) return { slug, issuerPath, path: inside === '' ? '/' : inside };
  return inside === '' || inside === '/' ? { slug, issuerPath, path: METADATA_PREFIX } : undefined;
}

function withoutDefaultPort(host: string, protocol: string): string {
  const port = protocol === 'https:' ? ':443' : ':80';
  return host.endsWith(port) ? host.slice(0, -port.length) : host;
}
