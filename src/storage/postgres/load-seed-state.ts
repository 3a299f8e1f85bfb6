import type { Knex } from 'knex';
import type { SeedRecord } from '../../seeds/seed-record.ts';
import type {
  CurrentAccount,
  CurrentApplication,
  CurrentClient,
  CurrentGroup,
  CurrentState,
  CurrentTenant,
  CurrentUpstream,
  Extent,
  OtherTenant,
  SeedLook,
  SeedScope,
  WholeState,
} from '../../seeds/seed-store.ts';
import { DEFAULT_TENANT_SLUG, type TenantId } from '../../tenants/tenant.ts';
import { query } from './query.ts';

interface TenantRow {
  id: string;
  slug: string;
  name: string;
  custom_issuer: string | null;
  custom_host: string | null;
  settings: Record<string, unknown>;
  managed: boolean;
  pruned: boolean;
  disabled: boolean;
  record: SeedRecord | null;
}

const NOTHING_NAMED = {
  issuerHost: undefined,
  upstreamKeys: [],
  applicationKeys: [],
  audiences: [],
  clientIds: [],
  groupKeys: [],
  usernameKeys: [],
  emailKeys: [],
  roleNames: [],
};

/** JSON from PostgreSQL keeps nulls; the rooms speak of absent values as undefined. */
type Nullable<T> = { [K in keyof T]: undefined extends T[K] ? T[K] | null : T[K] };

/**
 * Loads what the scopes name, tenant by tenant, and what seeds manage where a scope asks; nothing
 * else, however large a tenant is.
 */
export async function loadSeedState(
  db: Knex,
  { scopes, countOthers }: SeedLook,
): Promise<CurrentState> {
  const hosts = scopes.flatMap(({ issuerHost }) => issuerHost ?? []);
  const rows = await query<TenantRow>(
    db,
    `select id, slug, name, custom_issuer, custom_host, settings, managed_by = 'seed' as managed,
            managed_by = 'pruned' as pruned, disabled_at is not null as disabled,
            seed_record as record
       from tenants where slug = any(?) or custom_host = any(?)`,
    [scopes.map(({ slug }) => slug), hosts],
  );
  const tenants: CurrentTenant[] = [];
  for (const scope of scopes) {
    const row = rows.find(({ slug }) => slug === scope.slug);
    if (row !== undefined) tenants.push(await loadTenant(db, row, scope));
  }
  const issuerHosts = new Map(
    rows.flatMap(({ custom_host: host, slug }) => (host === null ? [] : [[host, slug]])),
  );
  const otherTenants = await loadOtherTenants(db, scopes, countOthers);
  return { tenants, issuerHosts, otherTenants };
}

async function loadOtherTenants(
  db: Knex,
  scopes: readonly SeedScope[],
  counted: boolean,
): Promise<OtherTenant[]> {
  const count = (table: string) =>
    counted ? `(select count(*)::integer from ${table} o where o.tenant_id = t.id)` : '0';
  return query<OtherTenant>(
    db,
    `select t.slug, t.disabled_at is not null as disabled, ${count('clients')} as clients,
            ${count('accounts')} as accounts
       from tenants t
      where t.managed_by = 'seed' and t.slug <> all(?)
      order by t.slug`,
    [[DEFAULT_TENANT_SLUG, ...scopes.map(({ slug }) => slug)]],
  );
}

/** Loads tenants with everything that seed files can say of them. */
export async function loadWholeState(
  db: Knex,
  slugs: readonly string[] | undefined,
  options: { readonly accounts: Extent; readonly passwordHashes: boolean },
): Promise<WholeState> {
  const found = await query<{ slug: string }>(
    db,
    'select slug from tenants where ?::text[] is null or slug = any(?) order by slug',
    [slugs ?? null, slugs ?? null],
  );
  const scopes = found.map(({ slug }) => ({
    ...NOTHING_NAMED,
    slug,
    unnamed: 'all' as const,
    unnamedAccounts: options.accounts,
  }));
  const { tenants } = await loadSeedState(db, { scopes, countOthers: false });
  const passwordHashes = new Map<TenantId, ReadonlyMap<string, string>>();
  for (const { id } of options.passwordHashes ? tenants : []) {
    const rows = await query<{ accountId: string; hash: string }>(
      db,
      'select account_id as "accountId", hash from passwords where tenant_id = ?',
      [id],
    );
    passwordHashes.set(id, new Map(rows.map(({ accountId, hash }) => [accountId, hash])));
  }
  return { tenants, passwordHashes };
}

async function loadTenant(db: Knex, row: TenantRow, scope: SeedScope): Promise<CurrentTenant> {
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    issuer: row.custom_issuer ?? undefined,
    settings: row.settings,
    pruned: row.pruned === true,
    disabled: row.disabled,
    managed: row.managed === true,
    record: row.record ?? undefined,
    upstreams: await loadUpstreams(db, row.id, scope),
    applications: await loadApplications(db, row.id, scope),
    clients: await loadClients(db, row.id, scope),
    groups: await loadGroups(db, row.id, scope),
    accounts: await loadAccounts(db, row.id, scope),
  };
}

async function loadUpstreams(
  db: Knex,
  tenantId: string,
  scope: SeedScope,
): Promise<CurrentUpstream[]> {
  const rows = await query<Nullable<CurrentUpstream>>(
    db,
    `select key, name, issuer, client_id as "clientId", client_secret_digest as "secretDigest",
            scopes, prompt, trust_email as "trustEmail", registration,
            email_domains as "emailDomains", disabled_at is not null as disabled,
            coalesce(managed_by = 'seed', false) as managed,
            seed_record as record,
            case when key <> all(?) then
              (select count(*)::integer from upstream_links l
                where l.tenant_id = p.tenant_id and l.provider_key = p.key)
            else 0 end as links
       from upstream_providers p
      where tenant_id = ? and (key = any(?) or ${also('p', scope.unnamed)})
      order by key`,
    [scope.upstreamKeys, tenantId, scope.upstreamKeys],
  );
  return rows.map((row) => ({
    ...row,
    prompt: row.prompt ?? undefined,
    record: row.record ?? undefined,
  }));
}

async function loadApplications(
  db: Knex,
  tenantId: string,
  scope: SeedScope,
): Promise<CurrentApplication[]> {
  const rows = await query<Nullable<CurrentApplication> & { roles: Nullable<CurrentRoleRow>[] }>(
    db,
    `select a.key, a.name, a.first_party as "firstParty", a.audience,
            a.require_assignment as "requireAssignment",
            a.permissions_in_token as "permissionsInToken",
            coalesce(a.managed_by = 'seed', false) as managed, a.seed_record as record,
            coalesce((select jsonb_agg(jsonb_build_object(
                        'key', r.key, 'name', r.name,
                        'permissions', array(select p from unnest(r.permissions) p order by p collate "C"),
                        'managed', coalesce(r.managed_by = 'seed', false), 'record', r.seed_record,
                        'holders', case when a.key || ':' || r.key <> all(?) then ${HOLDERS} else 0 end)
                        order by r.key)
                        from roles r
                       where r.tenant_id = a.tenant_id and r.application_id = a.id), '[]') as roles,
            case when a.key <> all(?) then
              (select count(*)::integer from clients c
                where c.tenant_id = a.tenant_id and c.application_id = a.id
                  and c.managed_by is distinct from 'seed')
            else 0 end as "otherClients"
       from applications a
      where a.tenant_id = ? and (a.key = any(?) or a.audience = any(?) or ${also('a', scope.unnamed)})
      order by a.key`,
    [scope.roleNames, scope.applicationKeys, tenantId, scope.applicationKeys, scope.audiences],
  );
  return rows.map((row) => ({
    ...row,
    audience: row.audience ?? undefined,
    record: row.record ?? undefined,
    roles: row.roles.map((role) => ({
      ...role,
      name: role.name ?? undefined,
      record: role.record ?? undefined,
    })),
  }));
}

type CurrentRoleRow = CurrentApplication['roles'][number];

async function loadClients(db: Knex, tenantId: string, scope: SeedScope): Promise<CurrentClient[]> {
  const rows = await query<Nullable<CurrentClient>>(
    db,
    `select c.client_id as "clientId", a.key as application, c.metadata,
            c.secret_digest as "secretDigest", c.disabled_at is not null as disabled,
            coalesce(c.managed_by = 'seed', false) as managed,
            c.seed_record as record,
            case when c.client_id <> all(?) then
              (select count(*)::integer from recorded_grants g
                where g.tenant_id = c.tenant_id and g.client_id = c.client_id)
            else 0 end as consents,
            ${rolesOf('client_roles h', 'h.tenant_id = c.tenant_id and h.client_id = c.client_id')}
       from clients c
       join applications a on a.tenant_id = c.tenant_id and a.id = c.application_id
      where c.tenant_id = ? and (c.client_id = any(?) or ${also('c', scope.unnamed)})
      order by c.client_id`,
    [scope.clientIds, tenantId, scope.clientIds],
  );
  return rows.map((row) => ({
    ...row,
    secretDigest: row.secretDigest ?? undefined,
    record: row.record ?? undefined,
  }));
}

async function loadGroups(db: Knex, tenantId: string, scope: SeedScope): Promise<CurrentGroup[]> {
  const rows = await query<Nullable<CurrentGroup>>(
    db,
    `select g.key, g.name, coalesce(g.managed_by = 'seed', false) as managed,
            g.seed_record as record,
            case when g.key <> all(?) then
              (select count(*)::integer from group_members m
                where m.tenant_id = g.tenant_id and m.group_id = g.id)
            else 0 end as members,
            ${rolesOf('group_roles h', 'h.tenant_id = g.tenant_id and h.group_id = g.id')}
       from groups g
      where g.tenant_id = ? and (g.key = any(?) or ${also('g', scope.unnamed)})
      order by g.key`,
    [scope.groupKeys, tenantId, scope.groupKeys],
  );
  return rows.map((row) => ({
    ...row,
    name: row.name ?? undefined,
    record: row.record ?? undefined,
  }));
}

async function loadAccounts(
  db: Knex,
  tenantId: string,
  scope: SeedScope,
): Promise<CurrentAccount[]> {
  const rows = await query<Nullable<CurrentAccount>>(
    db,
    `select a.id, a.username, a.username_key as "usernameKey", a.email, a.email_key as "emailKey",
            a.email_verified as "emailVerified", a.claims,
            a.disabled_at is not null as disabled,
            coalesce(a.managed_by = 'seed', false) as managed, a.seed_record as record,
            array(select g.key
                    from group_members m
                    join groups g on g.tenant_id = m.tenant_id and g.id = m.group_id
                   where m.tenant_id = a.tenant_id and m.account_id = a.id
                   order by g.key collate "C") as groups,
            ${rolesOf('account_roles h', 'h.tenant_id = a.tenant_id and h.account_id = a.id')}
       from accounts a
      where a.tenant_id = ?
        and (a.username_key = any(?) or a.email_key = any(?) or ${also('a', scope.unnamedAccounts)})
      order by a.username_key`,
    [tenantId, scope.usernameKeys, scope.emailKeys],
  );
  return rows.map((row) => ({
    ...row,
    email: row.email ?? undefined,
    emailKey: row.emailKey ?? undefined,
    record: row.record ?? undefined,
  }));
}

/** Which rows of a table are loaded beside those that a scope names. */
function also(table: string, extent: Extent): string {
  if (extent === 'managed') return `${table}.managed_by = 'seed'`;
  return extent === 'all' ? 'true' : 'false';
}

/** How many have the role `r`. */
const HOLDERS = `(${['account_roles', 'group_roles', 'client_roles']
  .map(
    (table) =>
      `(select count(*)::integer from ${table} h where h.tenant_id = r.tenant_id and h.role_id = r.id)`,
  )
  .join(' + ')})`;

/** The roles of one holder as `application:role`, sorted as JavaScript sorts. */
function rolesOf(holders: string, isHolder: string): string {
  return `array(select ra.key || ':' || r.key
                  from ${holders}
                  join roles r on r.tenant_id = h.tenant_id and r.id = h.role_id
                  join applications ra on ra.tenant_id = r.tenant_id and ra.id = r.application_id
                 where ${isHolder}
                 order by (ra.key || ':' || r.key) collate "C") as roles`;
}
