import type { TenantId } from '../tenants/tenant.ts';
import type { Application, RoleAssignment } from './application.ts';

/** RFC 7591 client metadata as registered, by its standard names. */
export type ClientMetadata = Readonly<Record<string, unknown>>;

/** A registered client with everything that a request of it needs: one read, cached by version. */
export interface RegisteredClient {
  readonly tenantId: TenantId;
  readonly clientId: string;
  readonly application: Application;
  /** RFC 7591 metadata without `client_secret`. */
  readonly metadata: ClientMetadata;
  /**
   * Digests that a presented secret may match (HMAC-SHA-256 with the pepper, base64url): the
   * current one, then, during an overlap, the one before. Empty for clients without a secret.
   */
  readonly secretDigests: readonly ClientSecretDigest[];
  /**
   * Roles of this machine, by the audience of the application that they belong to; the key `''`
   * holds none. Only applications with an audience appear.
   */
  readonly rolesByAudience: Readonly<Record<string, RoleAssignment>>;
  readonly disabled: boolean;
}

export interface ClientSecretDigest {
  readonly digest: string;
  /** When an overlapping secret stops working; undefined for the current one. */
  readonly expiresAt: Date | undefined;
}
