import type { TenantId } from '../tenants/tenant.ts';

/**
 * Accounts: the people of a tenant, what proves them (credentials) and what is known of them
 * (claims). This room owns sign-in and its throttling; it knows nothing of HTTP or of
 * OpenID Connect's messages, only the names of its standard claims.
 */
export interface Account {
  readonly tenantId: TenantId;
  /** The subject identifier: stable, never reused, at most 255 ASCII characters. */
  readonly id: string;
  /** As typed at creation; unique in the tenant by its normalised form. */
  readonly username: string;
  readonly email: string | undefined;
  readonly emailVerified: boolean;
  /** Standard claims by their OIDC names, without sub, email, email_verified, preferred_username. */
  readonly claims: Readonly<Record<string, unknown>>;
  readonly disabled: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
