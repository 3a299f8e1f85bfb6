import type { TenantId } from '../tenants/tenant.ts';

/**
 * Grants: what an account allowed a client, remembered beyond sessions, so that consent is asked
 * once per scope set. `oidc-provider`'s own Grant (an artifact) belongs to one session; it is
 * made from what is recorded here.
 */
export interface RecordedGrant {
  readonly tenantId: TenantId;
  readonly accountId: string;
  readonly clientId: string;
  /** OIDC scopes allowed, sorted. */
  readonly scopes: readonly string[];
  /** Single claims allowed through the `claims` parameter, sorted. */
  readonly claims: readonly string[];
  /** Scopes allowed per resource indicator, each sorted. */
  readonly resourceScopes: Readonly<Record<string, readonly string[]>>;
  readonly grantedAt: Date;
}

/** What a request asks for and a person can allow. */
export interface GrantRequest {
  readonly scopes: readonly string[];
  readonly claims: readonly string[];
  readonly resourceScopes: Readonly<Record<string, readonly string[]>>;
}
