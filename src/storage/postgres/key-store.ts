import type { JWK } from 'jose';
import type { Knex } from 'knex';
import { ConflictError } from '../../errors.ts';
import type { KeyStore } from '../../keys/key-store.ts';
import type { KeyStage, SealedSigningKey } from '../../keys/signing-key.ts';
import { SIGNING_ALGORITHMS } from '../../tenants/known-settings.ts';
import type { SigningAlgorithm, TenantId } from '../../tenants/tenant.ts';
import { inTransaction, query } from './query.ts';
import { lockTenant, touchTenant } from './touch-tenant.ts';

interface KeyRow {
  version: string;
  kid: string | null;
  algorithm: SigningAlgorithm;
  stage: KeyStage;
  public_jwk: JWK;
  sealed_private_jwk: string;
  created_at: Date;
  stage_since: Date;
  gone_at: Date | null;
}

/** The durable copy of signing keys in PostgreSQL. */
export function createPostgresKeyStore(db: Knex): KeyStore {
  return {
    async load(tenantId) {
      const rows = await query<KeyRow>(
        db,
        `select s.version, k.kid, k.algorithm, k.stage, k.public_jwk, k.sealed_private_jwk,
                k.created_at, k.stage_since, k.gone_at
           from key_sets s
           left join signing_keys k on k.tenant_id = s.tenant_id
          where s.tenant_id = ?
          order by k.created_at, k.kid`,
        [tenantId],
      );
      return {
        tenantId,
        version: Number(rows[0]?.version ?? 0),
        keys: rows.flatMap((row) => toKey(tenantId, row)),
      };
    },

    async replace(tenantId, expectedVersion, keys) {
      if (keys.some((key) => key.tenantId !== tenantId)) {
        throw new ConflictError('A key set holds keys of its own tenant only');
      }
      return inTransaction(db, async (trx) => {
        if (!(await lockTenant(trx, tenantId))) return false;
        if (!(await advanceVersion(trx, tenantId, expectedVersion))) return false;
        await query(trx, 'delete from signing_keys where tenant_id = ?', [tenantId]);
        await insertKeys(trx, tenantId, keys);
        await touchTenant(trx, tenantId);
        return true;
      });
    },

    async tenantsDue(now, limit, except = []) {
      const rows = await query<{ tenant_id: string }>(
        db,
        `select tenant_id from signing_keys
          where due_at <= ? and (stage = 'retiring' or algorithm = any(?))
            and tenant_id <> all(?::uuid[])
          group by tenant_id order by min(due_at) limit ?`,
        [now, [...SIGNING_ALGORITHMS], [...except], limit],
      );
      return rows.map((row) => row.tenant_id);
    },

    async tenantsWithoutSuccessor(signingSince, limit, except = []) {
      const rows = await query<{ tenant_id: string }>(
        db,
        `select k.tenant_id from signing_keys k
          where k.stage = 'active' and k.stage_since <= ? and k.algorithm = any(?)
            and k.tenant_id <> all(?::uuid[])
            and not exists (
              select 1 from signing_keys n
               where n.tenant_id = k.tenant_id and n.algorithm = k.algorithm and n.stage = 'next')
          group by k.tenant_id order by min(k.stage_since) limit ?`,
        [signingSince, [...SIGNING_ALGORITHMS], [...except], limit],
      );
      return rows.map((row) => row.tenant_id);
    },
  };
}

/** Moves a set from one version to the next; false when it is at another one. */
async function advanceVersion(
  trx: Knex.Transaction,
  tenantId: TenantId,
  expectedVersion: number,
): Promise<boolean> {
  const rows =
    expectedVersion === 0
      ? await query(
          trx,
          `insert into key_sets (tenant_id, version) values (?, 1)
           on conflict (tenant_id) do nothing returning 1`,
          [tenantId],
        )
      : await query(
          trx,
          `update key_sets set version = version + 1
            where tenant_id = ? and version = ? returning 1`,
          [tenantId, expectedVersion],
        );
  return rows.length > 0;
}

async function insertKeys(
  trx: Knex.Transaction,
  tenantId: TenantId,
  keys: readonly SealedSigningKey[],
): Promise<void> {
  const rows = keys.map((key) => ({
    kid: key.kid,
    algorithm: key.algorithm,
    stage: key.stage,
    public_jwk: key.publicJwk,
    sealed_private_jwk: key.sealedPrivateJwk,
    created_at: key.createdAt,
    stage_since: key.stageSince,
    gone_at: key.goneAt ?? null,
  }));
  await query(
    trx,
    `insert into signing_keys (tenant_id, kid, algorithm, stage, public_jwk, sealed_private_jwk,
                               created_at, stage_since, gone_at)
     select ?::uuid, k.*
       from jsonb_to_recordset(?::jsonb) as k(
         kid text, algorithm text, stage text, public_jwk jsonb, sealed_private_jwk text,
         created_at timestamptz, stage_since timestamptz, gone_at timestamptz)`,
    [tenantId, JSON.stringify(rows)],
  );
}

function toKey(tenantId: TenantId, row: KeyRow): SealedSigningKey[] {
  if (row.kid === null) return [];
  return [
    {
      tenantId,
      kid: row.kid,
      algorithm: row.algorithm,
      stage: row.stage,
      publicJwk: row.public_jwk,
      sealedPrivateJwk: row.sealed_private_jwk,
      createdAt: row.created_at,
      stageSince: row.stage_since,
      goneAt: row.gone_at ?? undefined,
    },
  ];
}
