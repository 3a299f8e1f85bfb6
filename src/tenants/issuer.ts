import { DEFAULT_TENANT_SLUG, type Tenant } from './tenant.ts';

/**
 * The tenant's issuer identifier, from configuration alone (never from the request).
 *
 * @param publicUrl - the deployment's PUBLIC_URL, without a trailing slash
 * @returns an URL without a trailing slash
 * @see OpenID Connect Discovery 1.0, section 3
 */
export function issuerOf(tenant: Pick<Tenant, 'slug' | 'customIssuer'>, publicUrl: string): string {
  if (tenant.customIssuer !== undefined) return tenant.customIssuer;
  return tenant.slug === DEFAULT_TENANT_SLUG ? publicUrl : `${publicUrl}/t/${tenant.slug}`;
}
