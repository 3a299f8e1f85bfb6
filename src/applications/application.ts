import type { TenantId } from '../tenants/tenant.ts';

/**
 * Applications: what a tenant's admin manages. An application owns clients and roles, and has an
 * `audience` if it has an API. This room owns clients, their secrets and the rules for their
 * metadata.
 */
export interface Application {
  readonly tenantId: TenantId;
  readonly id: string;
  /** Unique in the tenant, `[a-z0-9-]{1,63}`. */
  readonly key: string;
  readonly name: string;
  /** First-party applications skip the consent page. */
  readonly firstParty: boolean;
  /** The application's API as a resource indicator (an absolute URI without fragment). RFC 8707 */
  readonly audience: string | undefined;
  /** Refuse accounts that have no role in this application. */
  readonly requireAssignment: boolean;
  /** Put `permissions` beside `roles` into access tokens for the audience. */
  readonly permissionsInToken: boolean;
  /** Every permission that a role of this application carries: the scopes of its audience. */
  readonly permissions: readonly string[];
}

/** The roles that one party holds in one application, and what they permit. */
export interface RoleAssignment {
  /** Role keys, sorted. */
  readonly roles: readonly string[];
  /** Union of the roles' permissions, sorted. */
  readonly permissions: readonly string[];
}

export const NO_ROLES: RoleAssignment = { roles: [], permissions: [] };
