/**
 * A database of its own for each test file: a clone of one migrated template, on a PostgreSQL
 * that the test run started (`run-tests.ts`), or that this file's process starts for itself: the
 * embedded one, or with `TEST_POSTGRES=installed` that of this machine.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { startEmbeddedPostgres } from '../embedded/embedded-postgres.ts';
import { createDatabase } from '../storage/postgres/database.ts';
import { migrateToLatest } from '../storage/postgres/migrate.ts';
import type { MigrationSource } from '../storage/postgres/migration-source.ts';
import { startInstalledPostgres } from './installed-postgres.ts';
import { silentLogger } from './silent-logger.ts';

/** Where a test run tells its test files the address of the migrated template. */
export const TEMPLATE_URL_VARIABLE = 'TEST_POSTGRES_TEMPLATE_URL';

/**
 * How servers under test reach the databases where it is not as tests themselves do: through a pooler,
 * or as a role of less privilege. A URL without a database.
 */
export const SERVED_URL_VARIABLE = 'TEST_POSTGRES_SERVED_URL';

/** `installed`: the newest PostgreSQL that this machine has, in place of the embedded one. */
const SERVER_VARIABLE = 'TEST_POSTGRES';

const TEMPLATE = 'gatehouse';
const DIRECTORY_PREFIX = 'gatehouse-test-';

/** Nothing on it outlives it, so nothing waits for the disk. */
const SETTINGS = { max_connections: '300', autovacuum: 'off' };

export interface TestDatabase {
  readonly db: Knex;
  /** For a server, as DATABASE_URL. */
  readonly url: string;
  /** Closes `db`, ends every other connection and removes the database. */
  drop(): Promise<void>;
}

/**
 * Creates a database for a test file; call `drop` in its `after`.
 *
 * @param options.empty - true: without the schema, for tests of migrations
 */
export async function createTestDatabase(options: { empty?: boolean } = {}): Promise<TestDatabase> {
  const server = await acquireServer();
  const template = new URL(server.templateUrl);
  const name = `test_${randomBytes(8).toString('hex')}`;
  const from = options.empty === true ? 'template0' : template.pathname.slice(1);
  await administer(template, `create database ${name} template ${from}`);
  const served = process.env[SERVED_URL_VARIABLE];
  const db = connect(addressOf(template, name));
  return {
    db,
    url: addressOf(served === undefined ? template : new URL(served), name),
    drop: async () => {
      await db.destroy();
      await administer(template, `drop database if exists ${name} with (force)`);
      await server.release();
    },
  };
}

/** A running server with a migrated database that nobody is connected to. */
interface TemplateServer {
  readonly templateUrl: string;
  stop(): Promise<void>;
}

/**
 * Starts a server for tests.
 *
 * @param options.source - default: the migrations of these sources
 */
export async function startTemplateServer(
  options: { source?: MigrationSource } = {},
): Promise<TemplateServer> {
  const installed = process.env[SERVER_VARIABLE] === 'installed';
  const server = await (installed ? startInstalled() : startEmbedded());
  const db = connect(server.templateUrl);
  try {
    await migrateToLatest(db, options);
  } catch (error) {
    await server.stop();
    throw error;
  } finally {
    await db.destroy();
  }
  return server;
}

async function startEmbedded(): Promise<TemplateServer> {
  await removeAbandonedDirectories();
  const dataDir = await mkdtemp(join(tmpdir(), `${DIRECTORY_PREFIX}${process.pid}-`));
  const postgres = await startEmbeddedPostgres({
    dataDir,
    logger: silentLogger,
    durable: false,
    settings: SETTINGS,
  });
  return {
    templateUrl: postgres.url,
    async stop() {
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function startInstalled(): Promise<TemplateServer> {
  const postgres = await startInstalledPostgres(SETTINGS);
  await postgres.createDatabase(TEMPLATE);
  return { templateUrl: postgres.url(TEMPLATE), stop: () => postgres.stop() };
}

/** The server of this process, when no test run lent one: started once, stopped with its last user. */
let own: { server: Promise<TemplateServer>; users: number } | undefined;

async function acquireServer(): Promise<{ templateUrl: string; release(): Promise<void> }> {
  const lent = process.env[TEMPLATE_URL_VARIABLE];
  if (lent !== undefined) return { templateUrl: lent, release: async () => undefined };
  own ??= { server: startTemplateServer(), users: 0 };
  const mine = own;
  mine.users += 1;
  const { templateUrl, stop } = await mine.server;
  return {
    templateUrl,
    release: async () => {
      mine.users -= 1;
      if (mine.users > 0) return;
      if (own === mine) own = undefined;
      await stop();
    },
  };
}

function connect(url: string): Knex {
  return createDatabase({
    url,
    poolMax: 10,
    acquireTimeoutMs: 10_000,
    statementTimeoutMs: 10_000,
  });
}

async function administer(template: URL, statement: string): Promise<void> {
  const db = connect(addressOf(template, 'postgres'));
  try {
    await db.raw(statement);
  } finally {
    await db.destroy();
  }
}

function addressOf(server: URL, database: string): string {
  const address = new URL(server);
  address.pathname = `/${database}`;
  return address.href;
}

/** A run that was killed could not clean up; its directory carries its number. */
async function removeAbandonedDirectories(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(DIRECTORY_PREFIX)) continue;
    const pid = Number.parseInt(name.slice(DIRECTORY_PREFIX.length), 10);
    if (Number.isInteger(pid) && !isAlive(pid)) {
      await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
