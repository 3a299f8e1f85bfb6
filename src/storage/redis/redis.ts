import { Redis, type RedisOptions } from 'ioredis';
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

export interface RedisConnectionOptions {
  /** `redis://…`, `rediss://…` or the path of a socket. */
  readonly url: string;
  /** Longest wait for one answer. */
  readonly commandTimeoutMs: number;
  /** PEM of the authority that signed the server's certificate, if it is not a public one. */
  readonly caCertificate?: string;
  /** Told of every connection error; the connection comes back by itself. */
  readonly onError?: (error: Error) => void;
}

/**
 * Makes the client without connecting; {@link connectRedis} connects.
 *
 * Scripts run over any connection, so this may be a Sentinel's or a managed service's address; a
 * connection to a server that has become a replica is given up for a new one.
 */
export function createRedis(options: RedisConnectionOptions): Redis {
  const { commandTimeoutMs } = options;
  const redis = new Redis(options.url, {
    lazyConnect: true,
    enableOfflineQueue: false,
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
    retryStrategy: (times) =>
      Math.min(FIRST_RETRY_MS * 2 ** Math.min(times - 1, 10), LONGEST_RETRY_MS) +
      Math.floor(Math.random() * RETRY_JITTER_MS),
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    ...(options.caCertificate === undefined ? {} : { tls: { ca: options.caCertificate } }),
  } satisfies RedisOptions);
  // Without a listener ioredis prints to the console.
  redis.on('error', (error: Error) => options.onError?.(error));
  return redis;
}

/**
 * Connects and waits until Redis can answer; failed attempts are repeated until the deadline.
 *
 * @throws StorageUnavailableError at the deadline; the client goes on trying until it is closed
 */
export async function connectRedis(redis: Redis, deadlineMs: number): Promise<void> {
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
      onReady = resolve;
      redis.once('ready', onReady);
      if (redis.status === 'wait' || redis.status === 'end') redis.connect().catch(remember);
    });
  } finally {
    clearTimeout(timer);
    if (onReady) redis.off('ready', onReady);
    redis.off('error', remember);
  }
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

/** Codes of a socket or of TLS, not of Node's own argument checks. */
const SOCKET_CODE = /^(?!ERR_)E[A-Z]+$|^ERR_(SOCKET|STREAM|SSL|TLS)_/;

function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'ReplyError') return UNAVAILABLE_REPLY.test(error.message);
  if (error.name === 'AbortError' || error.name === 'MaxRetriesPerRequestError') return true;
  // What the socket says has a code; what ioredis itself says has none.
  if ('code' in error && typeof error.code === 'string') return SOCKET_CODE.test(error.code);
  return (
    error.message === 'Command timed out' ||
    error.message === 'Connection is closed.' ||
    error.message.startsWith("Stream isn't writeable") ||
    error.message.startsWith('Socket timeout')
  );
}

function withoutCommand(error: unknown): unknown {
  if (error instanceof Error && 'command' in error) delete error.command;
  return error;
}
