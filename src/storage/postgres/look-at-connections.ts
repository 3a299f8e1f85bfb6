import type { Knex } from 'knex';
import { answer } from './database.ts';

/** What PostgreSQL says of its connections. */
export interface ConnectionRoom {
  /** How many there can be for this role and database at once. */
  readonly limit: number;
  /** Of those, how many nobody has at this moment; this one counts as free. */
  readonly left: number;
  /** What other processes of this program have. */
  readonly ours: number;
  /**
   * A pooler (pgbouncer) answered for PostgreSQL: these numbers are of what it shares among all of
   * its clients, and say nothing of how many clients it takes.
   */
  readonly pooled: boolean;
}

/**
 * The server, the role and the database each may have a limit; -1 is none, and
 * `reserved_connections` is of PostgreSQL 16. Of other roles only names are shown to everybody,
 * which is enough: what has no role is work of the server's own and does not count.
 */
const STATEMENT = `
  with clients as (
    select application_name, usesysid, datid from pg_stat_activity
     where pid <> pg_backend_pid() and usesysid is not null
       and coalesce(backend_type, 'client backend') = 'client backend'
  ), limits as (
    select current_setting('max_connections')::int
             - current_setting('superuser_reserved_connections')::int
             - coalesce(current_setting('reserved_connections', true), '0')::int as most,
           (select count(*)::int from clients) as taken
    union all
    select rolconnlimit, (select count(*)::int from clients where usesysid = pg_roles.oid)
      from pg_roles where rolname = current_user and rolconnlimit >= 0
    union all
    select datconnlimit, (select count(*)::int from clients where datid = pg_database.oid)
      from pg_database where datname = current_database() and datconnlimit >= 0
  )
  select min(most) as "limit", min(most - taken) as "left", pg_backend_pid() as pid,
         (select count(*)::int from clients
           where application_name = current_setting('application_name')) as ours
    from limits`;

/**
 * Asks PostgreSQL how many connections it has room for, and who has them, in one query.
 *
 * A pooler gives its clients a process number of its own making: that is how one is told.
 *
 * @throws StorageUnavailableError
 */
export async function lookAtConnections(db: Knex): Promise<ConnectionRoom> {
  const connection: { processID?: number } = await answer(db.client.acquireConnection());
  try {
    const { rows } = await answer(
      db.raw<{ rows: (ConnectionRoom & { pid: number })[] }>(STATEMENT).connection(connection),
    );
    const [row] = rows;
    if (row === undefined) throw new TypeError('one row, always');
    const { limit, left, ours, pid } = row;
    return { limit, left, ours, pooled: connection.processID !== pid };
  } finally {
    await db.client.releaseConnection(connection);
  }
}
