import type { Knex } from 'knex';
import type {
  ResealedRecord,
  SealedKind,
  SealedRecordStore,
} from '../../keys/sealed-record-store.ts';
import { inTransaction, query } from './query.ts';
import { lockTenant } from './touch-tenant.ts';

/** A column that holds seals, and the primary key of its table with the types. */
interface SealedColumn {
  readonly table: string;
  readonly column: string;
  readonly key: readonly [string, string];
  readonly types: readonly [string, string];
}

/**
 * Every column that holds seals: the one table that says so. A test compares it with the database,
 * so that a new column cannot be forgotten when the sealing key moves.
 */
export const SEALED_COLUMNS: Readonly<Record<SealedKind, SealedColumn>> = {
  signing_keys: {
    table: 'signing_keys',
    column: 'sealed_private_jwk',
    key: ['tenant_id', 'kid'],
    types: ['uuid', 'text'],
  },
  deployment_secrets: {
    table: 'deployment_secrets',
    column: 'sealed',
    key: ['purpose', 'version'],
    types: ['text', 'integer'],
  },
  totp_seeds: {
    table: 'totp_factors',
    column: 'sealed_seed',
    key: ['tenant_id', 'id'],
    types: ['uuid', 'uuid'],
  },
  upstream_secrets: {
    table: 'upstream_providers',
    column: 'sealed_client_secret',
    key: ['tenant_id', 'key'],
    types: ['uuid', 'text'],
  },
  tenant_origins: {
    table: 'tenant_origins',
    column: 'sealed_secrets',
    key: ['tenant_id', 'origin_id'],
    types: ['uuid', 'uuid'],
  },
  mail: {
    table: 'mail_outbox',
    column: 'sealed_content',
    key: ['tenant_id', 'id'],
    types: ['uuid', 'uuid'],
  },
};

/** Everything in PostgreSQL that is sealed. */
export function createPostgresSealedRecordStore(db: Knex): SealedRecordStore {
  return {
    async page(kind, { keyId, after, limit }) {
      const { table, column, key, types } = SEALED_COLUMNS[kind];
      const [first, second] = key;
      // Read by the primary key and sorted out afterwards: no statement is longer than its page.
      const rows = await query<{ key: [string, string]; sealed: string | null }>(
        db,
        `select array[${first}::text, ${second}::text] as key,
                case when not starts_with(${column}, ?) then ${column} end as sealed
           from ${table}
          ${after === undefined ? '' : `where (${first}, ${second}) > (?::${types[0]}, ?::${types[1]})`}
          order by ${first}, ${second} limit ?`,
        [`v1.${keyId}.`, ...(after ?? []), limit],
      );
      return {
        records: rows.flatMap(({ key, sealed }) => (sealed === null ? [] : [{ key, sealed }])),
        next: rows.length < limit ? undefined : rows.at(-1)?.key,
      };
    },

    async replace(kind, records) {
      if (kind !== 'signing_keys') return replaceSeals(db, kind, records);
      let replaced = 0;
      for (const [tenantId, ofTenant] of Map.groupBy(records, ({ key }) => key[0])) {
        replaced += await replaceKeysOf(db, tenantId, ofTenant);
      }
      return replaced;
    },
  };
}

/** A key set that was read before is not written back after: its version moves. */
function replaceKeysOf(
  db: Knex,
  tenantId: string,
  records: readonly ResealedRecord[],
): Promise<number> {
  return inTransaction(db, async (trx) => {
    if (!(await lockTenant(trx, tenantId))) return 0;
    const replaced = await replaceSeals(trx, 'signing_keys', records);
    if (replaced > 0) {
      await query(trx, 'update key_sets set version = version + 1 where tenant_id = ?', [tenantId]);
    }
    return replaced;
  });
}

/** Rows that somebody else has locked are passed over: nobody waits, and never in a circle. */
async function replaceSeals(
  db: Knex,
  kind: SealedKind,
  records: readonly ResealedRecord[],
): Promise<number> {
  const { table, column, key, types } = SEALED_COLUMNS[kind];
  const [first, second] = key;
  const rows = await query(
    db,
    `with given as materialized (
       select * from unnest(?::${types[0]}[], ?::${types[1]}[], ?::text[], ?::text[])
         as x(first, second, sealed, resealed)),
     free as materialized (
       select t.${first} as first, t.${second} as second, given.sealed, given.resealed
         from given
         join ${table} t on t.${first} = given.first and t.${second} = given.second
                        and t.${column} = given.sealed
          for no key update of t skip locked)
     update ${table} t
        set ${column} = free.resealed
       from free
      where t.${first} = free.first and t.${second} = free.second and t.${column} = free.sealed
     returning 1`,
    [
      records.map((record) => record.key[0]),
      records.map((record) => record.key[1]),
      records.map((record) => record.sealed),
      records.map((record) => record.resealed),
    ],
  );
  return rows.length;
}
