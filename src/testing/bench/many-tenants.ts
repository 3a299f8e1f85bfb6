/** Thousands of tenants in one database, each as `seed apply` would make it, with keys of its own. */
import type { Knex } from 'knex';
import type { Sealer } from '../../crypto/sealing.ts';
import { type GeneratedSigningKey, generateSigningKey } from '../../keys/generate-signing-key.ts';
import { sealSigningKey } from '../../keys/seal-signing-key.ts';
import { query } from '../../storage/postgres/query.ts';
import type { TenantId } from '../../tenants/tenant.ts';

/** The tenant that the others are copies of; `tenants-seed.yaml` makes it. */
const MODEL = 't0';
/**
 * RSA keys that are made; a thousand tenants share each, under seals of their own. It takes as long
 * to sign with one as with a key of one's own, and ten thousand would take a quarter of an hour.
 */
const RSA_KEYS = 10;
const KEYED_AT_ONCE = 500;

/** Slug of the n-th tenant, from 0. */
export const slugOf = (n: number): string => `t${n}`;

/**
 * Makes the tenants `t<from>` to `t<to - 1>` in the image of `t0`: applications, roles, clients,
 * accounts and passwords, and signing keys that the deployment's own key seals.
 *
 * @param db - where `t0` is; its statistics are brought up to date
 */
export async function addTenants(
  deps: { db: Knex; sealer: Sealer },
  range: { from: number; to: number },
): Promise<void> {
  const { db } = deps;
  await db.transaction(async (trx) => {
    await query(trx, 'set local statement_timeout = 0');
    await query(
      trx,
      `insert into tenants (slug, name, settings, managed_by)
       select 't' || n, m.name || ' ' || n, m.settings, m.managed_by
         from tenants m, generate_series(?::int, ?::int) n where m.slug = ?`,
      [range.from, range.to - 1, MODEL],
    );
    // The new ones, each beside its model.
    const pairs = `(select m.id as model, t.id as tenant, substr(t.slug, 2)::int as n
                      from tenants m, tenants t
                     where m.slug = '${MODEL}' and t.slug ~ '^t[0-9]+$'
                       and substr(t.slug, 2)::int between ${range.from} and ${range.to - 1}) p`;
    for (const statement of [
      `insert into applications (tenant_id, key, name, first_party, audience, managed_by)
       select p.tenant, a.key, a.name, a.first_party, a.audience, a.managed_by
         from ${pairs} join applications a on a.tenant_id = p.model`,
      `insert into roles (tenant_id, application_id, key, permissions, managed_by)
       select p.tenant, b.id, r.key, r.permissions, r.managed_by
         from ${pairs}
         join roles r on r.tenant_id = p.model
         join applications a on a.tenant_id = p.model and a.id = r.application_id
         join applications b on b.tenant_id = p.tenant and b.key = a.key`,
      `insert into clients (tenant_id, client_id, application_id, metadata, secret_digest, managed_by)
       select p.tenant, c.client_id, b.id, c.metadata, c.secret_digest, c.managed_by
         from ${pairs}
         join clients c on c.tenant_id = p.model
         join applications a on a.tenant_id = p.model and a.id = c.application_id
         join applications b on b.tenant_id = p.tenant and b.key = a.key`,
      `insert into client_roles (tenant_id, client_id, role_id)
       select p.tenant, c.client_id, s.id
         from ${pairs}
         join client_roles c on c.tenant_id = p.model
         join roles r on r.tenant_id = p.model and r.id = c.role_id
         join roles s on s.tenant_id = p.tenant and s.key = r.key`,
      `insert into accounts
         (tenant_id, id, username, username_key, email, email_key, email_verified, managed_by)
       select p.tenant, a.id || '-' || p.n, a.username, a.username_key, a.email, a.email_key,
              a.email_verified, a.managed_by
         from ${pairs} join accounts a on a.tenant_id = p.model`,
      `insert into passwords (tenant_id, account_id, hash)
       select p.tenant, w.account_id || '-' || p.n, w.hash
         from ${pairs} join passwords w on w.tenant_id = p.model`,
      `insert into account_roles (tenant_id, account_id, role_id)
       select p.tenant, h.account_id || '-' || p.n, s.id
         from ${pairs}
         join account_roles h on h.tenant_id = p.model
         join roles r on r.tenant_id = p.model and r.id = h.role_id
         join roles s on s.tenant_id = p.tenant and s.key = r.key`,
    ]) {
      await query(trx, statement);
    }
  });
  await addKeys(deps);
  await query(db, 'analyze');
}

/** Gives every tenant that has no keys an ES256 key of its own and an RS256 key. */
async function addKeys({ db, sealer }: { db: Knex; sealer: Sealer }): Promise<void> {
  const rows = await query<{ id: TenantId }>(
    db,
    'select id from tenants t where not exists (select 1 from key_sets where tenant_id = t.id)',
  );
  const rsa = await Promise.all(
    Array.from({ length: Math.min(RSA_KEYS, rows.length) }, () => generateSigningKey('RS256')),
  );
  for (let start = 0; start < rows.length; start += KEYED_AT_ONCE) {
    const some = rows.slice(start, start + KEYED_AT_ONCE);
    const keyed = await Promise.all(
      some.map(async ({ id }, at) => ({
        id,
        keys: [await generateSigningKey('ES256'), rsa[(start + at) % rsa.length]],
      })),
    );
    const records = keyed.flatMap(({ id, keys }) =>
      keys.flatMap((key) => (key === undefined ? [] : [recordOf(sealer, id, key)])),
    );
    await db.transaction(async (trx) => {
      await query(trx, 'insert into key_sets (tenant_id, version) select unnest(?::uuid[]), 1', [
        some.map(({ id }) => id),
      ]);
      await query(
        trx,
        `insert into signing_keys (tenant_id, kid, algorithm, stage, public_jwk, sealed_private_jwk,
                                   created_at, stage_since)
         select k.tenant_id, k.kid, k.algorithm, 'active', k.public_jwk, k.sealed, now(), now()
           from jsonb_to_recordset(?::jsonb) as k(
             tenant_id uuid, kid text, algorithm text, public_jwk jsonb, sealed text)`,
        [JSON.stringify(records)],
      );
    });
  }
}

function recordOf(sealer: Sealer, tenantId: TenantId, key: GeneratedSigningKey) {
  const { kid, algorithm, publicJwk, sealedPrivateJwk } = sealSigningKey(sealer, tenantId, key);
  return { tenant_id: tenantId, kid, algorithm, public_jwk: publicJwk, sealed: sealedPrivateJwk };
}
