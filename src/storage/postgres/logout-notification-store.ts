import type { Knex } from 'knex';
import type {
  EndedSignIn,
  LogoutNotificationStore,
} from '../../provider/logout-notification-store.ts';
import { query, queryOne } from './query.ts';

/** Notifications that one insert queues. */
const BATCH = 1_000;
/** Where `countQueued` stops counting: it must be cheap when there is most to count. */
const BACKLOG_LIMIT = 10_000;

interface ClaimedRow {
  tenant_id: string;
  id: string;
  client_id: string;
  account_id: string;
  sid: string;
  attempts: number;
  give_up_at: Date;
}

/** Notifications of ended sessions in PostgreSQL. */
export function createPostgresLogoutNotificationStore(db: Knex): LogoutNotificationStore {
  return {
    async add(tenantId, ended, { now, giveUpAt, expiresAt }) {
      let queued = 0;
      for (let at = 0; at < ended.length; at += BATCH) {
        const batch = ended.slice(at, at + BATCH);
        const column = (name: keyof EndedSignIn) => batch.map((one) => one[name]);
        const rows = await query(
          db,
          `insert into logout_notifications (tenant_id, client_id, account_id, sid,
                                             next_attempt_at, created_at, give_up_at, expires_at)
           select c.tenant_id, c.client_id, e.account_id, e.sid, ?::timestamptz, ?::timestamptz,
                  ?::timestamptz, ?::timestamptz
             from unnest(?::text[], ?::text[], ?::text[]) e (client_id, account_id, sid)
             join clients c on c.tenant_id = ? and c.client_id = e.client_id
            where c.disabled_at is null and c.metadata ->> 'backchannel_logout_uri' is not null
           on conflict (tenant_id, client_id, sid) do nothing
           returning 1`,
          [
            now,
            now,
            giveUpAt,
            expiresAt,
            column('clientId'),
            column('accountId'),
            column('sid'),
            tenantId,
          ],
        );
        queued += rows.length;
      }
      return queued;
    },

    async claim({ now, until, limit }) {
      // Those that another replica is about to claim are left to it. Materialized: the limit must
      // be applied once, whatever the plan.
      const rows = await query<ClaimedRow>(
        db,
        `with due as materialized (
           select tenant_id, id from logout_notifications
            where next_attempt_at <= ?
            order by next_attempt_at limit ? for update skip locked)
         update logout_notifications n
            set attempts = attempts + 1, next_attempt_at = ?
           from due
          where n.tenant_id = due.tenant_id and n.id = due.id
         returning n.tenant_id, n.id, n.client_id, n.account_id, n.sid, n.attempts, n.give_up_at`,
        [now, limit, until],
      );
      return rows.map((row) => ({
        tenantId: row.tenant_id,
        id: row.id,
        clientId: row.client_id,
        accountId: row.account_id,
        sid: row.sid,
        attempt: row.attempts,
        giveUpAt: row.give_up_at,
      }));
    },

    async settle(tenantId, id, attempt, settlement) {
      const { status } = settlement;
      const settled = await query(
        db,
        `update logout_notifications set status = ?, problem = ?, next_attempt_at = ?
          where tenant_id = ? and id = ? and attempts = ? and status = 'queued'
         returning 1`,
        [
          status,
          status === 'delivered' ? null : settlement.problem,
          status === 'queued' ? settlement.nextAttemptAt : null,
          tenantId,
          id,
          attempt,
        ],
      );
      return settled.length > 0;
    },

    async countQueued() {
      const row = await queryOne<{ queued: string }>(
        db,
        `select count(*) as queued
           from (select 1 from logout_notifications
                  where next_attempt_at is not null limit ?) waiting`,
        [BACKLOG_LIMIT],
      );
      return Number(row?.queued ?? 0);
    },
  };
}
