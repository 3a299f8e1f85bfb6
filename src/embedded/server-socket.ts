import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

/** The server listens in its own data directory, wherever that is. */
const SOCKET_FILE = '.s.PGSQL.5432';
/** Bytes that the address of a Unix socket may have: 107 on Linux, 103 on macOS. */
const MAX_ADDRESS_BYTES = 103;
const KNOCK_TIMEOUT_MS = 5_000;

/** Superuser of the cluster and owner of the database. */
export const OWNER_NAME = 'owner';
export const DATABASE_NAME = 'gatehouse';
/** A setting of ours in which each start of a server carries an id of its own. */
export const START_ID_SETTING = 'gatehouse.start_id';

/** `connection refused` and `no such file`: nobody listens. */
const ABSENT = new Set(['ECONNREFUSED', 'ENOENT', 'ECONNRESET', 'EPIPE']);
/** SQLSTATE cannot_connect_now: starting, recovering or stopping. */
const BUSY = '57P03';

/** A path to a server's socket that is short enough to connect to. */
export interface ServerSocket {
  readonly directory: string;
  /** Removes the short cut, if one was made. */
  release(): Promise<void>;
}

/**
 * Finds a short enough way to the socket of the server on `cluster`: its directory, or a link to
 * it under a new private directory that nobody else could have put there.
 */
export async function reachSocket(cluster: string): Promise<ServerSocket> {
  if (Buffer.byteLength(join(cluster, SOCKET_FILE)) <= MAX_ADDRESS_BYTES) {
    return { directory: cluster, release: async () => undefined };
  }
  const home = await mkdtemp(join(tmpdir(), 'gatehouse-'));
  const link = join(home, 'pg');
  await symlink(cluster, link);
  return { directory: link, release: () => rm(home, { recursive: true, force: true }) };
}

/** The address of a database behind a socket, as DATABASE_URL has it. */
export function socketUrl(socket: Pick<ServerSocket, 'directory'>, database: string): string {
  // Without a host before the slash, node-postgres would go to 127.0.0.1.
  return `postgres://${OWNER_NAME}@localhost/${database}?host=${encodeURIComponent(socket.directory)}`;
}

/** What a knock found. `busy`: a server is there, but starting, recovering or stopping. */
export type Answer = { state: 'ready'; startId: string } | { state: 'busy' | 'absent' };

/** Asks whether a server answers, and which start of it that is. */
export async function knock(socket: Pick<ServerSocket, 'directory'>): Promise<Answer> {
  try {
    const startId = await withClient(socket, 'postgres', async (client) => {
      const { rows } = await client.query<{ id: string | null }>(
        'select current_setting($1, true) as id',
        [START_ID_SETTING],
      );
      return rows[0]?.id ?? '';
    });
    return { state: 'ready', startId };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === BUSY) return { state: 'busy' };
    // A server that goes away between two words says so without a code.
    if (code === undefined || ABSENT.has(String(code))) return { state: 'absent' };
    throw error;
  }
}

/** Creates our database in a new cluster. */
export async function createOwnDatabase(socket: Pick<ServerSocket, 'directory'>): Promise<void> {
  await withClient(socket, 'postgres', async (client) => {
    const found = await client.query('select 1 from pg_database where datname = $1', [
      DATABASE_NAME,
    ]);
    if (found.rowCount === 0) await client.query(`create database ${DATABASE_NAME}`);
  });
}

async function withClient<T>(
  socket: Pick<ServerSocket, 'directory'>,
  database: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    connectionString: socketUrl(socket, database),
    connectionTimeoutMillis: KNOCK_TIMEOUT_MS,
  });
  // An ended connection without a listener would end the process; the query in hand fails anyway.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
