/** A table of which an archive of a tenant holds rows, and the columns that it holds. */
export interface ArchivedTable {
  readonly name: string;
  /** All but `tenant_id`, and those of {@link COLUMNS_LEFT}. */
  readonly columns: readonly string[];
  /**
   * A column of the type json, which travels as text: what it holds may have U+0000, which PostgreSQL
   * reads nowhere but in json itself.
   */
  readonly json?: string;
  /** What is held of a column in its place, of which the rest stays behind. */
  readonly partly?: { readonly column: string; readonly as: string };
  /** Which rows; `:now` is the time of the archive. */
  readonly where?: string;
}

/** Tables whose rows stay behind when a tenant moves, and why. */
export const TABLES_LEFT: Readonly<Record<string, string>> = {
  one_time_links: 'live for minutes; people ask for another',
  one_time_codes: 'live for minutes, under the lookup key of there',
  passkey_challenges: 'live for minutes',
  email_changes: 'wait for two mailboxes; begun anew where that is still wanted',
  remembered_browsers: 'their cookies are signed by the keys of there',
  mail_outbox: 'is sent from where it was written',
  logout_notifications: 'are delivered from where the session ended',
  tenant_imports: 'imports that are under way here',
};

const RECORD_LEFT = 'keyed digests under the pepper of there; the next apply writes them anew';

/** Columns that stay behind, by table, and why. */
export const COLUMNS_LEFT: Readonly<Record<string, string>> = {
  'tenants.id': 'made anew, so that a tenant may come back to where it was',
  'tenants.version': 'counts changes here',
  'tenants.changed_xid': 'a transaction of that cluster',
  'tenants.managed_by': 'no seed file of here names it yet; the first that does takes it over',
  'tenants.disabled_at': 'set until an import has come to its end',
  'signing_keys.due_at': 'generated',
  'tenants.seed_record': RECORD_LEFT,
  'applications.seed_record': RECORD_LEFT,
  'roles.seed_record': RECORD_LEFT,
  'clients.seed_record': RECORD_LEFT,
  'groups.seed_record': RECORD_LEFT,
  'upstream_providers.seed_record': RECORD_LEFT,
};

/** The tenant itself, first of all rows. */
export const TENANT_COLUMNS = [
  'slug',
  'name',
  'custom_issuer',
  'custom_host',
  'settings',
  'created_at',
  'updated_at',
] as const;

/** In an order in which rows may be written: what others refer to comes before them. */
export const ARCHIVED_TABLES: readonly ArchivedTable[] = [
  {
    name: 'applications',
    columns: [
      'id',
      'key',
      'name',
      'first_party',
      'audience',
      'require_assignment',
      'permissions_in_token',
      'managed_by',
      'created_at',
      'updated_at',
    ],
  },
  {
    name: 'roles',
    columns: ['id', 'application_id', 'key', 'name', 'permissions', 'managed_by'],
  },
  {
    name: 'clients',
    columns: [
      'client_id',
      'application_id',
      'metadata',
      'secret_digest',
      'previous_secret_digest',
      'previous_secret_expires_at',
      'disabled_at',
      'managed_by',
      'created_at',
      'updated_at',
    ],
  },
  { name: 'client_roles', columns: ['client_id', 'role_id'] },
  { name: 'groups', columns: ['id', 'key', 'name', 'managed_by'] },
  { name: 'group_roles', columns: ['group_id', 'role_id'] },
  {
    name: 'accounts',
    columns: [
      'id',
      'username',
      'username_key',
      'email',
      'email_key',
      'email_verified',
      'claims',
      'disabled_at',
      'managed_by',
      'created_at',
      'updated_at',
      'seed_record',
    ],
    // Digests stay behind as elsewhere. That seeds made an account is written by no later apply.
    partly: {
      column: 'seed_record',
      as: `case when seed_record -> 'made' = 'true' then jsonb_build_object('fields', '{}'::jsonb, 'made', true) end`,
    },
  },
  { name: 'passwords', columns: ['account_id', 'hash', 'changed_at'] },
  { name: 'account_roles', columns: ['account_id', 'role_id'] },
  { name: 'group_members', columns: ['group_id', 'account_id'] },
  {
    name: 'totp_factors',
    columns: [
      'id',
      'account_id',
      'state',
      'name',
      'sealed_seed',
      'binding_digest',
      'expires_at',
      'last_used_step',
      'last_used_at',
      'created_at',
    ],
    where: `state = 'active'`,
  },
  { name: 'recovery_codes', columns: ['account_id', 'digest', 'created_at'] },
  { name: 'passkey_users', columns: ['account_id', 'handle'] },
  {
    name: 'passkeys',
    columns: [
      'credential_id',
      'account_id',
      'public_key',
      'counter',
      'transports',
      'aaguid',
      'backup_eligible',
      'backed_up',
      'name',
      'created_at',
      'last_used_at',
    ],
  },
  {
    name: 'upstream_providers',
    columns: [
      'key',
      'name',
      'issuer',
      'client_id',
      'sealed_client_secret',
      'client_secret_digest',
      'scopes',
      'prompt',
      'trust_email',
      'registration',
      'email_domains',
      'disabled_at',
      'managed_by',
      'created_at',
      'updated_at',
    ],
  },
  {
    name: 'upstream_links',
    columns: [
      'id',
      'provider_key',
      'issuer',
      'subject',
      'account_id',
      'shown_name',
      'shown_email',
      'created_at',
      'last_used_at',
    ],
  },
  {
    name: 'invitations',
    columns: ['id', 'digest', 'email', 'email_key', 'roles', 'expires_at', 'created_at'],
    where: 'expires_at > :now',
  },
  {
    name: 'recorded_grants',
    columns: ['account_id', 'client_id', 'scopes', 'claims', 'resource_scopes', 'granted_at'],
  },
  { name: 'tenant_origins', columns: ['origin_id', 'sealed_secrets', 'created_at'] },
  { name: 'key_sets', columns: ['version'] },
  {
    name: 'signing_keys',
    columns: [
      'kid',
      'algorithm',
      'stage',
      'public_jwk',
      'sealed_private_jwk',
      'created_at',
      'stage_since',
      'gone_at',
    ],
  },
  {
    // What lasts beyond a session: the others live for minutes, or in Redis.
    name: 'artifacts',
    columns: [
      'model',
      'key',
      'payload',
      'expires_at',
      'grant_key',
      'session_key',
      'ends_with_session',
      'account_id',
      'user_code_key',
      'parent_key',
      'consumed_at',
      'retry_until',
      'successor_used_at',
      'superseded_at',
    ],
    json: 'payload',
    where: `model in ('Grant', 'RefreshToken') and expires_at > :now`,
  },
  {
    name: 'tombstones',
    columns: ['kind', 'key', 'ended_at', 'expires_at'],
    where: 'expires_at > :now',
  },
  {
    name: 'audit_events',
    columns: [
      'id',
      'at',
      'kind',
      'outcome',
      'actor_type',
      'actor_id',
      'subject_type',
      'subject_id',
      'client_id',
      'address',
      'request_id',
      'detail',
    ],
  },
];

/** Left out unless it is asked for: the largest table, and nothing else needs it. */
export const AUDIT_TABLE = 'audit_events';
