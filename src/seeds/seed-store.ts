import type { ClientMetadata } from '../applications/client.ts';
import type { TenantId } from '../tenants/tenant.ts';
import type { UpstreamRegistration } from '../upstream/upstream.ts';
import type { SeedRecord } from './seed-record.ts';

/** What of a tenant the files speak of: nothing else is loaded, however large the tenant is. */
export interface SeedScope {
  readonly slug: string;
  /** Host of the issuer that the tenant is to have, to see whether it is taken. */
  readonly issuerHost: string | undefined;
  readonly upstreamKeys: readonly string[];
  readonly applicationKeys: readonly string[];
  readonly audiences: readonly string[];
  readonly clientIds: readonly string[];
  readonly groupKeys: readonly string[];
  /** Normalised. */
  readonly usernameKeys: readonly string[];
  /** Normalised. */
  readonly emailKeys: readonly string[];
  /** `application:role`. */
  readonly roleNames: readonly string[];
  /** What it does not name and is loaded all the same, with what would go along with it. */
  readonly unnamed: Extent;
  /** The accounts of those. */
  readonly unnamedAccounts: Extent;
}

export type Extent = 'none' | 'managed' | 'all';

/** What a plan needs to know. */
export interface SeedLook {
  readonly scopes: readonly SeedScope[];
  /** Counts what the tenants have that seeds manage and no scope names. */
  readonly countOthers: boolean;
}

export interface CurrentState {
  /** The tenants of the scope that exist. */
  readonly tenants: readonly CurrentTenant[];
  /** Which tenant (slug) has an issuer host of the scope. */
  readonly issuerHosts: ReadonlyMap<string, string>;
  /** Tenants that seeds manage and no scope names, but for `default`; sorted. */
  readonly otherTenants: readonly OtherTenant[];
}

export interface OtherTenant {
  readonly slug: string;
  /** By an operator: seeds manage it still. */
  readonly disabled: boolean;
  /** 0 unless they were asked for, as with the accounts. */
  readonly clients: number;
  readonly accounts: number;
}

export interface CurrentTenant {
  readonly id: TenantId;
  readonly slug: string;
  readonly name: string;
  readonly issuer: string | undefined;
  readonly disabled: boolean;
  /** As stored: sparse. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Disabled because no file named it; defining it again enables it. */
  readonly pruned: boolean;
  readonly managed: boolean;
  /** What was applied last; undefined before the first time. */
  readonly record: SeedRecord | undefined;
  readonly upstreams: readonly CurrentUpstream[];
  /** Those of the scope's keys, and those that have one of its audiences. */
  readonly applications: readonly CurrentApplication[];
  readonly clients: readonly CurrentClient[];
  readonly groups: readonly CurrentGroup[];
  /** Those of the scope's user names, and those that have one of its e-mail addresses. */
  readonly accounts: readonly CurrentAccount[];
}

export interface CurrentUpstream {
  readonly key: string;
  readonly name: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly secretDigest: string;
  readonly scopes: readonly string[];
  readonly prompt: string | undefined;
  readonly trustEmail: boolean;
  readonly registration: UpstreamRegistration;
  readonly emailDomains: readonly string[];
  readonly disabled: boolean;
  /** Identities that are linked to accounts; counted where the scope does not name it. */
  readonly links: number;
  readonly managed: boolean;
  /** What was applied last; undefined before the first time. */
  readonly record: SeedRecord | undefined;
}

export interface CurrentApplication {
  readonly key: string;
  readonly name: string;
  readonly firstParty: boolean;
  readonly audience: string | undefined;
  readonly requireAssignment: boolean;
  readonly permissionsInToken: boolean;
  /** Clients in it that seeds do not manage; counted where the scope does not name it. */
  readonly otherClients: number;
  readonly managed: boolean;
  /** What was applied last; undefined before the first time. */
  readonly record: SeedRecord | undefined;
  readonly roles: readonly CurrentRole[];
}

export interface CurrentRole {
  readonly key: string;
  readonly name: string | undefined;
  /** Sorted. */
  readonly permissions: readonly string[];
  /** Accounts, groups and clients that have it; counted where the scope does not name it. */
  readonly holders: number;
  readonly managed: boolean;
  /** What was applied last; undefined before the first time. */
  readonly record: SeedRecord | undefined;
}

export interface CurrentClient {
  readonly clientId: string;
  /** Key of its application. */
  readonly application: string;
  readonly metadata: ClientMetadata;
  readonly secretDigest: string | undefined;
  /** `application:role`, sorted. */
  readonly roles: readonly string[];
  readonly disabled: boolean;
  /** Accounts that allowed it something; counted where the scope does not name it. */
  readonly consents: number;
  readonly managed: boolean;
  /** What was applied last; undefined before the first time. */
  readonly record: SeedRecord | undefined;
}

export interface CurrentGroup {
  readonly key: string;
  readonly name: string | undefined;
  /** `application:role`, sorted. */
  readonly roles: readonly string[];
  /** Counted where the scope does not name it. */
  readonly members: number;
  readonly managed: boolean;
  /** What was applied last; undefined before the first time. */
  readonly record: SeedRecord | undefined;
}

export interface CurrentAccount {
  readonly id: string;
  readonly username: string;
  readonly usernameKey: string;
  readonly email: string | undefined;
  readonly emailKey: string | undefined;
  readonly emailVerified: boolean;
  readonly claims: Readonly<Record<string, unknown>>;
  /** `application:role`, sorted. */
  readonly roles: readonly string[];
  /** Sorted. */
  readonly groups: readonly string[];
  readonly disabled: boolean;
  readonly managed: boolean;
  /** What was applied last; undefined before the first time. */
  readonly record: SeedRecord | undefined;
}

export interface WholeState {
  readonly tenants: readonly CurrentTenant[];
  /** By tenant id, then account id; empty unless they were asked for. */
  readonly passwordHashes: ReadonlyMap<TenantId, ReadonlyMap<string, string>>;
}

/** One thing as it is to be from now on, whole; role and group lists replace what was there. */
export type ThingWrite =
  | TenantWrite
  | UpstreamWrite
  | ApplicationWrite
  | RoleWrite
  | ClientWrite
  | GroupWrite
  | AccountWrite;

/** What seeds speak of. */
export type SeedKind = ThingWrite['kind'];

/** One change of what is stored. */
export type SeedWrite = ThingWrite | RecordWrite | RemoveWrite | ReleaseWrite | RetireWrite;

export interface TenantWrite {
  readonly kind: 'tenant';
  readonly tenant: string;
  readonly name: string;
  readonly issuer: string | undefined;
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface UpstreamWrite {
  readonly kind: 'upstream';
  readonly tenant: string;
  readonly key: string;
  readonly name: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly secretDigest: string;
  /**
   * Seals the secret for its tenant, whose id a new one has only when it is written; undefined: it
   * stays the one that is stored.
   */
  readonly sealSecret?: (tenantId: TenantId) => string;
  readonly scopes: readonly string[];
  readonly prompt: string | undefined;
  readonly trustEmail: boolean;
  readonly registration: UpstreamRegistration;
  readonly emailDomains: readonly string[];
}

export interface ApplicationWrite {
  readonly kind: 'application';
  readonly tenant: string;
  readonly key: string;
  readonly name: string;
  readonly firstParty: boolean;
  readonly audience: string | undefined;
  readonly requireAssignment: boolean;
  readonly permissionsInToken: boolean;
}

export interface RoleWrite {
  readonly kind: 'role';
  readonly tenant: string;
  readonly application: string;
  readonly key: string;
  readonly name: string | undefined;
  readonly permissions: readonly string[];
}

export interface ClientWrite {
  readonly kind: 'client';
  readonly tenant: string;
  readonly application: string;
  readonly clientId: string;
  readonly metadata: ClientMetadata;
  /** A digest other than the stored one also ends an overlap that is under way. */
  readonly secretDigest: string | undefined;
  readonly roles: readonly string[];
}

export interface GroupWrite {
  readonly kind: 'group';
  readonly tenant: string;
  readonly key: string;
  readonly name: string | undefined;
  readonly roles: readonly string[];
}

export interface AccountWrite {
  readonly kind: 'account';
  readonly tenant: string;
  /** A new account's id is made by the caller. */
  readonly id: string;
  readonly username: string;
  readonly usernameKey: string;
  readonly email: string | undefined;
  readonly emailKey: string | undefined;
  readonly emailVerified: boolean;
  readonly claims: Readonly<Record<string, unknown>>;
  /** Set for new accounts alone. */
  readonly passwordHash: string | undefined;
  readonly roles: readonly string[];
  readonly groups: readonly string[];
}

/** Deletes one thing, with everything that belongs to it. */
export interface RemoveWrite {
  readonly kind: 'remove';
  readonly of: Exclude<SeedKind, 'tenant'>;
  readonly tenant: string;
  /** Of a role: the key of its application. */
  readonly application: string | undefined;
  /** Key or client id; an account's id. */
  readonly key: string;
}

/** Seeds let go of an account that they did not make, and take its roles and groups back. */
export interface ReleaseWrite {
  readonly kind: 'release';
  readonly tenant: string;
  /** The account's id. */
  readonly key: string;
}

/**
 * Disables a tenant that no file names any more, and lets go of one that an operator has disabled.
 * Nothing of it is deleted.
 */
export interface RetireWrite {
  readonly kind: 'retire';
  readonly tenant: string;
}

/** Keeps what was applied of one thing; changes nothing else of it. */
export interface RecordWrite {
  readonly kind: 'record';
  readonly of: SeedKind;
  readonly tenant: string;
  /** Of a role: the key of its application. */
  readonly application: string | undefined;
  /** Slug, key or client id; an account's id. */
  readonly key: string;
  readonly record: SeedRecord;
}

/**
 * Loads and changes what seeds speak of, over all of its tenants. Throws StorageUnavailableError.
 */
export interface SeedStore {
  load(look: SeedLook): Promise<CurrentState>;
  /**
   * Everything that seed files can say of tenants, as of one moment, sorted.
   *
   * @param slugs - undefined: all tenants
   */
  loadWhole(
    slugs: readonly string[] | undefined,
    options: { readonly accounts: Extent; readonly passwordHashes: boolean },
  ): Promise<WholeState>;
  /**
   * Decides and writes in one transaction, one caller at a time in the whole deployment.
   *
   * `decide` sees the state under the lock; what it returns is written whole or, when it or the
   * database refuses, not at all. What is removed goes before what is written comes, so that
   * names, addresses and audiences may pass from one to the other. Every thing written is marked as managed by seeds. Each tenant of
   * which a tenant, upstream provider, application, role or client changed gets a new version, once.
   *
   * @returns ids of the tenants of the scope and of those that were written, by slug
   * @throws ConflictError when another caller held the lock for too long, or when what is written
   *   contradicts what is stored (a name taken in between)
   */
  transact(
    look: SeedLook,
    decide: (current: CurrentState) => Promise<readonly SeedWrite[]>,
  ): Promise<ReadonlyMap<string, TenantId>>;
}
