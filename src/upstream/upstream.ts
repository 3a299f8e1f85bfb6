import type { TenantId } from '../tenants/tenant.ts';

/**
 * Upstream: the OpenID Connect providers of others that people of a tenant may sign in with. This
 * room owns which there are, the protocol with them, and which identity at a provider belongs to
 * which account. It knows nothing of pages, and nothing of what an account proves otherwise.
 *
 * An identity is an issuer with a subject, and nothing else. What a provider says of a person's
 * name and address is shown and may fill in a new account; it never finds an account to sign in.
 */
export interface UpstreamProvider {
  readonly tenantId: TenantId;
  /** Unique in the tenant, `[a-z0-9-]{1,63}`; part of the redirect URI. */
  readonly key: string;
  /** What people know it by: "Continue with …". */
  readonly name: string;
  /** Exactly as its discovery document has it. */
  readonly issuer: string;
  /** Who we are at the provider. */
  readonly clientId: string;
  /** See upstream-secret.ts. */
  readonly sealedClientSecret: string;
  /** Always with `openid`. */
  readonly scopes: readonly string[];
  /** The parameter `prompt` of each request. OpenID Connect Core 1.0, section 3.1.2.1 */
  readonly prompt: string | undefined;
  /** Whether its `email_verified` counts: whoever it says has an address, has it. */
  readonly trustEmail: boolean;
  /** Whether somebody without an account here gets one, where the tenant is open. */
  readonly registration: UpstreamRegistration;
  /** Lower case; the domains that a new account's address may be of. Empty: any. */
  readonly emailDomains: readonly string[];
  readonly disabled: boolean;
}

export type UpstreamRegistration = 'allow' | 'deny';

/** Who somebody is at a provider, and what it says of them: verified, but for the truth of it. */
export interface UpstreamIdentity {
  /** Key of the provider. */
  readonly provider: string;
  readonly issuer: string;
  /** At most 255 ASCII characters. OpenID Connect Core 1.0, section 2 */
  readonly subject: string;
  readonly email: string | undefined;
  /** What the provider says; whether it counts is for `trustEmail`. */
  readonly emailVerified: boolean;
  /** Standard claims by their OIDC names, of those that a new account may begin with. */
  readonly claims: Readonly<Record<string, string>>;
  /** `auth_time`, when the provider says it. */
  readonly authenticatedAt: Date | undefined;
}

/** An identity at a provider that belongs to an account. */
export interface UpstreamLink {
  readonly tenantId: TenantId;
  /** A UUID. */
  readonly id: string;
  readonly provider: string;
  readonly issuer: string;
  readonly subject: string;
  readonly accountId: string;
  /** What the provider said last. */
  readonly shownName: string | undefined;
  readonly shownEmail: string | undefined;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | undefined;
}
