import { rootCertificates } from 'node:tls';
import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis';
import { StorageUnavailableError } from '../../errors.ts';

/**
 * Redis: the connection that this process shares, and what its errors mean.
 *
 * What is asked while Redis is away fails at once or within the command timeout, and is never sent
 * again by itself: after a lost answer nobody knows whether a token was already consumed. Whoever
 * asked gets a 503 and may repeat the request.
 */

/** Reconnects wait this long at first, twice as long each time, up to the longest. */
const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 1000;
/** Spread, so that fifty replicas do not return in the same millisecond. */
const RETRY_JITTER_MS = 100;
/** Longest wait for one attempt: with the pause before it, Redis is back within 5 s of its return. */
const CONNECT_TIMEOUT_MS = 2500;
/** How often a server that is still loading its data is asked again. */
const LOADING_RETRY_MS = 500;
const KEEP_ALIVE_MS = 10_000;

/** Where Redis is, and what it takes to get in. */
export interface RedisServers {
  readonly kind: 'single' | 'sentinel' | 'cluster';
  readonly tls: boolean;
  /** Servers, Sentinels or nodes of the Cluster; empty with a `path`. */
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  /** Of a socket. */
  readonly path: string | undefined;
  readonly database: number;
  /** What Sentinels call the server. */
  readonly masterName: string;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly sentinelUser: string | undefined;
  readonly sentinelPassword: string | undefined;
  /** Certificates, PEM, that are trusted besides the system's. */
  readonly ca: string | undefined;
}

export interface RedisConnectionOptions {
  readonly servers: RedisServers;
  /** Longest wait for one answer. */
  readonly commandTimeoutMs: number;
  /** Told of every connection error; the connection comes back by itself. */
  readonly onError?: (error: Error) => void;
}

/** A connection to one server, found by Sentinels or not, or one to each node of a Cluster. */
export type RedisClient = Redis | Cluster;

/**
 * Makes the client without connecting; {@link connectRedis} connects.
 *
 * A connection to a server that has become a replica is given up for a new one, which asks the
 * Sentinels where there are some.
 */
export function createRedis(options: RedisConnectionOptions): RedisClient {
  const { servers, onError } = options;
  const redis =
    servers.kind === 'cluster'
      ? connectNodes(new Cluster([...servers.nodes], clusterOptions(options)))
      : new Redis({ ...connectionOptions(options), ...addressOf(servers), retryStrategy });
  // Without a listener ioredis prints to the console.
  redis.on('error', (error: Error) => onError?.(error));
  return redis;
}

/** Without being asked first: what is asked of a node while it connects is refused. */
function connectNodes(cluster: Cluster): Cluster {
  cluster.on('+node', (node: Redis) => {
    // How it went is heard as an error of the cluster, and tried again.
    if (node.status === 'wait') node.connect().catch(() => undefined);
  });
  return cluster;
}

function retryStrategy(times: number): number {
  return (
    Math.min(FIRST_RETRY_MS * 2 ** Math.min(times - 1, 10), LONGEST_RETRY_MS) +
    Math.floor(Math.random() * RETRY_JITTER_MS)
  );
}

/** Where one server is, or who knows where it is. */
function addressOf({ kind, nodes, path, masterName, ...more }: RedisServers) {
  if (kind !== 'sentinel') return path === undefined ? { ...nodes[0] } : { path };
  return {
    sentinels: [...nodes],
    name: masterName,
    ...(more.sentinelUser === undefined ? {} : { sentinelUsername: more.sentinelUser }),
    ...(more.sentinelPassword === undefined ? {} : { sentinelPassword: more.sentinelPassword }),
    ...(more.tls ? { enableTLSForSentinelMode: true, sentinelTLS: tlsOf(more) } : {}),
    sentinelRetryStrategy: retryStrategy,
    sentinelCommandTimeout: CONNECT_TIMEOUT_MS,
    // Not `failoverDetector`: a switch that it hears of while the client reconnects ends the client
    // for good. A server that died, went silent or became a replica is noticed without it.
  } satisfies RedisOptions;
}

/** Nothing is sent a second time by itself, here neither. */
function clusterOptions(options: RedisConnectionOptions) {
  return {
    lazyConnect: true,
    enableOfflineQueue: false,
    retryDelayOnFailover: 0,
    slotsRefreshTimeout: CONNECT_TIMEOUT_MS,
    clusterRetryStrategy: retryStrategy,
    clusterNodeRetryStrategy: retryStrategy,
    redisOptions: connectionOptions(options),
  } satisfies ClusterOptions;
}

function connectionOptions({ servers, commandTimeoutMs }: RedisConnectionOptions) {
  return {
    lazyConnect: true,
    enableOfflineQueue: false,
    ...(servers.user === undefined ? {} : { username: servers.user }),
    ...(servers.password === undefined ? {} : { password: servers.password }),
    db: servers.database,
    // On a lost connection the commands under way fail at once and are not sent again.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    commandTimeout: commandTimeoutMs,
    // A peer that went away without a word: no answer to anything for this long ends the connection.
    socketTimeout: 2 * commandTimeoutMs,
    connectTimeout: CONNECT_TIMEOUT_MS,
    maxLoadingRetryTime: LOADING_RETRY_MS,
    keepAlive: KEEP_ALIVE_MS,
    connectionName: 'gatehouse',
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
    ...(servers.tls ? { tls: tlsOf(servers) } : {}),
  } satisfies RedisOptions;
}

function tlsOf({ ca }: Pick<RedisServers, 'ca'>) {
  return ca === undefined ? {} : { ca: [...rootCertificates, ca] };
}

/** A second connection with the settings of the first, which connects at once, for subscribing. */
export function subscriberOf(redis: RedisClient, connectionName: string): RedisClient {
  // One server: whoever subscribes wants to know whether it worked. A Cluster's comes back by itself.
  return redis instanceof Cluster
    ? redis.duplicate([], { lazyConnect: false })
    : redis.duplicate({ autoResubscribe: false, lazyConnect: false, connectionName });
}

/** The servers that hold keys: the one, or the masters of a Cluster. */
export function serversOf(redis: RedisClient): Redis[] {
  return redis instanceof Cluster ? redis.nodes('master') : [redis];
}

/**
 * Connects and waits until Redis can answer; failed attempts are repeated until the deadline.
 *
 * @throws StorageUnavailableError at the deadline; the client goes on trying until it is closed
 */
export async function connectRedis(redis: RedisClient, deadlineMs: number): Promise<void> {
  if (redis.status === 'ready') return;
  let lastError: Error | undefined;
  const remember = (error: Error) => {
    lastError = error;
  };
  redis.on('error', remember);
  let onReady: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(
        () => reject(new StorageUnavailableError('redis', withoutCommand(lastError))),
        deadlineMs,
      );
      onReady = () => void Promise.all(serversOf(redis).map(isReady)).then(() => resolve());
      redis.once('ready', onReady);
      if (redis.status === 'wait' || redis.status === 'end') redis.connect().catch(remember);
    });
  } finally {
    clearTimeout(timer);
    if (onReady) redis.off('ready', onReady);
    redis.off('error', remember);
  }
}

async function isReady(server: Redis): Promise<void> {
  if (server.status === 'ready') return;
  await new Promise<void>((resolve) => {
    server.once('ready', resolve);
  });
}

/** Codes of a Redis error reply that say "try again later", or "somewhere else". */
const UNAVAILABLE_REPLY =
  /^(-|.*: -)?(READONLY|LOADING|OOM|MOVED|ASK|CLUSTERDOWN|TRYAGAIN|MASTERDOWN|NOREPLICAS|MISCONF|BUSY|NOAUTH)\b|^ERR max number of clients/;

/**
 * Awaits commands; when Redis could not answer, throws StorageUnavailableError instead of the
 * driver's error. Every store method goes through here. An error that goes on has lost the
 * command that it was about: logs are no place for arguments.
 */
export async function answerRedis<T>(commands: PromiseLike<T>): Promise<T> {
  try {
    return await commands;
  } catch (error) {
    withoutCommand(error);
    throw isUnavailable(error) ? new StorageUnavailableError('redis', error) : error;
  }
}

const OUTAGE_NAMES = new Set(['AbortError', 'MaxRetriesPerRequestError', 'ClusterAllFailedError']);
/** How ioredis says that there is nobody to ask. */
const NOBODY_THERE =
  /^(Command timed out$|Connection is closed\.$|Stream isn't writeable|Socket timeout|Cluster isn't ready|Cluster is ended|Too many Cluster redirections|All sentinels are unreachable)/;

/** Codes of a socket or of TLS, not of Node's own argument checks. */
const SOCKET_CODE = /^(?!ERR_)E[A-Z]+$|^ERR_(SOCKET|STREAM|SSL|TLS)_/;

function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'ReplyError') return UNAVAILABLE_REPLY.test(error.message);
  if (OUTAGE_NAMES.has(error.name)) return true;
  // What the socket says has a code; what ioredis itself says has none.
  if ('code' in error && typeof error.code === 'string') return SOCKET_CODE.test(error.code);
  return NOBODY_THERE.test(error.message);
}

function withoutCommand(error: unknown): unknown {
  if (error instanceof Error && 'command' in error) delete error.command;
  return error;
}
