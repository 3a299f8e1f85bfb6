/**
 * The base of every error that Gatehouse throws on purpose.
 *
 * An error carries a stable `code` for machines, a `status` for HTTP, and `expose`: whether its
 * message may be shown to whoever asked. Errors fly to one boundary (`http/error-boundary.ts` for
 * HTTP, `cli/run-command.ts` for the CLI); nothing branches on message text.
 */
export class GatehouseError extends Error {
  /** Stable, lower-case with underscores, such as `storage_unavailable`. */
  readonly code: string;
  /** HTTP status that the boundary answers with. */
  readonly status: number;
  /** Whether `message` is written for the person or client that asked. */
  readonly expose: boolean;

  constructor(
    code: string,
    message: string,
    options: { status?: number; expose?: boolean; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.status = options.status ?? 500;
    this.expose = options.expose ?? this.status < 500;
  }
}

/**
 * A store could not answer: connection lost, pool exhausted, time-out.
 *
 * The boundary answers 503 with `Retry-After`; the request may be tried again as it is.
 */
export class StorageUnavailableError extends GatehouseError {
  /** Seconds after which trying again makes sense. */
  readonly retryAfterSeconds: number;

  constructor(store: 'postgres' | 'redis', cause?: unknown) {
    super('storage_unavailable', `${store} did not answer`, { status: 503, expose: false, cause });
    this.retryAfterSeconds = 2;
  }
}

/** A bounded queue is full; the work was refused before it began and may be tried again. */
export class OverloadedError extends GatehouseError {
  /** Seconds after which trying again makes sense. */
  readonly retryAfterSeconds: number;

  constructor(what: string, retryAfterSeconds = 2) {
    super('overloaded', `${what} is at its limit`, { status: 503, expose: false });
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** What was asked for does not exist in this tenant. */
export class NotFoundError extends GatehouseError {
  constructor(what: string) {
    super('not_found', `${what} not found`, { status: 404, expose: true });
  }
}

/** What was asked for contradicts what is stored (a name taken, a version moved on). */
export class ConflictError extends GatehouseError {
  constructor(message: string, cause?: unknown) {
    super('conflict', message, { status: 409, expose: true, cause });
  }
}
