import type { Knex } from 'knex';
import { query } from './query.ts';

/**
 * What PostgreSQL says of itself.
 *
 * @returns `version` as the server numbers it, such as 180004 for 18.4; `now` by its clock
 * @throws StorageUnavailableError
 */
export async function lookAtDatabase(db: Knex): Promise<{ version: number; now: Date }> {
  const [row] = await query<{ version: number; now: Date }>(
    db,
    `select current_setting('server_version_num')::integer as version, clock_timestamp() as now`,
  );
  return { version: row?.version ?? 0, now: row?.now ?? new Date(0) };
}
