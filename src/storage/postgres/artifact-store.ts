import type { Knex } from 'knex';
import type {
  ArtifactStore,
  ArtifactUse,
  ArtifactWrite,
  StoredArtifact,
  StoredPayload,
} from '../../provider/artifact-store.ts';
import { ARTIFACT_PLACES } from '../place-artifacts.ts';
import { type Binding, query, queryOne } from './query.ts';

interface ArtifactRow {
  payload: StoredPayload;
  expires_at: Date;
  consumed_at: Date | null;
  use: ArtifactUse;
}

/** Rows that one statement deletes at most: some tens of milliseconds. */
const ENDING_LIMIT = 2000;

const SAVE =
  'select artifact_save(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) as outcome' as const;
const FIND = 'select payload, expires_at, consumed_at, use from artifact_find(?, ?, ?, ?)';
/**
 * Of two that take back at once each deletes its own successor first, so that the later look finds
 * none: hence two statements, each of which locks one row.
 */
const DELETE_SUCCESSOR =
  'delete from artifacts where tenant_id = ? and model = ? and key = ? and parent_key = ?';
const GIVE_BACK = `
  update artifacts a set consumed_at = null, retry_until = null
   where a.tenant_id = ? and a.model = ? and a.key = ?
     and a.successor_used_at is null and a.superseded_at is null
     and not exists (select from artifacts s where s.tenant_id = ? and s.parent_key = ?)`;
/** By a second key: no single use among these, and rare, so no function. The newest wins. */
const FIND_BY = (column: 'session_key' | 'user_code_key') =>
  `select payload, expires_at, consumed_at,
          case when consumed_at is null then 'unused' else 'used' end as use
     from artifacts
    where tenant_id = ? and ${column} = ? and model = ? and expires_at > ?
    order by expires_at desc limit 1`;

/** Of a Grant the moment is a sum, so it may have more digits than what a caller hands back. */
const EXPIRY_MS = `date_trunc('milliseconds', expires_at)`;
const LIST_BY_ACCOUNT = (isFirst: boolean) =>
  `select key, payload, expires_at, consumed_at, 'unused' as use
     from artifacts
    where tenant_id = ? and account_id = ? and model = ? and expires_at > ?
      and consumed_at is null and superseded_at is null
      ${isFirst ? '' : `and (${EXPIRY_MS}, key) < (?, ?)`}
    order by ${EXPIRY_MS} desc, key desc limit ?`;

/**
 * Artifacts in PostgreSQL: every method is one statement, hence one round trip and one transaction.
 * Only ending what issued more than 2,000 artifacts takes one more per 2,000: each in bounded time,
 * and nothing is issued in between, because the tombstone stands from the first on. And giving back
 * takes two.
 *
 * What must be atomic is in the functions of `migrations/0002_artifacts.ts`, with the order of
 * their locks. Volatile models (see `place-artifacts.ts`) are written without waiting for the
 * disk; whatever ends or consumes is durable, whichever model it is.
 *
 * @param deps.now - decides expiry, retry windows and what an ended account still refuses
 */
export function createPostgresArtifactStore(
  db: Knex,
  deps: { now: () => Date },
): ArtifactStore & {
  /** Expired rows and tombstones that wait for `sweep`, counted up to `limit`. */
  countExpired(limit: number): Promise<number>;
} {
  /** pg would write a Date in local time, part by part. */
  const now = () => deps.now().toISOString();

  async function write(artifact: ArtifactWrite, once: boolean): Promise<string | undefined> {
    const row = await queryOne<{ outcome: string }>(db, SAVE, [
      artifact.tenantId,
      artifact.model,
      artifact.key,
      JSON.stringify(artifact.payload),
      artifact.expiresAt.toISOString(),
      artifact.grantKey ?? null,
      artifact.sessionKey ?? null,
      artifact.endsWithSession ?? false,
      artifact.accountId ?? null,
      artifact.userCodeKey ?? null,
      artifact.parentKey ?? null,
      artifact.startedAt.toISOString(),
      now(),
      once,
      ARTIFACT_PLACES[artifact.model] === 'volatile',
    ]);
    return row?.outcome;
  }

  /** Calls an ending function until nothing is left. The clock stays that of the first call. */
  async function untilDone<Done = true>(sql: string, values: readonly Binding[]): Promise<Done> {
    for (;;) {
      const row = await queryOne<{ done: Done | false | null }>(db, sql, values);
      if (row?.done) return row.done;
    }
  }

  return {
    save: async (artifact) => ((await write(artifact, false)) === 'saved' ? 'saved' : 'ended'),

    insertOnce: async (artifact) => (await write(artifact, true)) === 'saved',

    async find(tenantId, model, key) {
      return toArtifact(await queryOne(db, FIND, [tenantId, model, key, now()]));
    },

    async findSessionByUid(tenantId, sessionKey) {
      const values = [tenantId, sessionKey, 'Session', now()];
      return toArtifact(await queryOne(db, FIND_BY('session_key'), values));
    },

    async findByUserCode(tenantId, userCodeKey) {
      const values = [tenantId, userCodeKey, 'DeviceCode', now()];
      return toArtifact(await queryOne(db, FIND_BY('user_code_key'), values));
    },

    async listByAccount(tenantId, accountId, model, { limit, after }) {
      const cursor = after === undefined ? [] : [after.expiresAt.toISOString(), after.key];
      const rows = await query<ArtifactRow & { key: string }>(
        db,
        LIST_BY_ACCOUNT(after === undefined),
        [tenantId, accountId, model, now(), ...cursor, limit],
      );
      return rows.map((row) => ({ key: row.key, ...artifactOf(row) }));
    },

    async consume(tenantId, model, key, { retryWindowSeconds }) {
      const row = await queryOne<{ consumed: boolean }>(
        db,
        'select artifact_consume(?, ?, ?, ?, ?) as consumed',
        [tenantId, model, key, retryWindowSeconds, now()],
      );
      return row?.consumed === true ? 'consumed' : 'lost';
    },

    async giveBack(tenantId, { model, key, successorKey }) {
      if (successorKey !== undefined) {
        await query(db, DELETE_SUCCESSOR, [tenantId, model, successorKey, key]);
      }
      await query(db, GIVE_BACK, [tenantId, model, key, tenantId, key]);
    },

    async destroy(tenantId, model, key) {
      await query(db, 'delete from artifacts where tenant_id = ? and model = ? and key = ?', [
        tenantId,
        model,
        key,
      ]);
    },

    async revokeGrant(tenantId, grantKey, { tombstoneUntil }) {
      const values = [tenantId, grantKey, now(), tombstoneUntil.toISOString(), ENDING_LIMIT];
      await untilDone('select artifact_revoke_grant(?, ?, ?, ?, ?) as done', values);
    },

    async endSession(tenantId, sessionKey, grantKeys, { tombstoneUntil }) {
      const until = tombstoneUntil.toISOString();
      return untilDone<string[]>('select artifact_end_session(?, ?, ?, ?, ?, ?) as done', [
        tenantId,
        sessionKey,
        grantKeys,
        now(),
        until,
        ENDING_LIMIT,
      ]);
    },

    async endAccount(tenantId, accountId, { tombstoneUntil }) {
      const values = [tenantId, accountId, now(), tombstoneUntil.toISOString(), ENDING_LIMIT];
      await untilDone('select artifact_end_account(?, ?, ?, ?, ?) as done', values);
    },

    async deny(tenantId, jtiKey, expiresAt) {
      await query(db, `select artifact_tombstone(?, 'jti', ?, ?, ?)`, [
        tenantId,
        [jtiKey],
        now(),
        expiresAt.toISOString(),
      ]);
    },

    async isDenied(tenantId, jtiKey, grantKey) {
      const row = await queryOne<{ denied: boolean }>(
        db,
        'select artifact_is_denied(?, ?, ?, ?) as denied',
        [tenantId, jtiKey, grantKey ?? null, now()],
      );
      return row?.denied === true;
    },

    async countSessions() {
      const row = await queryOne<{ count: string }>(
        db,
        `select count(*) from artifacts where model = 'Session' and expires_at > ?`,
        [now()],
      );
      return Number(row?.count ?? 0);
    },

    async sweep(limit) {
      const row = await queryOne<{ swept: number }>(db, 'select artifact_sweep(?, ?) as swept', [
        now(),
        limit,
      ]);
      return row?.swept ?? 0;
    },

    async countExpired(limit) {
      const row = await queryOne<{ count: string }>(
        db,
        `select count(*) from (
           (select 1 from artifacts where expires_at <= ? limit ?)
           union all
           (select 1 from tombstones where expires_at <= ? limit ?)
           limit ?) expired`,
        [now(), limit, now(), limit, limit],
      );
      return Number(row?.count ?? 0);
    },
  };
}

function toArtifact(row: ArtifactRow | undefined): StoredArtifact | undefined {
  return row && artifactOf(row);
}

function artifactOf(row: ArtifactRow): StoredArtifact {
  return {
    payload: row.payload,
    expiresAt: row.expires_at,
    use: row.use,
    consumedAt: row.consumed_at ?? undefined,
  };
}
