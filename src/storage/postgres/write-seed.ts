import type { Knex } from 'knex';
import type {
  AccountWrite,
  ApplicationWrite,
  ClientWrite,
  GroupWrite,
  RecordWrite,
  RoleWrite,
  SeedWrite,
  TenantWrite,
  UpstreamWrite,
} from '../../seeds/seed-store.ts';
import { releaseAccounts, releaseAudiences, removeThings, retireTenants } from './prune-seed.ts';
import { query } from './query.ts';
import { eachChunk, SEED_ROWS } from './seed-rows.ts';

/**
 * Writes what a plan decided, kind by kind, so that what is referred to is there before what
 * refers to it: a few statements per kind, however many things there are.
 *
 * What goes lets go of its names first. An application goes last, because a client of it may be on
 * its way to another.
 */
export async function writeSeed(
  trx: Knex.Transaction,
  writes: readonly SeedWrite[],
): Promise<void> {
  const of = <K extends SeedWrite['kind']>(kind: K) =>
    writes.filter((write): write is Extract<SeedWrite, { kind: K }> => write.kind === kind);
  const removes = of('remove');
  await releaseAudiences(trx, removes);
  for (const kind of ['client', 'role', 'group', 'account', 'upstream'] as const) {
    await removeThings(trx, kind, removes);
  }
  await releaseAccounts(trx, of('release'));
  await writeTenants(trx, of('tenant'));
  await writeUpstreams(trx, of('upstream'));
  await writeApplications(trx, of('application'));
  await writeRoles(trx, of('role'));
  await writeGroups(trx, of('group'));
  await writeClients(trx, of('client'));
  await writeAccounts(trx, of('account'));
  await removeThings(trx, 'application', removes);
  await retireTenants(trx, of('retire'));
  await writeRecords(trx, of('record'));
}

async function writeTenants(trx: Knex.Transaction, writes: readonly TenantWrite[]): Promise<void> {
  const rows = writes.map((write) => ({
    ...write,
    host: write.issuer === undefined ? undefined : new URL(write.issuer).host,
  }));
  // Hosts may change hands between tenants: all are let go before any is taken.
  await eachChunk(
    trx,
    rows,
    `update tenants t set custom_issuer = null, custom_host = null
       from jsonb_to_recordset(?::jsonb) as x(tenant text) where t.slug = x.tenant`,
  );
  await eachChunk(
    trx,
    rows,
    `insert into tenants (slug, name, custom_issuer, custom_host, settings, managed_by)
     select x.tenant, x.name, x.issuer, x.host, x.settings, 'seed'
       from jsonb_to_recordset(?::jsonb) as x(
         tenant text, name text, issuer text, host text, settings jsonb)
     on conflict (slug) do update
        set name = excluded.name, custom_issuer = excluded.custom_issuer,
            custom_host = excluded.custom_host, settings = excluded.settings, managed_by = 'seed',
            disabled_at = case when tenants.managed_by = 'pruned' then null
                               else tenants.disabled_at end,
            updated_at = now()`,
  );
}

async function writeUpstreams(
  trx: Knex.Transaction,
  writes: readonly UpstreamWrite[],
): Promise<void> {
  if (writes.length === 0) return;
  const tenants = await query<{ slug: string; id: string }>(
    trx,
    'select slug, id from tenants where slug = any(?)',
    [[...new Set(writes.map(({ tenant }) => tenant))]],
  );
  const ids = new Map(tenants.map(({ slug, id }) => [slug, id]));
  const rows = writes.flatMap(({ sealSecret, ...write }) => {
    const tenantId = ids.get(write.tenant);
    // Without a seal the one stays that is stored; where there is none, the column refuses it.
    return tenantId === undefined ? [] : [{ ...write, tenantId, sealed: sealSecret?.(tenantId) }];
  });
  await eachChunk(
    trx,
    rows,
    `insert into upstream_providers (tenant_id, key, name, issuer, client_id, sealed_client_secret,
                                     client_secret_digest, scopes, prompt, trust_email,
                                     registration, email_domains, managed_by)
     select x."tenantId", x.key, x.name, x.issuer, x."clientId",
            coalesce(x.sealed, (select p.sealed_client_secret from upstream_providers p
                                 where p.tenant_id = x."tenantId" and p.key = x.key)),
            x."secretDigest", x.scopes, x.prompt, x."trustEmail", x.registration, x."emailDomains", 'seed'
       from jsonb_to_recordset(?::jsonb) as x(
         "tenantId" uuid, key text, name text, issuer text, "clientId" text, sealed text,
         "secretDigest" text, scopes text[], prompt text, "trustEmail" boolean, registration text,
         "emailDomains" text[])
     on conflict (tenant_id, key) do update
        set name = excluded.name, issuer = excluded.issuer, client_id = excluded.client_id,
            sealed_client_secret = excluded.sealed_client_secret,
            client_secret_digest = excluded.client_secret_digest, scopes = excluded.scopes,
            prompt = excluded.prompt, trust_email = excluded.trust_email,
            registration = excluded.registration, email_domains = excluded.email_domains,
            managed_by = 'seed', updated_at = now()`,
  );
}

async function writeApplications(
  trx: Knex.Transaction,
  writes: readonly ApplicationWrite[],
): Promise<void> {
  // Audiences may change hands between applications: all are let go before any is taken.
  await eachChunk(
    trx,
    writes,
    `update applications a set audience = null
       from jsonb_to_recordset(?::jsonb) as x(tenant text, key text), tenants t
      where t.slug = x.tenant and a.tenant_id = t.id and a.key = x.key`,
  );
  await eachChunk(
    trx,
    writes,
    `insert into applications (tenant_id, key, name, first_party, audience, require_assignment,
                               permissions_in_token, managed_by)
     select t.id, x.key, x.name, x."firstParty", x.audience, x."requireAssignment",
            x."permissionsInToken", 'seed'
       from jsonb_to_recordset(?::jsonb) as x(
         tenant text, key text, name text, "firstParty" boolean, audience text,
         "requireAssignment" boolean, "permissionsInToken" boolean)
       join tenants t on t.slug = x.tenant
     on conflict (tenant_id, key) do update
        set name = excluded.name, first_party = excluded.first_party,
            audience = excluded.audience, require_assignment = excluded.require_assignment,
            permissions_in_token = excluded.permissions_in_token, managed_by = 'seed',
            updated_at = now()`,
  );
}

async function writeRoles(trx: Knex.Transaction, writes: readonly RoleWrite[]): Promise<void> {
  await eachChunk(
    trx,
    writes,
    `insert into roles (tenant_id, application_id, key, name, permissions, managed_by)
     select t.id, a.id, x.key, x.name, x.permissions, 'seed'
       from jsonb_to_recordset(?::jsonb) as x(
         tenant text, application text, key text, name text, permissions text[])
       join tenants t on t.slug = x.tenant
       join applications a on a.tenant_id = t.id and a.key = x.application
     on conflict (tenant_id, application_id, key) do update
        set name = excluded.name, permissions = excluded.permissions, managed_by = 'seed'`,
  );
}

async function writeGroups(trx: Knex.Transaction, writes: readonly GroupWrite[]): Promise<void> {
  const holder = 'join groups h on h.tenant_id = t.id and h.key = x.key';
  await eachChunk(
    trx,
    writes,
    `insert into groups (tenant_id, key, name, managed_by)
     select t.id, x.key, x.name, 'seed'
       from jsonb_to_recordset(?::jsonb) as x(tenant text, key text, name text)
       join tenants t on t.slug = x.tenant
     on conflict (tenant_id, key) do update set name = excluded.name, managed_by = 'seed'`,
    ...replaceRoles({ table: 'group_roles', column: 'group_id', input: 'key', holder, id: 'h.id' }),
  );
}

async function writeClients(trx: Knex.Transaction, writes: readonly ClientWrite[]): Promise<void> {
  const holder = 'join clients h on h.tenant_id = t.id and h.client_id = x."clientId"';
  await eachChunk(
    trx,
    writes,
    `insert into clients (tenant_id, client_id, application_id, metadata, secret_digest, managed_by)
     select t.id, x."clientId", a.id, x.metadata, x."secretDigest", 'seed'
       from jsonb_to_recordset(?::jsonb) as x(
         tenant text, "clientId" text, application text, metadata jsonb, "secretDigest" text)
       join tenants t on t.slug = x.tenant
       join applications a on a.tenant_id = t.id and a.key = x.application
     on conflict (tenant_id, client_id) do update
        set application_id = excluded.application_id, metadata = excluded.metadata,
            secret_digest = excluded.secret_digest,
            previous_secret_digest =
              case when clients.secret_digest is not distinct from excluded.secret_digest
                   then clients.previous_secret_digest end,
            previous_secret_expires_at =
              case when clients.secret_digest is not distinct from excluded.secret_digest
                   then clients.previous_secret_expires_at end,
            managed_by = 'seed', updated_at = now()`,
    ...replaceRoles({
      table: 'client_roles',
      column: 'client_id',
      input: '"clientId"',
      holder,
      id: 'h.client_id',
    }),
  );
}

async function writeAccounts(
  trx: Knex.Transaction,
  writes: readonly AccountWrite[],
): Promise<void> {
  const holder = 'join accounts h on h.tenant_id = t.id and h.id = x.id';
  // E-mail addresses may change hands between accounts: all are let go before any is taken.
  await eachChunk(
    trx,
    writes,
    `update accounts a set email = null, email_key = null
       from jsonb_to_recordset(?::jsonb) as x(tenant text, id text), tenants t
      where t.slug = x.tenant and a.tenant_id = t.id and a.id = x.id`,
  );
  await eachChunk(
    trx,
    writes,
    `insert into accounts (tenant_id, id, username, username_key, email, email_key, email_verified,
                           claims, managed_by)
     select t.id, x.id, x.username, x."usernameKey", x.email, x."emailKey", x."emailVerified",
            x.claims, 'seed'
       from jsonb_to_recordset(?::jsonb) as x(
         tenant text, id text, username text, "usernameKey" text, email text, "emailKey" text,
         "emailVerified" boolean, claims jsonb)
       join tenants t on t.slug = x.tenant
     on conflict (tenant_id, id) do update
        set username = excluded.username, username_key = excluded.username_key,
            email = excluded.email, email_key = excluded.email_key,
            email_verified = excluded.email_verified, claims = excluded.claims,
            managed_by = 'seed', updated_at = now()`,
    `insert into passwords (tenant_id, account_id, hash)
     select t.id, x.id, x."passwordHash"
       from jsonb_to_recordset(?::jsonb) as x(tenant text, id text, "passwordHash" text)
       join tenants t on t.slug = x.tenant
      where x."passwordHash" is not null`,
    ...replaceRoles({
      table: 'account_roles',
      column: 'account_id',
      input: 'id',
      holder,
      id: 'h.id',
    }),
    `delete from group_members m
      using jsonb_to_recordset(?::jsonb) as x(tenant text, id text), tenants t
      where t.slug = x.tenant and m.tenant_id = t.id and m.account_id = x.id`,
    `insert into group_members (tenant_id, account_id, group_id)
     select t.id, x.id, g.id
       from jsonb_to_recordset(?::jsonb) as x(tenant text, id text, groups text[])
       join tenants t on t.slug = x.tenant
      cross join unnest(x.groups) as membership(key)
       join groups g on g.tenant_id = t.id and g.key = membership.key`,
  );
}

async function writeRecords(trx: Knex.Transaction, writes: readonly RecordWrite[]): Promise<void> {
  for (const [of, rows] of Map.groupBy(writes, (write) => write.of)) {
    const { table, where } = SEED_ROWS[of];
    await eachChunk(
      trx,
      rows,
      `update ${table} w set seed_record = x.record
         from jsonb_to_recordset(?::jsonb) as x(
                tenant text, application text, key text, record jsonb), tenants t
        where t.slug = x.tenant and ${where}`,
    );
  }
}

/** Two statements that make a holder's roles exactly those of its `roles` list. */
function replaceRoles(of: {
  /** Table of assignments. */
  table: string;
  /** Its column that names the holder. */
  column: string;
  /** The field of the JSON rows that names the holder. */
  input: string;
  /** Joins the holder as `h`, from the tenant `t` and the JSON row `x`. */
  holder: string;
  /** What `column` holds. */
  id: string;
}): string[] {
  const source = `jsonb_to_recordset(?::jsonb) as x(tenant text, ${of.input} text, roles text[])
       join tenants t on t.slug = x.tenant
       ${of.holder}`;
  return [
    `delete from ${of.table} d
      using (select h.tenant_id, ${of.id} as holder from ${source}) s
      where d.tenant_id = s.tenant_id and d.${of.column} = s.holder`,
    `insert into ${of.table} (tenant_id, ${of.column}, role_id)
     select h.tenant_id, ${of.id}, r.id
       from ${source}
      cross join unnest(x.roles) as assigned(name)
       join applications a on a.tenant_id = t.id and a.key = split_part(assigned.name, ':', 1)
       join roles r on r.tenant_id = t.id and r.application_id = a.id
                   and r.key = split_part(assigned.name, ':', 2)`,
  ];
}
