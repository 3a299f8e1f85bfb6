import type { Knex } from 'knex';
import type { AuditEvent, AuditEventKind, RecordedAuditEvent } from '../../audit/audit-event.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import { GatehouseError, OverloadedError, StorageUnavailableError } from '../../errors.ts';
import { SQLSTATE, sqlState } from './database.ts';
import { type Binding, query } from './query.ts';
import { createUuidV7, timeOfUuidV7 } from './uuid-v7.ts';

/** Events that may wait to be written before more are refused. */
const MAX_WAITING = 10_000;
/** Events that one insert writes. */
const MAX_BATCH = 1_000;
/** Characters that are kept of one text: indexed columns and a reader's patience are finite. */
const MAX_TEXT_LENGTH = 512;
/** Events on one page of a list. */
const MAX_PAGE = 1_000;

interface AuditRow {
  id: string;
  at: Date;
  tenant_id: string | null;
  kind: AuditEventKind;
  outcome: AuditEvent['outcome'];
  actor_type: AuditEvent['actor']['type'];
  actor_id: string | null;
  subject_type: string | null;
  subject_id: string | null;
  client_id: string | null;
  address: string | null;
  request_id: string | null;
  detail: NonNullable<AuditEvent['detail']>;
}

interface Waiting {
  row: AuditRow;
  resolve: () => void;
  reject: (error: unknown) => void;
}

const COLUMNS = `id, at, tenant_id, kind, outcome, actor_type, actor_id, subject_type, subject_id,
  client_id, address, request_id, detail`;

/** As the indexes of `migrations/0009_account_endings.ts` say it, or they are not used. */
const NO_TOKEN_TRAFFIC = `kind not in ('token.issued', 'token.refused')`;

/** The first condition alone lets PostgreSQL skip the partitions of later months. */
const OLDER = 'at <= ? and (at, id) < (?, ?)';

/**
 * The audit log in PostgreSQL.
 *
 * One insert runs at a time; what arrives meanwhile is written by the next one (group commit). An
 * event therefore waits for at most one insert that is not its own while fewer than a thousand
 * are waiting, and at 10,000 more are refused with OverloadedError.
 *
 * @param deps.now - the moment of an event is when it was handed to `record`
 * @param deps.newId - makes the UUIDv7 of a moment
 */
export function createPostgresAuditLog(
  db: Knex,
  deps: { now: () => Date; newId?: (at: Date) => string; maxWaiting?: number },
): AuditLog {
  const newId = deps.newId ?? createUuidV7();
  const maxWaiting = deps.maxWaiting ?? MAX_WAITING;
  const waiting: Waiting[] = [];
  let writing: Promise<void> | undefined;
  /** Months (`2026-11`) whose partition was seen; a dropped one is noticed by the insert. */
  const months = new Set<string>();

  async function writeAll(): Promise<void> {
    // One turn of the microtask queue: events recorded side by side share the first insert too.
    await undefined;
    while (waiting.length > 0) await writeBatch(waiting.splice(0, MAX_BATCH));
    writing = undefined;
  }

  async function writeBatch(batch: readonly Waiting[]): Promise<void> {
    try {
      await insert(batch.map(({ row }) => row));
      for (const { resolve } of batch) resolve();
    } catch (error) {
      if (batch.length === 1 || error instanceof StorageUnavailableError) {
        for (const { reject } of batch) reject(error);
      } else {
        // One event that PostgreSQL refuses must not take the others with it.
        for (const one of batch) await writeBatch([one]);
      }
    }
  }

  async function insert(rows: readonly AuditRow[]): Promise<void> {
    await ensurePartitions(rows);
    try {
      await insertRows(db, rows);
    } catch (error) {
      if (sqlState(error) !== SQLSTATE.checkViolation) throw error;
      months.clear();
      await ensurePartitions(rows);
      await insertRows(db, rows);
    }
  }

  async function ensurePartitions(rows: readonly AuditRow[]): Promise<void> {
    for (const { at } of rows) {
      const month = at.toISOString().slice(0, 'yyyy-mm'.length);
      if (months.has(month)) continue;
      await query(db, 'select ensure_audit_partition(?)', [at]);
      months.add(month);
    }
  }

  return {
    async record(event) {
      if (waiting.length >= maxWaiting) throw new OverloadedError('The audit log');
      const at = deps.now();
      const row = toRow(event, newId(at), at);
      await new Promise<void>((resolve, reject) => {
        waiting.push({ row, resolve, reject });
        writing ??= writeAll();
      });
    },

    async list({ tenantId, kinds, subjectId, before, limit }) {
      const conditions: string[] = [];
      const bindings: Binding[] = [];
      const only = (condition: string, ...values: Binding[]) => {
        conditions.push(condition);
        bindings.push(...values);
      };
      if (tenantId !== undefined) only('tenant_id = ?', tenantId);
      if (kinds !== undefined) only('kind = any(?)', kinds);
      if (subjectId !== undefined) only('subject_id = ?', storableText(subjectId));
      if (before !== undefined) only(OLDER, ...cursor(before));
      const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
      const rows = await query<AuditRow>(
        db,
        `select ${COLUMNS} from audit_events ${where} order by at desc, id desc limit ?`,
        [...bindings, Math.min(limit, MAX_PAGE)],
      );
      return rows.map(toEvent);
    },

    async listOfAccount(tenantId, accountId, { kinds, before, limit }) {
      const narrowed = [
        ...(kinds === undefined ? [] : ['kind = any(?)']),
        ...(before === undefined ? [] : [OLDER]),
      ];
      const narrowing = [
        ...(kinds === undefined ? [] : [kinds]),
        ...(before === undefined ? [] : cursor(before)),
      ];
      const id = storableText(accountId);
      const page = Math.min(limit, MAX_PAGE);
      // Each half is a walk along its own index, which ends at the page's size.
      const half = (condition: string) =>
        `(select ${COLUMNS} from audit_events
           where ${['tenant_id = ?', condition, NO_TOKEN_TRAFFIC, ...narrowed].join(' and ')}
           order by at desc, id desc limit ?)`;
      const rows = await query<AuditRow>(
        db,
        `select * from (
           ${half(`actor_type = 'account' and actor_id = ?`)}
           union all
           ${half(
             `subject_type = 'account' and subject_id = ?
               and (actor_type, actor_id) is distinct from ('account', ?)`,
           )}) events
          order by at desc, id desc limit ?`,
        [tenantId, id, ...narrowing, page, tenantId, id, id, ...narrowing, page, page],
      );
      return rows.map(toEvent);
    },

    async flush() {
      while (writing !== undefined) await writing;
    },
  };
}

/** @throws GatehouseError when it is not the id of an event */
function cursor(before: string): [Date, Date, string] {
  const at = timeOfUuidV7(before);
  if (at === undefined) {
    throw new GatehouseError('invalid_cursor', 'before is not the id of an audit event', {
      status: 400,
    });
  }
  return [at, at, before];
}

async function insertRows(db: Knex, rows: readonly AuditRow[]): Promise<void> {
  const json = JSON.stringify(rows, (_key, value: unknown) =>
    typeof value === 'string' ? storableText(value) : value,
  );
  await query(
    db,
    `insert into audit_events (${COLUMNS})
     select ${COLUMNS} from jsonb_to_recordset(?::jsonb) as e(
       id uuid, at timestamptz, tenant_id uuid, kind text, outcome text, actor_type text,
       actor_id text, subject_type text, subject_id text, client_id text, address text,
       request_id text, detail jsonb)`,
    [json],
  );
}

/** What PostgreSQL can hold of a text that may come from anybody: no NUL, no half character. */
function storableText(text: string): string {
  const kept =
    text.length <= MAX_TEXT_LENGTH ? text : `${text.slice(0, MAX_TEXT_LENGTH - 1)}\u2026`;
  return kept.toWellFormed().replaceAll('\0', '\ufffd');
}

function toRow(event: AuditEvent, id: string, at: Date): AuditRow {
  return {
    id,
    at,
    tenant_id: event.tenantId ?? null,
    kind: event.kind,
    outcome: event.outcome,
    actor_type: event.actor.type,
    actor_id: event.actor.id ?? null,
    subject_type: event.subject?.type ?? null,
    subject_id: event.subject?.id ?? null,
    client_id: event.clientId ?? null,
    address: event.address ?? null,
    request_id: event.requestId ?? null,
    detail: event.detail ?? {},
  };
}

function toEvent(row: AuditRow): RecordedAuditEvent {
  return {
    id: row.id,
    at: row.at,
    kind: row.kind,
    tenantId: row.tenant_id ?? undefined,
    outcome: row.outcome,
    actor: { type: row.actor_type, ...(row.actor_id !== null && { id: row.actor_id }) },
    ...(row.subject_type !== null &&
      row.subject_id !== null && { subject: { type: row.subject_type, id: row.subject_id } }),
    ...(row.client_id !== null && { clientId: row.client_id }),
    ...(row.address !== null && { address: row.address }),
    ...(row.request_id !== null && { requestId: row.request_id }),
    detail: row.detail,
  };
}
