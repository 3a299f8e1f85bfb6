import type { Knex } from 'knex';
import { readEnv } from './src/config/read-env.ts';
import { migrationSource } from './src/storage/postgres/migration-source.ts';

/**
 * For tools that look for a knexfile. Gatehouse itself migrates with `gatehouse migrate`, which
 * holds a lock that these tools do not take.
 */
const config: Knex.Config = {
  client: 'pg',
  connection: readEnv().values.DATABASE_URL ?? '',
  migrations: { migrationSource },
};

export default config;
