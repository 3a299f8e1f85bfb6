import type { Knex } from 'knex';
import type { PopulatedTenant } from './populated-tenant.ts';

/**
 * Gives a tenant two thousand rows beside its own in every table, and the database two thousand
 * tenants, so that the planner has a reason to choose the right index.
 */
export async function crowdTenant(db: Knex, tenant: PopulatedTenant): Promise<void> {
  const { tenantId, applicationId, roleId, groupId } = tenant;
  for (const [sql, bindings] of [
    [`insert into tenants (slug, name) select 'n' || n, 'n' from generate_series(1, 2000) n`, []],
    [
      `insert into applications (tenant_id, key, name, audience)
       select ?, 'n' || n, 'n', 'urn:n:' || n from generate_series(1, 2000) n`,
      [tenantId],
    ],
    [
      `insert into roles (tenant_id, application_id, key)
       select tenant_id, id, 'r' from applications`,
      [],
    ],
    [
      `insert into clients (tenant_id, client_id, application_id, metadata)
       select ?, 'n' || n, ?, '{}' from generate_series(1, 2000) n`,
      [tenantId, applicationId],
    ],
    [
      `insert into accounts (tenant_id, id, username, username_key, email, email_key)
       select ?, 'n' || n, 'n' || n, 'n' || n, n || '@n', n || '@n' from generate_series(1, 2000) n`,
      [tenantId],
    ],
    [`insert into passwords select tenant_id, id, 'hash' from accounts on conflict do nothing`, []],
    [
      `insert into account_roles select tenant_id, id, ? from accounts where tenant_id = ?
       on conflict do nothing`,
      [roleId, tenantId],
    ],
    [
      `insert into group_members (tenant_id, group_id, account_id)
       select tenant_id, ?, id from accounts where tenant_id = ? on conflict do nothing`,
      [groupId, tenantId],
    ],
    [
      `insert into client_roles select tenant_id, client_id, ? from clients where tenant_id = ?
       on conflict do nothing`,
      [roleId, tenantId],
    ],
    [
      `insert into groups (tenant_id, key) select ?, 'n' || n from generate_series(1, 2000) n`,
      [tenantId],
    ],
    [
      `insert into group_roles (tenant_id, group_id, role_id)
       select tenant_id, id, ? from groups where tenant_id = ? on conflict do nothing`,
      [roleId, tenantId],
    ],
    [
      `insert into one_time_links (tenant_id, account_id, purpose, digest, expires_at)
       select tenant_id, id, 'reset_password', id, '2100-01-01' from accounts
       on conflict do nothing`,
      [],
    ],
    [
      `insert into invitations (tenant_id, digest, email, email_key, expires_at)
       select tenant_id, 'i' || id, id, id, '2100-01-01' from accounts on conflict do nothing`,
      [],
    ],
    [
      `insert into email_changes (tenant_id, account_id, email, email_key, previous_email_key,
                                  approval_digest, expires_at)
       select tenant_id, id, id, id, email_key, nullif('a' || id, 'an6'), '2100-01-01'
         from accounts
       on conflict do nothing`,
      [],
    ],
    [
      `insert into totp_factors (tenant_id, id, account_id, state, sealed_seed)
       select tenant_id, gen_random_uuid(), id, 'active', 'sealed' from accounts
       on conflict do nothing`,
      [],
    ],
    [
      `insert into totp_factors (tenant_id, id, account_id, state, sealed_seed, binding_digest,
                                 expires_at)
       select tenant_id, gen_random_uuid(), id, 'pending', 'sealed', 'b', '2100-01-01' from accounts
       on conflict do nothing`,
      [],
    ],
    [
      `insert into recovery_codes (tenant_id, account_id, digest)
       select tenant_id, id, 'd' || n from accounts, generate_series(1, 3) n`,
      [],
    ],
    [
      `insert into remembered_browsers (tenant_id, account_id, digest, user_agent, address,
                                        created_at, last_used_at, expires_at)
       select tenant_id, id, id, '', '', now(), now(), '2100-01-01' from accounts`,
      [],
    ],
    [
      `insert into one_time_codes (tenant_id, lookup, purpose, nonce, digest, expires_at)
       select ?, 'n' || n, 'sign_in', '', '', '2100-01-01' from generate_series(1, 2000) n`,
      [tenantId],
    ],
    [
      `insert into recorded_grants (tenant_id, account_id, client_id)
       select tenant_id, id, ? from accounts where tenant_id = ? on conflict do nothing`,
      [tenant.clientId, tenantId],
    ],
    [
      `insert into upstream_providers (tenant_id, key, name, issuer, client_id,
                                       sealed_client_secret, client_secret_digest, scopes)
       select ?, 'n' || n, 'n', 'n', 'n', '', '', '{}' from generate_series(1, 2000) n`,
      [tenantId],
    ],
    [
      `insert into upstream_links (tenant_id, provider_key, issuer, subject, account_id, created_at)
       select tenant_id, ?, 'n', id, id, now() from accounts where tenant_id = ?`,
      [tenant.upstream.key, tenantId],
    ],
    [`insert into passkey_users select tenant_id, id, id from accounts on conflict do nothing`, []],
    [
      `insert into passkeys (tenant_id, account_id, credential_id, public_key, counter, aaguid,
                             backup_eligible, backed_up, created_at)
       select tenant_id, account_id, account_id, '', 0, gen_random_uuid(), false, false, now()
         from passkey_users`,
      [],
    ],
    [
      `insert into passkey_challenges
       select ?, 'n' || n, 'n', '2100-01-01' from generate_series(1, 2000) n`,
      [tenantId],
    ],
    [
      `insert into tenant_imports (tenant_id, archive_id)
       select id, gen_random_uuid() from tenants where id <> ?`,
      [tenantId],
    ],
    [`insert into key_sets select id, 1 from tenants on conflict do nothing`, []],
    [
      `insert into signing_keys (tenant_id, kid, algorithm, stage, public_jwk, sealed_private_jwk,
                                 created_at, stage_since)
       select tenant_id, 'k' || n, 'ES256', case when n = 1 then 'next' else 'active' end,
              '{}', '', now(), now() from key_sets, generate_series(1, 3) n`,
      [],
    ],
    [
      `insert into deployment_secrets (purpose, version, sealed)
       select 'n' || n, 1, '' from generate_series(1, 2000) n`,
      [],
    ],
    [
      `insert into audit_events (id, at, tenant_id, kind, outcome, actor_type, actor_id,
                                 subject_type, subject_id)
       select gen_random_uuid(), now() + (n % 2) * interval '1 month', t.id,
              case when n % 4 = 0 then 'session.ended' else 'token.issued' end, 'success',
              'account', 'a' || n, 'account', 's' || n
         from tenants t, generate_series(1, 4000) n where n <= 16 or t.id = ?`,
      [tenantId],
    ],
    [
      `insert into mail_outbox (tenant_id, id, kind, language, recipient, status, next_attempt_at,
                                give_up_at, sealed_content, created_at, expires_at)
       select ?, gen_random_uuid(), 'sign_in_code', 'en', 'n@n',
              case when n = 1 then 'queued' else 'sent' end, case when n = 1 then now() end,
              now(), case when n = 1 then '' end, now(), '2100-01-01'
         from generate_series(1, 2000) n`,
      [tenantId],
    ],
    [
      `insert into logout_notifications (tenant_id, client_id, account_id, sid, status,
                                         next_attempt_at, created_at, give_up_at, expires_at)
       select ?, ?, 'n', 'n' || n, case when n = 1 then 'queued' else 'delivered' end,
              case when n = 1 then now() end, now(), now(), '2100-01-01'
         from generate_series(1, 2000) n`,
      [tenantId, tenant.clientId],
    ],
    ['analyze', []],
  ] as const) {
    await db.raw(sql, [...bindings]);
  }
}
