/**
 * Rows for tests: each function inserts one row with what the test cares about, invents the rest,
 * and returns the row's id. They write what `seed apply` would write, without its checks.
 */
import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import type { NewAccount } from '../accounts/account-store.ts';
import { normalizeIdentifier } from '../accounts/normalize-identifier.ts';
import type { NewPasskey } from '../accounts/passkey-store.ts';
import type { ClientMetadata } from '../applications/client.ts';
import { randomId } from '../crypto/random-id.ts';
import type { TenantId } from '../tenants/tenant.ts';

/** Inserts a tenant. `settings` holds only what differs from the defaults. */
export async function insertTenant(
  db: Knex,
  tenant: {
    slug?: string;
    name?: string;
    /** An issuer on a host of its own, such as `https://login.acme.example`. */
    customIssuer?: string;
    settings?: Readonly<Record<string, unknown>>;
    disabled?: boolean;
  } = {},
): Promise<TenantId> {
  const slug = tenant.slug ?? invent('tenant');
  const [row] = await db('tenants')
    .insert({
      slug,
      name: tenant.name ?? slug,
      custom_issuer: tenant.customIssuer ?? null,
      custom_host: tenant.customIssuer === undefined ? null : new URL(tenant.customIssuer).host,
      settings: JSON.stringify(tenant.settings ?? {}),
      disabled_at: tenant.disabled === true ? new Date() : null,
    })
    .returning('id');
  return String(row.id);
}

/** The id of the tenant that the migrations insert. */
export async function defaultTenant(db: Knex): Promise<TenantId> {
  const row = await db('tenants').where({ slug: 'default' }).first('id');
  return String(row.id);
}

/** Inserts an application. */
export async function insertApplication(
  db: Knex,
  tenantId: TenantId,
  application: {
    key?: string;
    name?: string;
    firstParty?: boolean;
    audience?: string;
    requireAssignment?: boolean;
    permissionsInToken?: boolean;
  } = {},
): Promise<string> {
  const key = application.key ?? invent('application');
  const [row] = await db('applications')
    .insert({
      tenant_id: tenantId,
      key,
      name: application.name ?? key,
      first_party: application.firstParty ?? false,
      audience: application.audience ?? null,
      require_assignment: application.requireAssignment ?? false,
      permissions_in_token: application.permissionsInToken ?? true,
    })
    .returning('id');
  return String(row.id);
}

/** Inserts a role of an application. */
export async function insertRole(
  db: Knex,
  tenantId: TenantId,
  applicationId: string,
  role: { key?: string; permissions?: readonly string[] } = {},
): Promise<string> {
  const [row] = await db('roles')
    .insert({
      tenant_id: tenantId,
      application_id: applicationId,
      key: role.key ?? invent('role'),
      permissions: [...(role.permissions ?? [])],
    })
    .returning('id');
  return String(row.id);
}

/** Inserts a client. Without metadata it is a machine without redirect URIs. */
export async function insertClient(
  db: Knex,
  tenantId: TenantId,
  applicationId: string,
  client: {
    clientId?: string;
    metadata?: ClientMetadata;
    secretDigest?: string;
    disabled?: boolean;
  } = {},
): Promise<string> {
  const clientId = client.clientId ?? invent('client');
  await db('clients').insert({
    tenant_id: tenantId,
    client_id: clientId,
    application_id: applicationId,
    metadata: JSON.stringify(
      client.metadata ?? {
        redirect_uris: [],
        response_types: [],
        grant_types: ['client_credentials'],
      },
    ),
    secret_digest: client.secretDigest ?? null,
    disabled_at: client.disabled === true ? new Date() : null,
  });
  return clientId;
}

/** An account that nobody has yet, as a person makes it. */
export function newAccount(more: Partial<NewAccount> = {}): NewAccount {
  const address = `${invent('person')}@acme.example`;
  return {
    id: invent('sub'),
    username: address,
    email: address,
    claims: {},
    passwordHash: 'hash',
    ...more,
  };
}

/** Inserts an account, with a password when its hash is given. */
export async function insertAccount(
  db: Knex,
  tenantId: TenantId,
  account: {
    id?: string;
    username?: string;
    email?: string;
    emailVerified?: boolean;
    claims?: Readonly<Record<string, unknown>>;
    passwordHash?: string;
    disabled?: boolean;
  } = {},
): Promise<string> {
  const username = account.username ?? invent('account');
  const id = account.id ?? invent('sub');
  await db.transaction(async (trx) => {
    await trx('accounts').insert({
      tenant_id: tenantId,
      id,
      username,
      username_key: normalizeIdentifier(username),
      email: account.email ?? null,
      email_key: account.email === undefined ? null : normalizeIdentifier(account.email),
      email_verified: account.emailVerified ?? false,
      claims: JSON.stringify(account.claims ?? {}),
      disabled_at: account.disabled === true ? new Date() : null,
    });
    if (account.passwordHash !== undefined) {
      await trx('passwords').insert({
        tenant_id: tenantId,
        account_id: id,
        hash: account.passwordHash,
      });
    }
  });
  return id;
}

/** Inserts a group with its members. */
export async function insertGroup(
  db: Knex,
  tenantId: TenantId,
  group: { key?: string; members?: readonly string[] } = {},
): Promise<string> {
  const [row] = await db('groups')
    .insert({ tenant_id: tenantId, key: group.key ?? invent('group') })
    .returning('id');
  const groupId = String(row.id);
  for (const accountId of group.members ?? []) {
    await db('group_members').insert({
      tenant_id: tenantId,
      group_id: groupId,
      account_id: accountId,
    });
  }
  return groupId;
}

/** Assigns a role to an account, to every member of a group, or to a client. */
export async function assignRole(
  db: Knex,
  tenantId: TenantId,
  roleId: string,
  holder: { accountId: string } | { groupId: string } | { clientId: string },
): Promise<void> {
  const row = { tenant_id: tenantId, role_id: roleId };
  if ('accountId' in holder) {
    await db('account_roles').insert({ ...row, account_id: holder.accountId });
  } else if ('groupId' in holder) {
    await db('group_roles').insert({ ...row, group_id: holder.groupId });
  } else {
    await db('client_roles').insert({ ...row, client_id: holder.clientId });
  }
}

/** Inserts an upstream provider; its secret is sealed by nobody unless a test gives one. */
export async function insertUpstreamProvider(
  db: Knex,
  tenantId: TenantId,
  provider: {
    key?: string;
    name?: string;
    issuer?: string;
    clientId?: string;
    sealedClientSecret?: string;
    trustEmail?: boolean;
    registration?: 'allow' | 'deny';
    emailDomains?: readonly string[];
  } = {},
): Promise<string> {
  const key = provider.key ?? invent('upstream');
  await db('upstream_providers').insert({
    tenant_id: tenantId,
    key,
    name: provider.name ?? key,
    issuer: provider.issuer ?? `https://${key}.example`,
    client_id: provider.clientId ?? 'gatehouse',
    sealed_client_secret: provider.sealedClientSecret ?? 'sealed',
    client_secret_digest: 'digest',
    scopes: ['openid', 'profile', 'email'],
    trust_email: provider.trustEmail ?? false,
    registration: provider.registration ?? 'deny',
    email_domains: [...(provider.emailDomains ?? [])],
  });
  return key;
}

/** Links an identity of an upstream provider to an account. */
export async function insertUpstreamLink(
  db: Knex,
  tenantId: TenantId,
  link: { provider: string; accountId: string; issuer?: string; subject?: string },
): Promise<string> {
  const [row] = await db('upstream_links')
    .insert({
      tenant_id: tenantId,
      provider_key: link.provider,
      issuer: link.issuer ?? `https://${link.provider}.example`,
      subject: link.subject ?? invent('subject'),
      account_id: link.accountId,
      created_at: new Date(),
    })
    .returning('id');
  return String(row.id);
}

/** A name that no other test has: valid as a slug, a key, a client id and a username. */
function invent(kind: string): string {
  return `${kind}-${randomBytes(6).toString('hex')}`;
}

/** A passkey that a store may take. */
export function newPasskey(more: Partial<NewPasskey> = {}): NewPasskey {
  return {
    id: randomId(),
    name: undefined,
    publicKey: 'a COSE_Key',
    counter: 0,
    aaguid: 'ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4',
    transports: ['internal', 'hybrid'],
    backupEligible: true,
    backedUp: false,
    createdAt: new Date('2030-01-01T12:00:00Z'),
    ...more,
  };
}
