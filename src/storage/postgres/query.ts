import type { Knex } from 'knex';
import { answer } from './database.ts';

/** What a statement's `?` may stand for. Arrays become PostgreSQL arrays. */
export type Binding = string | number | boolean | Date | null | readonly string[];

/**
 * Runs one statement and returns its rows.
 *
 * @param db - the pool, or a transaction
 * @param sql - with `?` for each binding; a literal question mark is written `\\?`
 * @throws StorageUnavailableError when PostgreSQL could not answer
 */
export async function query<Row>(
  db: Knex,
  sql: string,
  bindings: readonly Binding[] = [],
): Promise<Row[]> {
  const result = await answer(
    db.raw<{ rows: Row[] }>(
      sql,
      bindings.map((value) => (Array.isArray(value) ? [...value] : value) as Knex.Value),
    ),
  );
  return result.rows;
}

/** Runs a statement that answers with at most one row. */
export async function queryOne<Row>(
  db: Knex,
  sql: string,
  bindings: readonly Binding[] = [],
): Promise<Row | undefined> {
  return (await query<Row>(db, sql, bindings))[0];
}

/**
 * Runs `work` in one transaction: all of it, or none of it when it throws.
 *
 * @throws StorageUnavailableError when PostgreSQL could not answer
 */
export function inTransaction<T>(
  db: Knex,
  work: (trx: Knex.Transaction) => Promise<T>,
): Promise<T> {
  return answer(db.transaction(work));
}

/**
 * Whether PostgreSQL can hold a text at all: it has no NUL. A text that it cannot hold is not
 * stored anywhere, so a look-up by one finds nothing (asking would be an error).
 */
export function isStorable(...texts: readonly string[]): boolean {
  return texts.every((text) => !text.includes('\0'));
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a text is a UUID; a look-up by anything else finds nothing. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}
