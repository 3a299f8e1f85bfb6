import type { Knex } from 'knex';

/**
 * Has a database take another time than its own for that of the audit log's months, so that a test
 * whose clock is ahead can make and drop them.
 *
 * @param db - as the owner of the schema, which a server's role is not
 */
export async function setAuditClock(db: Knex, now: Date): Promise<void> {
  await db.raw(
    `create or replace function audit_clock() returns timestamptz language sql stable
       as $$ select '${now.toISOString()}'::timestamptz $$`,
  );
}
