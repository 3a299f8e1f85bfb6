/** A migrated and populated database on a server with our settings, and the role that looks at it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { createDatabase } from '../../storage/postgres/database.ts';
import { createTestCli } from '../cli.ts';
import {
  type Build,
  type ConfiguredPostgres,
  startConfiguredPostgres,
} from '../configured-postgres.ts';
import { crowdTenant } from '../crowd-tenant.ts';
import { type PopulatedTenant, populateTenant } from '../populated-tenant.ts';
import { ROOT, runProgram } from './trial.ts';

/** Where the settings, scripts and queries are. */
export const CARE = join(ROOT, 'deploy/database');
export const DATABASE = 'gatehouse';
export const MONITOR = 'gatehouse_monitor';

export type Row = Readonly<Record<string, unknown>>;

export interface DatabaseWorld {
  readonly postgres: ConfiguredPostgres;
  /** Runs one of the scripts with psql, as the superuser. */
  apply(script: string): Promise<void>;
  /** What one of the queries answers to the role that looks. */
  ask(query: string): Promise<readonly Row[]>;
  /** Any statement, in a session of its own; as the superuser unless said. */
  query(
    statement: string,
    options?: { role?: string; values?: unknown[] },
  ): Promise<readonly Row[]>;
  stop(): Promise<void>;
}

/** @param include - names of the settings' files */
export async function startDatabaseWorld(
  build: Build,
  include: readonly string[] = ['settings.conf'],
): Promise<DatabaseWorld> {
  const postgres = await startConfiguredPostgres({
    build,
    include: include.map((name) => join(CARE, name)),
    // What is measured here is not to be tidied up in between.
    settings: { autovacuum: 'off', timezone: 'UTC' },
  });
  const query: DatabaseWorld['query'] = async (statement, options = {}) => {
    const client = new pg.Client({ connectionString: postgres.url(DATABASE, options.role) });
    await client.connect();
    try {
      return (await client.query(statement, options.values)).rows;
    } finally {
      await client.end();
    }
  };
  const apply = async (script: string) => {
    const args = ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', join(CARE, script)];
    await runProgram(join(postgres.bin, 'psql'), args, { env: postgres.variables(DATABASE) });
  };
  try {
    await postgres.run('postgres', `create database ${DATABASE}`);
    const { code, stderr } = await createTestCli({ databaseUrl: postgres.url(DATABASE) }).run(
      'migrate',
    );
    if (code !== 0) throw new Error(stderr);
    await apply('monitor.sql');
    // Again after each upgrade.
    await apply('monitor.sql');
    await query(`alter role ${MONITOR} password '${postgres.password}'`);
  } catch (error) {
    await postgres.stop();
    throw error;
  }
  return {
    postgres,
    apply,
    query,
    ask: async (name) =>
      query(await readFile(join(CARE, 'queries', `${name}.sql`), 'utf8'), { role: MONITOR }),
    stop: () => postgres.stop(),
  };
}

/** Gives every table of a database rows: of one tenant, and two thousand around it. */
export async function populate(world: DatabaseWorld): Promise<PopulatedTenant> {
  const db = createDatabase({
    url: world.postgres.url(DATABASE),
    poolMax: 3,
    acquireTimeoutMs: 10_000,
    statementTimeoutMs: 60_000,
  });
  try {
    const tenant = await populateTenant(db);
    await crowdTenant(db, tenant);
    return tenant;
  } finally {
    await db.destroy();
    await world.query(`
      insert into artifacts (tenant_id, model, key, payload, expires_at)
      select id, 'AccessToken', 'n' || n, '{}', '2100-01-01' from tenants, generate_series(1, 2000) n
       where slug = 'default';
      insert into tombstones (tenant_id, kind, key, ended_at, expires_at)
      select id, 'jti', 'n' || n, now(), '2100-01-01' from tenants, generate_series(1, 2000) n
       where slug = 'default'`);
  }
}
