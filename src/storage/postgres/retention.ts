import type { Knex } from 'knex';
import type { ArtifactStore } from '../../provider/artifact-store.ts';
import { SQLSTATE, sqlState } from './database.ts';
import { createOneAtATime, type OneAtATime } from './one-at-a-time.ts';
import { query, queryOne } from './query.ts';

/** Rows that one statement deletes: short enough that nobody waits for its locks. */
const BATCH = 500;
/** Batches of one rule in one run, for others to have their turn; the rest is the next run's. */
const MAX_BATCHES = 40;
/** Rows that one run removes of one rule at most: whoever removed so many has more to do. */
export const RETENTION_RUN_ROWS = BATCH * MAX_BATCHES;
/** Where `backlog` stops counting: it must be cheap when there is most to count. */
const BACKLOG_LIMIT = 10_000;
/** The database drops no younger month, whoever asks (`drop_audit_partitions`). */
const AUDIT_RETENTION_DAYS = 400;

const DAY_MS = 24 * 60 * 60 * 1000;

export type RetentionRule =
  | 'artifacts'
  | 'one_time_links'
  | 'passkey_challenges'
  | 'mail_outbox'
  | 'invitations'
  | 'email_changes'
  | 'one_time_codes'
  | 'totp_enrolments'
  | 'remembered_browsers'
  | 'client_secrets'
  | 'logout_notifications'
  | 'audit_events';

/**
 * What becomes of every table's rows: a rule that removes them, or why they are kept. A test
 * compares this with the database, so that a new table cannot be forgotten.
 */
export const TABLE_RETENTION: Readonly<
  Record<string, { rule: RetentionRule; when: string } | { kept: string }>
> = {
  tenants: { kept: 'until an operator removes the tenant' },
  applications: { kept: 'until an operator removes the application' },
  roles: { kept: 'as long as their application' },
  clients: {
    rule: 'client_secrets',
    when: 'a secret that was replaced is cleared after its overlap',
  },
  client_roles: { kept: 'as long as their client and role' },
  accounts: { kept: 'until its owner or an operator deletes the account' },
  passwords: { kept: 'as long as their account' },
  one_time_links: { rule: 'one_time_links', when: 'expired; a used one is deleted by its use' },
  invitations: { rule: 'invitations', when: 'expired; a used one is deleted by its use' },
  email_changes: { rule: 'email_changes', when: 'expired; a complete one is deleted by that' },
  passkey_users: { kept: 'as long as their account' },
  passkeys: { kept: 'until their owner or an operator removes them' },
  passkey_challenges: { rule: 'passkey_challenges', when: 'expired; its answer deletes it' },
  one_time_codes: { rule: 'one_time_codes', when: 'expired; a used one is deleted by its use' },
  totp_factors: {
    rule: 'totp_enrolments',
    when: 'never confirmed in time; an active one is kept as long as its account',
  },
  recovery_codes: { kept: 'until used or replaced; as long as their account' },
  remembered_browsers: { rule: 'remembered_browsers', when: 'expired' },
  groups: { kept: 'until an operator removes the group' },
  group_members: { kept: 'as long as their group and account' },
  group_roles: { kept: 'as long as their group and role' },
  account_roles: { kept: 'as long as their account and role' },
  recorded_grants: { kept: 'until the person takes them back' },
  upstream_providers: { kept: 'until a seed file or an operator removes the provider' },
  upstream_links: { kept: 'as long as their account and provider' },
  artifacts: { rule: 'artifacts', when: 'expired' },
  tombstones: { rule: 'artifacts', when: 'whatever they keep refusing has expired' },
  key_sets: { kept: 'as long as their tenant' },
  tenant_origins: { kept: 'as long as their tenant' },
  tenant_imports: { kept: 'until the import has come to its end, or is discarded' },
  signing_keys: { kept: 'until the room of keys drops the retired ones' },
  deployment_secrets: { kept: 'until the room of keys removes the rotated ones' },
  mail_outbox: {
    rule: 'mail_outbox',
    when: '30 days after it was queued, a decoy after an hour, the last one of an account after two days; what it says goes when it is sent',
  },
  logout_notifications: { rule: 'logout_notifications', when: '7 days after it was queued' },
  audit_events: { rule: 'audit_events', when: 'months that ended over 400 days ago' },
  knex_migrations: { kept: 'for good: they say what the schema is' },
  migration_needs: { kept: 'for good: they say which releases work with the schema' },
};

/** How many rows (of `audit_events`: months) each rule removed, or has waiting. */
export type RetentionCounts = Readonly<Record<RetentionRule, number>>;

export interface Retention {
  /**
   * Removes what may go, in small batches, at most 20,000 rows of a rule, and makes the partition
   * of next month's audit events. Running it twice does no harm; the host says when.
   *
   * @returns `skipped` when another replica is at it
   * @throws StorageUnavailableError
   */
  runOnce(): Promise<{ outcome: 'ran'; removed: RetentionCounts } | { outcome: 'skipped' }>;
  /**
   * What waits to be removed now, counted up to 10,000 per rule.
   * @throws StorageUnavailableError
   */
  backlog(): Promise<RetentionCounts>;
}

/** What one rule does; `remove` deletes at most `limit` rows and says how many. */
interface Rule {
  remove(now: Date, limit: number): Promise<number>;
  waiting(now: Date): Promise<number>;
}

/**
 * Retention over all tables of {@link TABLE_RETENTION}, by one replica at a time: it needs two
 * connections of the pool.
 *
 * @param deps.artifacts - the artifact store in PostgreSQL; Redis expires its keys by itself
 */
export function createRetention(
  db: Knex,
  deps: {
    now: () => Date;
    artifacts: Pick<ArtifactStore, 'sweep'> & {
      /** Expired rows that wait for `sweep`, counted up to `limit`. */
      countExpired(limit: number): Promise<number>;
    };
    /** Shared with whatever else takes turns in this process. */
    oneAtATime?: OneAtATime;
  },
): Retention {
  const oneAtATime = deps.oneAtATime ?? createOneAtATime(db);

  const rules: Readonly<Record<RetentionRule, Rule>> = {
    artifacts: {
      remove: (_now, limit) => deps.artifacts.sweep(limit),
      waiting: () => deps.artifacts.countExpired(BACKLOG_LIMIT),
    },
    one_time_links: expiryRule(db, 'one_time_links', 'tenant_id, digest'),
    invitations: expiryRule(db, 'invitations', 'tenant_id, id'),
    email_changes: expiryRule(db, 'email_changes', 'tenant_id, account_id'),
    passkey_challenges: expiryRule(db, 'passkey_challenges', 'tenant_id, binding'),
    one_time_codes: expiryRule(db, 'one_time_codes', 'tenant_id, lookup'),
    totp_enrolments: rowRule(db, {
      table: 'totp_factors',
      key: 'tenant_id, id',
      expired: 'expires_at is not null and expires_at <= ?',
      change: (rows) => `delete from totp_factors where ${rows}`,
    }),
    remembered_browsers: expiryRule(db, 'remembered_browsers', 'tenant_id, id'),
    client_secrets: rowRule(db, {
      table: 'clients',
      key: 'tenant_id, client_id',
      expired: 'previous_secret_digest is not null and previous_secret_expires_at <= ?',
      change: (rows) =>
        `update clients set previous_secret_digest = null, previous_secret_expires_at = null
          where ${rows}`,
    }),
    mail_outbox: expiryRule(db, 'mail_outbox', 'tenant_id, id'),
    logout_notifications: expiryRule(db, 'logout_notifications', 'tenant_id, id'),
    audit_events: auditRule(db),
  };

  return {
    async runOnce() {
      const turn = await oneAtATime('retention', () =>
        forEach(rules, (rule) => removeAll(rule, deps.now())),
      );
      return turn.outcome === 'ran' ? { outcome: 'ran', removed: turn.result } : turn;
    },
    backlog: () => forEach(rules, (rule) => rule.waiting(deps.now())),
  };
}

/** One rule after the other; a rule that fails does not keep the others from their turn. */
async function forEach(
  rules: Readonly<Record<RetentionRule, Rule>>,
  count: (rule: Rule) => Promise<number>,
): Promise<RetentionCounts> {
  const failures: unknown[] = [];
  const turn = async (rule: Rule) => {
    try {
      return await count(rule);
    } catch (error) {
      failures.push(error);
      return 0;
    }
  };
  const counts = {
    artifacts: await turn(rules.artifacts),
    one_time_links: await turn(rules.one_time_links),
    invitations: await turn(rules.invitations),
    email_changes: await turn(rules.email_changes),
    passkey_challenges: await turn(rules.passkey_challenges),
    one_time_codes: await turn(rules.one_time_codes),
    totp_enrolments: await turn(rules.totp_enrolments),
    remembered_browsers: await turn(rules.remembered_browsers),
    client_secrets: await turn(rules.client_secrets),
    mail_outbox: await turn(rules.mail_outbox),
    logout_notifications: await turn(rules.logout_notifications),
    audit_events: await turn(rules.audit_events),
  };
  if (failures.length > 0) throw failures[0];
  return counts;
}

async function removeAll(rule: Rule, now: Date): Promise<number> {
  let removed = 0;
  for (let batch = 0; batch < MAX_BATCHES; batch += 1) {
    const count = await rule.remove(now, BATCH);
    removed += count;
    if (count < BATCH) break;
  }
  return removed;
}

/** A rule for rows that are deleted once they have expired. */
function expiryRule(db: Knex, table: string, key: string): Rule {
  const change = (rows: string) => `delete from ${table} where ${rows}`;
  return rowRule(db, { table, key, expired: 'expires_at <= ?', change });
}

/** A rule for rows that a condition on one moment (`?`) finds through an index. */
function rowRule(
  db: Knex,
  rows: { table: string; key: string; expired: string; change: (rows: string) => string },
): Rule {
  return {
    async remove(now, limit) {
      // Rows that somebody else is changing are left for the next run. Materialized: the limit
      // must be applied once, whatever the plan.
      const changed = await query(
        db,
        `with chosen as materialized (
           select ${rows.key} from ${rows.table}
            where ${rows.expired} limit ? for update skip locked)
         ${rows.change(`(${rows.key}) in (select ${rows.key} from chosen)`)}
         returning 1`,
        [now, limit],
      );
      return changed.length;
    },
    async waiting(now) {
      const row = await queryOne<{ waiting: string }>(
        db,
        `select count(*) as waiting
           from (select 1 from ${rows.table} where ${rows.expired} limit ?) expired`,
        [now, BACKLOG_LIMIT],
      );
      return Number(row?.waiting ?? 0);
    },
  };
}

/** Audit events go by whole months: dropping a partition costs the same however full it is. */
function auditRule(db: Knex): Rule {
  const cutoff = (now: Date) => new Date(now.getTime() - AUDIT_RETENTION_DAYS * DAY_MS);
  return {
    async remove(now) {
      const nextMonth = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1));
      await query(db, 'select ensure_audit_partition(?), ensure_audit_partition(?)', [
        now,
        nextMonth,
      ]);
      try {
        const row = await queryOne<{ dropped: number }>(
          db,
          'select drop_audit_partitions(?) as dropped',
          [cutoff(now)],
        );
        return row?.dropped ?? 0;
      } catch (error) {
        // A long reader holds a partition: the next run tries again, and `waiting` shows it.
        if (sqlState(error) === SQLSTATE.lockNotAvailable) return 0;
        throw error;
      }
    },
    async waiting(now) {
      const rows = await query(db, 'select audit_partitions_before(?)', [cutoff(now)]);
      return rows.length;
    },
  };
}
