import type { ClientMetadata } from '../applications/client.ts';
import type { StoredTenantSettings } from '../tenants/complete-tenant-settings.ts';
import type { UpstreamRegistration } from '../upstream/upstream.ts';
import type { Place } from './seed-problem.ts';

/**
 * Seeds: declarative YAML files that say which tenants, applications, roles, clients, groups and
 * accounts there are. This room reads the files (`load-seed-files.ts`), compares them with what is
 * stored (`plan-seed.ts`) and makes it so (`apply-seed.ts`); it also writes what is stored as such a
 * file (`export-seed.ts`). It has no SQL of its own: the store (`seed-store.ts`) does.
 *
 * A file owns what it names, wholly: what the definition of an upstream provider, an application, a
 * role, a client, a group or an account leaves out is its default, so deleting a line takes back what it gave.
 * What no file names is left alone, unless it is pruned (`plan-prune.ts`). Three things are the exceptions:
 * - a tenant without a `name` is only referred to: its own fields stay as they are;
 * - a password is set when the account is created, and never again;
 * - `emailVerified`, when left out, keeps what was proved as long as the address stays the same.
 */

/** What the files want, checked and merged; secrets are digests by now. */
export interface DesiredState {
  readonly tenants: readonly DesiredTenant[];
}

export interface DesiredTenant {
  readonly place: Place;
  readonly slug: string;
  /** Undefined when the files only refer to the tenant. */
  readonly definition: TenantDefinition | undefined;
  readonly upstreams: readonly DesiredUpstream[];
  readonly applications: readonly DesiredApplication[];
  readonly groups: readonly DesiredGroup[];
  readonly accounts: readonly DesiredAccount[];
}

/** A file that holds a tenant's logo. */
export interface LogoSource {
  readonly path: string;
  readonly place: Place;
}

export interface TenantDefinition {
  readonly place: Place;
  readonly name: string;
  /** An https origin of the tenant's own. */
  readonly issuer: string | undefined;
  /** Only what the file says; the tenant store fills in the defaults. */
  /** Undefined: the file says nothing of them, and they stay what they are. */
  readonly settings: StoredTenantSettings | undefined;
  /** The file of the logo, which is part of the settings once it was read. */
  readonly logo?: LogoSource | undefined;
}

export interface DesiredUpstream {
  readonly place: Place;
  readonly key: string;
  readonly name: string;
  readonly issuer: string;
  /** Ours at the provider, as is the secret. */
  readonly clientId: string;
  readonly secret: {
    /** Undefined: it is the one that is stored. */
    readonly value: string | undefined;
    readonly digest: string;
    readonly place: Place;
  };
  /** `openid` first, the others sorted. */
  readonly scopes: readonly string[];
  readonly prompt: string | undefined;
  readonly trustEmail: boolean;
  readonly registration: UpstreamRegistration;
  /** Sorted, lower case. */
  readonly emailDomains: readonly string[];
}

export interface DesiredApplication {
  readonly place: Place;
  readonly key: string;
  readonly name: string;
  readonly firstParty: boolean;
  readonly audience: string | undefined;
  readonly requireAssignment: boolean;
  readonly permissionsInToken: boolean;
  readonly roles: readonly DesiredRole[];
  readonly clients: readonly DesiredClient[];
}

export interface DesiredRole {
  readonly place: Place;
  readonly key: string;
  readonly name: string | undefined;
  /** Sorted, without duplicates. */
  readonly permissions: readonly string[];
}

export interface DesiredClient {
  readonly place: Place;
  readonly clientId: string;
  /** RFC 7591 metadata as written, without `client_id` and `client_secret`. */
  readonly metadata: ClientMetadata;
  readonly secret: DesiredSecret | undefined;
  /** `application:role`, sorted. */
  readonly roles: readonly string[];
}

/** A client secret, never readable. */
export type DesiredSecret =
  | { readonly kind: 'digest'; readonly digest: string }
  /** Whatever the file at `path` holds; made when the client is created and there is no file. */
  | { readonly kind: 'generated'; readonly path: string };

export interface DesiredGroup {
  readonly place: Place;
  readonly key: string;
  readonly name: string | undefined;
  /** `application:role`, sorted. */
  readonly roles: readonly string[];
}

export interface DesiredAccount {
  readonly place: Place;
  readonly username: string;
  readonly email: string | undefined;
  /** Undefined: keep what was proved. */
  readonly emailVerified: boolean | undefined;
  /** Standard claims by their OIDC names. */
  readonly claims: Readonly<Record<string, unknown>>;
  readonly password: DesiredPassword | undefined;
  /** `application:role`, sorted. */
  readonly roles: readonly string[];
  /** Group keys, sorted. */
  readonly groups: readonly string[];
}

/** Used when the account is created, never compared. */
export type DesiredPassword =
  | { readonly kind: 'plain'; readonly value: string }
  | { readonly kind: 'hash'; readonly hash: string };
