import knex, { type Knex } from 'knex';
import type { Client } from 'pg';
import { StorageUnavailableError } from '../../errors.ts';
import { limitSilence } from './limit-silence.ts';
import { type StatementWatch, watchStatements } from './watch-statements.ts';

/** What a pool needs to know. */
export interface DatabaseOptions {
  /** `postgres://…`; for a socket `postgres://owner@localhost/db?host=/dir`. */
  url: string;
  poolMax: number;
  acquireTimeoutMs: number;
  statementTimeoutMs: number;
  /** Connections that nobody needed for so long are closed; default: 30 s. */
  idleTimeoutMs?: number;
  /** Told when a connection was lost or could not be made; the pool makes new ones by itself. */
  onWarning?: (message: string) => void;
  /** Told of every statement. */
  watch?: StatementWatch | undefined;
}

const IDLE_TIMEOUT_MS = 30_000;

/**
 * PostgreSQL ends a transaction that says nothing for so long, and gives back what it locked: its
 * process was stopped, or its machine is gone without a word. Ours take no such pauses, but for those
 * that say so themselves (`one-at-a-time.ts`). A statement and no parameter of the connection, because
 * pgbouncer refuses clients whose parameters it has not been told of.
 */
const IDLE_IN_TRANSACTION = `set idle_in_transaction_session_timeout = '60s'`;

/** How long after the server should have given up a statement its answer is waited for. */
const ANSWER_GRACE_MS = 1000;

/**
 * The one pool of this process. Tenants, stores and Providers share it.
 *
 * A server that went away without a word cannot end its statements itself, so a connection that
 * stays silent for a second longer than `statementTimeoutMs` is dropped.
 */
export function createDatabase(options: DatabaseOptions): Knex {
  const warn = (message: unknown) => options.onWarning?.(String(message));
  const limit = limitSilence(options.statementTimeoutMs + ANSWER_GRACE_MS);
  const watch = options.watch && watchStatements(options.watch);
  return knex({
    client: 'pg',
    // Knex would print to the console.
    log: { warn, error: warn, debug: () => undefined, deprecate: () => undefined },
    connection: {
      connectionString: options.url,
      application_name: 'gatehouse',
      connectionTimeoutMillis: options.acquireTimeoutMs,
      statement_timeout: options.statementTimeoutMs,
      keepAlive: true,
    },
    pool: {
      min: 0,
      max: options.poolMax,
      afterCreate: (connection: Client, done: (error: unknown, connection: Client) => void) => {
        limit(connection);
        connection.query(IDLE_IN_TRANSACTION, (error: unknown) => done(error, connection));
        watch?.(connection);
      },
      idleTimeoutMillis: options.idleTimeoutMs ?? IDLE_TIMEOUT_MS,
    },
    acquireConnectionTimeout: options.acquireTimeoutMs,
  });
}

/** SQLSTATE classes that say "try again later": connection, resources, operator, system. */
const UNAVAILABLE_CLASSES = new Set(['08', '53', '57', '58']);
const UNAVAILABLE_CODES = new Set([
  // A failover left us with a server that only reads.
  '25006',
  // The transaction lost against another and was undone whole; the next try meets no other.
  '40001',
  '40P01',
  // The database takes no connections now.
  '55000',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'EMFILE',
  'ENETUNREACH',
  'ENOENT',
  'ENOTCONN',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  // Its certificate has expired, or is nobody's that we trust: for operators, and not for ever.
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);
/** What Knex's pool and node-postgres say of lost connections, which carry no code. */
const UNAVAILABLE_MESSAGES = [
  'Connection terminated',
  'Connection ended unexpectedly',
  'Client has encountered a connection error',
  'Client was closed',
  'Query read timeout',
  'timeout expired',
  'timeout exceeded when trying to connect',
  'Unable to acquire a connection',
  'aborted',
];

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
  if (error.name === 'KnexTimeoutError') return true;
  // Knex puts the statement before what the driver said.
  const said = error.message.split(' - ').at(-1) ?? '';
  return UNAVAILABLE_MESSAGES.some((message) => said.startsWith(message));
}

/** What stores make of an error, by its SQLSTATE. */
export const SQLSTATE = {
  foreignKeyViolation: '23503',
  uniqueViolation: '23505',
  /** No partition accepts a row, or another check refused it. */
  checkViolation: '23514',
  /** A lock was not to be had within `lock_timeout`. */
  lockNotAvailable: '55P03',
  /** Two waited for each other, and this one was undone. */
  deadlockDetected: '40P01',
} as const;

/** The SQLSTATE of a driver error, if it is one. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}
