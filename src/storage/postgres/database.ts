import knex, { type Knex } from 'knex';
import { StorageUnavailableError } from '../../errors.ts';

/** What a pool needs to know. */
export interface DatabaseOptions {
  /** `postgres://…`; for a socket `postgres://owner@localhost/db?host=/dir`. */
  url: string;
  poolMax: number;
  acquireTimeoutMs: number;
  statementTimeoutMs: number;
}

/** The one pool of this process. Tenants, stores and Providers share it. */
export function createDatabase(options: DatabaseOptions): Knex {
  return knex({
    client: 'pg',
    connection: {
      connectionString: options.url,
      application_name: 'gatehouse',
      connectionTimeoutMillis: options.acquireTimeoutMs,
      statement_timeout: options.statementTimeoutMs,
      keepAlive: true,
    },
    pool: { min: 0, max: options.poolMax },
    acquireConnectionTimeout: options.acquireTimeoutMs,
  });
}

/** SQLSTATE classes that say "try again later": connection, resources, operator, system. */
const UNAVAILABLE_CLASSES = new Set(['08', '53', '57', '58']);
const UNAVAILABLE_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/**
 * Awaits a query; when PostgreSQL could not answer, throws StorageUnavailableError instead of the
 * driver's error. Every store method goes through here.
 */
export async function answer<T>(query: PromiseLike<T>): Promise<T> {
  try {
    return await query;
  } catch (error) {
    throw isUnavailable(error) ? new StorageUnavailableError('postgres', error) : error;
  }
}

function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (code !== undefined) {
    return (
      UNAVAILABLE_CODES.has(code) ||
      (code.length === 5 && UNAVAILABLE_CLASSES.has(code.slice(0, 2)))
    );
  }
  // Knex's pool time-out and node-postgres's lost connections carry no code.
  return (
    error.name === 'KnexTimeoutError' ||
    error.message.startsWith('Connection terminated') ||
    error.message.startsWith('timeout expired') ||
    error.message.startsWith('timeout exceeded when trying to connect') ||
    error.message.startsWith('Client has encountered a connection error') ||
    error.message.startsWith('aborted')
  );
}

/** The SQLSTATE of a driver error, if it is one. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}
