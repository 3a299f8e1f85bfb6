import { after, before } from 'node:test';
import type { ApplicationStore } from '../../applications/application-store.ts';
import type { GrantStore } from '../../grants/grant-store.ts';
import type { DeploymentSecretStore } from '../../keys/deployment-secret-store.ts';
import type { KeyStore } from '../../keys/key-store.ts';
import type { SealedRecordStore } from '../../keys/sealed-record-store.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import {
  type CrowdedDatabase,
  createCrowdedDatabase,
  FAR,
  LIMIT,
  testLookups,
} from '../../testing/lookups.ts';
import type { PopulatedTenant } from '../../testing/populated-tenant.ts';
import { createPostgresApplicationStore } from './application-store.ts';
import { createPostgresDeploymentSecretStore } from './deployment-secret-store.ts';
import { createPostgresGrantStore } from './grant-store.ts';
import { createPostgresKeyStore } from './key-store.ts';
import { createPostgresSealedRecordStore } from './sealed-record-store.ts';
import { createPostgresTenantStore } from './tenant-store.ts';

let database: CrowdedDatabase;
let tenant: PopulatedTenant;
let small: PopulatedTenant;
let tenants: TenantStore;
let applications: ApplicationStore;
let grants: GrantStore;
let keys: KeyStore;
let secrets: DeploymentSecretStore;
let seals: SealedRecordStore;
let cursor: string;

before(async () => {
  database = await createCrowdedDatabase();
  const { db } = database;
  ({ tenant, small } = database);
  tenants = createPostgresTenantStore(db);
  applications = createPostgresApplicationStore(db);
  grants = createPostgresGrantStore(db);
  keys = createPostgresKeyStore(db);
  secrets = createPostgresDeploymentSecretStore(db);
  seals = createPostgresSealedRecordStore(db);
  ({ cursor } = await tenants.changesSince(undefined));
});

after(() => database.drop());

testLookups<TenantStore>('tenants', () => database, {
  findBySlug: {
    accesses: ['tenants_slug_key: slug'],
    work: () => tenants.findBySlug(tenant.slug),
  },
  findByHost: {
    accesses: ['tenants_custom_host_key: custom_host'],
    work: () => tenants.findByHost(tenant.host),
  },
  findById: {
    accesses: ['tenants_pkey: id'],
    work: () => tenants.findById(tenant.tenantId),
  },
  slugs: {
    accesses: ['tenants_pkey: id'],
    work: () => tenants.slugs([tenant.tenantId, small.tenantId]),
  },
  list: {
    accesses: ['tenants_slug_key: slug'],
    work: () => tenants.list({ after: 'm', limit: LIMIT }),
  },
  changesSince: {
    accesses: ['tenants_changed: changed_xid'],
    work: async () => tenants.changesSince(cursor),
  },
  setDisabled: {
    statements: 4,
    accesses: ['tenant_imports_pkey: tenant_id', 'tenants_pkey: id'],
    work: () => tenants.setDisabled(tenant.tenantId, false),
  },
  touch: {
    accesses: ['tenants_pkey: id'],
    work: () => tenants.touch(tenant.tenantId),
  },
});

testLookups<ApplicationStore>('applications', () => database, {
  findClient: {
    accesses: [
      'applications_pkey: id tenant_id',
      'client_roles_pkey: client_id tenant_id',
      'clients_pkey: client_id tenant_id',
      'roles_pkey: id tenant_id',
      'roles_tenant_id_application_id_key_key: application_id tenant_id',
    ],
    work: () => applications.findClient(tenant.tenantId, tenant.clientId),
  },
  findByAudience: {
    accesses: [
      'applications_tenant_id_audience_key: audience tenant_id',
      'roles_tenant_id_application_id_key_key: application_id tenant_id',
    ],
    work: () => applications.findByAudience(tenant.tenantId, tenant.audience),
  },
  rolesOfAccount: {
    accesses: [
      'account_roles_pkey: account_id tenant_id',
      'group_members_pkey: account_id tenant_id',
      'group_roles_pkey: group_id tenant_id',
      'roles_tenant_id_application_id_key_key: application_id tenant_id',
    ],
    work: () =>
      applications.rolesOfAccount(tenant.tenantId, tenant.applicationId, tenant.accountId),
  },
  listClients: {
    accesses: 'some index',
    work: () => applications.listClients(small.tenantId),
  },
  listApplications: {
    accesses: 'some index',
    work: () => applications.listApplications(small.tenantId),
  },
  listRoles: { accesses: 'some index', work: () => applications.listRoles(small.tenantId) },
  setClientDisabled: {
    statements: 3,
    accesses: ['clients_pkey: client_id tenant_id', 'tenants_pkey: id'],
    work: () => applications.setClientDisabled(tenant.tenantId, tenant.clientId, false),
  },
  rotateClientSecret: {
    statements: 3,
    accesses: ['clients_pkey: client_id tenant_id', 'tenants_pkey: id'],
    work: () => applications.rotateClientSecret(tenant.tenantId, tenant.clientId, 'new', FAR),
  },
});

testLookups<GrantStore>('grants', () => database, {
  find: {
    accesses: ['recorded_grants_pkey: account_id client_id tenant_id'],
    work: () => grants.find(tenant.tenantId, tenant.accountId, tenant.clientId),
  },
  add: {
    accesses: [],
    work: () =>
      grants.add(tenant.tenantId, tenant.accountId, tenant.clientId, {
        scopes: ['openid'],
        claims: [],
        resourceScopes: {},
      }),
  },
  listByAccount: {
    accesses: ['recorded_grants_pkey: account_id tenant_id'],
    work: () => grants.listByAccount(tenant.tenantId, tenant.accountId),
  },
  remove: {
    accesses: ['recorded_grants_pkey: account_id client_id tenant_id'],
    work: () => grants.remove(tenant.tenantId, 'n1', tenant.clientId),
  },
});

testLookups<KeyStore>('keys', () => database, {
  load: {
    accesses: ['key_sets_pkey: tenant_id', 'signing_keys_pkey: tenant_id'],
    work: () => keys.load(tenant.tenantId),
  },
  replace: {
    statements: 5,
    accesses: ['key_sets_pkey: tenant_id', 'signing_keys_pkey: tenant_id', 'tenants_pkey: id'],
    work: () => keys.replace(small.tenantId, 1, []),
  },
  tenantsDue: {
    accesses: ['signing_keys_due: due_at'],
    work: () => keys.tenantsDue(FAR, LIMIT),
  },
  tenantsWithoutSuccessor: {
    accesses: ['signing_keys_ages: stage', 'signing_keys_signing: stage_since'],
    work: () => keys.tenantsWithoutSuccessor(FAR, LIMIT),
  },
});

testLookups<DeploymentSecretStore>('deployment secrets', () => database, {
  list: {
    accesses: ['deployment_secrets_pkey: purpose'],
    work: () => secrets.list('n1'),
  },
  insert: { accesses: [], work: () => secrets.insert('n1', 2, 'sealed') },
  remove: {
    accesses: ['deployment_secrets_pkey: purpose version'],
    work: () => secrets.remove('n1', 2),
  },
});

testLookups<SealedRecordStore>('what is sealed', () => database, {
  page: {
    accesses: ['totp_factors_pkey: id tenant_id'],
    work: () =>
      seals.page('totp_seeds', {
        keyId: 'key',
        after: [tenant.tenantId, tenant.totpId],
        limit: LIMIT,
      }),
  },
  replace: {
    accesses: ['totp_factors_pkey: id tenant_id'],
    work: () =>
      seals.replace('totp_seeds', [
        { key: [tenant.tenantId, tenant.totpId], sealed: 'sealed', resealed: 'sealed' },
      ]),
  },
});
