import type { Tenant } from './tenant.ts';

/** What a request carries in `ctx.state` once its tenant is known. */
export interface TenantState {
  tenant: Tenant;
  /** The tenant's issuer identifier, no trailing slash. */
  issuer: string;
  /** Path of the issuer, `''` or `/t/<slug>`: what routes of the tenant are mounted under. */
  issuerPath: string;
  /** The request path inside the tenant; begins with `/`. */
  tenantPath: string;
}
