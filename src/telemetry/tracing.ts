/** What work belongs to, as log lines name it. */
export interface TraceIds {
  /** Of W3C Trace Context: 32 hexadecimal digits. */
  readonly trace_id: string;
  /** 16 of them; not there where nothing is traced and the id came with the request. */
  readonly span_id?: string;
}

/** What a request says of itself. */
export interface IncomingRequest {
  readonly method: string;
  /** `traceparent` and `tracestate`, from a peer whose word counts; else empty. */
  readonly traceparent: string;
  readonly tracestate: string;
  /** Its name, from such a peer; a trace that begins here has the same, if it can. */
  readonly name: string;
}

/** What became of a request. Everything here may be shown: no path, no query, no header. */
export interface RequestOutcome {
  readonly route: string | undefined;
  readonly status: number;
  readonly requestId: string;
  readonly address: string;
  readonly tenant: string | undefined;
  readonly clientId: string | undefined;
}

/** A request as a part of its trace. */
export interface RequestTrace {
  readonly ids: TraceIds | undefined;
  /** Called once, when its answer has left, or its caller has; undefined: nobody wants to know. */
  readonly end: ((outcome: RequestOutcome) => void) | undefined;
}

/** What is asked of a database, in words that may be shown. */
export interface DatabaseWork {
  readonly system: 'postgresql' | 'redis';
  /** Few different ones: a verb, and what it is about. */
  readonly name: string;
  readonly operation: string;
  readonly text: string;
}

/** Told of a statement or command that begins; what it returns is told of its end. */
export type WorkWatch<Work> = (work: Work) => ((error: unknown) => void) | undefined;

/** Follows the work of requests; {@link untraced} where nobody wants to know. */
export interface Tracing {
  /** Does the work of a request; what it asks of PostgreSQL and Redis becomes part of its trace. */
  follow<T>(request: IncomingRequest, work: (trace: RequestTrace) => Promise<T>): Promise<T>;
  /** What the work going on belongs to. */
  current(): TraceIds | undefined;
  /** Told of each statement for PostgreSQL, without its values; undefined: nobody wants to know. */
  readonly watchStatement: WorkWatch<string> | undefined;
  /** Spans that were lost so far. */
  dropped(): number;
  /** Sends what waits, at most so long. */
  close(withinMs: number): Promise<void>;
}

/** Version 00, ids that are not all zeros. */
const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/**
 * Traces nothing, at no cost: log lines have the trace id that a request came with, so that they are
 * found beside what others traced.
 *
 * @see W3C Trace Context, section 3.2
 */
export const untraced: Tracing = {
  follow({ traceparent }, work) {
    const id = traceparent === '' ? undefined : TRACEPARENT.exec(traceparent)?.[1];
    return work({ ids: id === undefined ? undefined : { trace_id: id }, end: undefined });
  },
  current: () => undefined,
  watchStatement: undefined,
  dropped: () => 0,
  close: async () => undefined,
};
