import type { Knex } from 'knex';
import type { TenantId } from '../../tenants/tenant.ts';
import type { UpstreamProvider, UpstreamRegistration } from '../../upstream/upstream.ts';
import type { UpstreamProviderStore } from '../../upstream/upstream-provider-store.ts';
import { inTransaction, isStorable, query } from './query.ts';
import { lockTenant, touchTenant } from './touch-tenant.ts';

interface ProviderRow {
  key: string;
  name: string;
  issuer: string;
  client_id: string;
  sealed_client_secret: string;
  scopes: string[];
  prompt: string | null;
  trust_email: boolean;
  registration: UpstreamRegistration;
  email_domains: string[];
  disabled_at: Date | null;
}

/** Upstream providers in PostgreSQL. */
export function createPostgresUpstreamProviderStore(db: Knex): UpstreamProviderStore {
  return {
    async list(tenantId) {
      const rows = await query<ProviderRow>(
        db,
        `select key, name, issuer, client_id, sealed_client_secret, scopes, prompt, trust_email,
                registration, email_domains, disabled_at
           from upstream_providers where tenant_id = ? order by name collate "C", key`,
        [tenantId],
      );
      return rows.map((row) => toProvider(tenantId, row));
    },

    setDisabled(tenantId, key, disabled) {
      return inTransaction(db, async (trx) => {
        if (!isStorable(key) || !(await lockTenant(trx, tenantId))) return false;
        // Disabling twice keeps the moment of the first time.
        const changed = await query(
          trx,
          `update upstream_providers
              set disabled_at = case when ?::boolean then coalesce(disabled_at, now()) end,
                  updated_at = now()
            where tenant_id = ? and key = ? returning 1`,
          [disabled, tenantId, key],
        );
        if (changed.length === 0) return false;
        await touchTenant(trx, tenantId);
        return true;
      });
    },
  };
}

function toProvider(tenantId: TenantId, row: ProviderRow): UpstreamProvider {
  return {
    tenantId,
    key: row.key,
    name: row.name,
    issuer: row.issuer,
    clientId: row.client_id,
    sealedClientSecret: row.sealed_client_secret,
    scopes: row.scopes,
    prompt: row.prompt ?? undefined,
    trustEmail: row.trust_email,
    registration: row.registration,
    emailDomains: row.email_domains,
    disabled: row.disabled_at !== null,
  };
}
