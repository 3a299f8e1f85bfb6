import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  defaultTextMapGetter,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { ExportResultCode, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  RandomIdGenerator,
  type ReadableSpan,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { createBoundedSender, type Delivery, type SenderOptions } from './bounded-sender.ts';
import { describeStatement } from './describe-statement.ts';
import type { DatabaseWork, TraceIds, Tracing } from './tracing.ts';
import { watchRedis } from './watch-redis.ts';

/** A sign-in has about 60 spans; some tens of megabytes at the very worst. */
const QUEUE_SPANS = 8192;
const BATCH_SPANS = 512;
const EVERY_MS = 1000;
/** The exporter asks again by itself for so long. */
const TIMEOUT_MS = 5000;
/** A name that nginx gives a request (`$request_id`) is as good as a trace id. */
const TRACE_ID = /^(?!0{32})[0-9a-f]{32}$/;
/** Longer values are cut. Characters. */
const LONGEST_VALUE = 2048;

export interface TracingOptions
  extends Pick<SenderOptions<ReadableSpan>, 'onTrouble' | 'onRecovery'>,
    Partial<Pick<SenderOptions<ReadableSpan>, 'limit' | 'everyMs' | 'firstRetryMs'>> {
  /** Where OTLP over HTTP is taken, `/v1/traces` included. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A standard value of OTEL_TRACES_SAMPLER, and its argument. */
  readonly sampler: string;
  readonly ratio: number;
  readonly version: string;
  /** Which process it is. */
  readonly replica: string;
}

/**
 * Traces requests with OpenTelemetry's SDK, and sends the spans to a collector.
 *
 * No library is patched, so it does not matter what was loaded when, or as what kind of module: Koa
 * has our first middleware, node-postgres tells of the statements of our pool's connections, and
 * ioredis of its commands on a diagnostics channel. A span holds what is put into it here and nothing
 * else: names of routes, statements with marks for their values, and the forms of keys.
 *
 * A trace that begins here has the name of the request as its id, if a proxy named it with 32
 * hexadecimal digits: what the proxy logs is found by it. Whether it is recorded is decided here then,
 * which a `traceparent` made of that name would not leave to us.
 *
 * Work that no request asked for is not traced, nor are probes, which never reach Koa; nothing is
 * kept globally.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/
 */
export function startTracing(options: TracingOptions): Tracing {
  const { url, headers, sampler, ratio, version, replica, ...sending } = options;
  const exporter = new OTLPTraceExporter({
    url,
    headers: { ...headers },
    timeoutMillis: TIMEOUT_MS,
  });
  const sender = createBoundedSender<ReadableSpan>({
    limit: QUEUE_SPANS,
    batch: BATCH_SPANS,
    everyMs: EVERY_MS,
    timeoutMs: TIMEOUT_MS,
    ...sending,
    send: (spans) => deliver(exporter, spans),
  });
  const random = new RandomIdGenerator();
  /** Set while the span of a request begins. */
  let name = '';
  const provider = new TracerProvider({
    idGenerator: {
      generateTraceId: () => (TRACE_ID.test(name) ? name : random.generateTraceId()),
      generateSpanId: () => random.generateSpanId(),
    },
    sampler: samplerOf(sampler, ratio),
    resource: resourceFromAttributes({
      'service.name': 'gatehouse',
      'service.version': version,
      'service.instance.id': replica,
    }),
    spanLimits: { attributeValueLengthLimit: LONGEST_VALUE },
    spanProcessors: [
      {
        onStart: () => undefined,
        onEnd: (span) => sender.add(span),
        forceFlush: async () => undefined,
        shutdown: async () => undefined,
      },
    ],
  });
  const tracer = provider.getTracer('gatehouse', version);
  const propagator = new W3CTraceContextPropagator();
  const active = new AsyncLocalStorage<Context>();
  /** Where the work going on belongs to, if somebody wants to know of it. */
  const recorded = () => {
    const context = active.getStore();
    return context !== undefined && trace.getSpan(context)?.isRecording() ? context : undefined;
  };
  const unwatchRedis = watchRedis((command) => {
    const context = recorded();
    return context && beginWork(tracer, context, command);
  });

  return {
    follow({ method, name: given, ...carrier }, work) {
      const parent = propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter);
      const attributes = { 'http.request.method': method };
      name = given;
      const span = tracer.startSpan(method, { kind: SpanKind.SERVER, attributes }, parent);
      name = '';
      return active.run(trace.setSpan(ROOT_CONTEXT, span), () =>
        work({
          ids: idsOf(span),
          end({ route, status, requestId, address, tenant, clientId }) {
            if (route !== undefined)
              span.updateName(`${method} ${route}`).setAttribute('http.route', route);
            span.setAttributes({
              'http.response.status_code': status,
              'client.address': address,
              'gatehouse.request_id': requestId,
              ...(tenant !== undefined && { 'gatehouse.tenant': tenant }),
              ...(clientId !== undefined && { 'gatehouse.client_id': clientId }),
            });
            if (status >= 500) fail(span, String(status));
            span.end();
          },
        }),
      );
    },
    current() {
      const context = active.getStore();
      const span = context && trace.getSpan(context);
      return span && idsOf(span);
    },
    watchStatement(statement) {
      const context = recorded();
      return context && beginWork(tracer, context, describeStatement(statement));
    },
    dropped: sender.dropped,
    async close(withinMs) {
      unwatchRedis();
      await sender.close(withinMs);
    },
  };
}

function beginWork(tracer: Tracer, parent: Context, work: DatabaseWork): (error: unknown) => void {
  const attributes = {
    'db.system.name': work.system,
    'db.operation.name': work.operation,
    'db.query.text': work.text,
  };
  const span = tracer.startSpan(work.name, { kind: SpanKind.CLIENT, attributes }, parent);
  return (error) => {
    if (error !== undefined && error !== null) fail(span, codeOf(error));
    span.end();
  };
}

/** Without the error's message: databases quote values in theirs. */
function fail(span: Span, type: string): void {
  span.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR });
}

/** A SQLSTATE, a code of a socket, or what kind of error it is. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '_OTHER';
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^[A-Z0-9_]{1,40}$/.test(code) ? code : error.name;
}

/** The span's own id only where somebody will find it. */
function idsOf(span: Span): TraceIds {
  const { traceId, spanId, traceFlags } = span.spanContext();
  const sampled = (traceFlags & TraceFlags.SAMPLED) !== 0;
  return { trace_id: traceId, ...(sampled && { span_id: spanId }) };
}

function samplerOf(name: string, ratio: number): Sampler {
  const root = name.endsWith('always_off')
    ? new AlwaysOffSampler()
    : name.endsWith('always_on')
      ? new AlwaysOnSampler()
      : new TraceIdRatioBasedSampler(ratio);
  return name.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root;
}

/** The exporter asks again by itself where that helps, for as long as its own time allows. */
function deliver(exporter: OTLPTraceExporter, spans: readonly ReadableSpan[]): Promise<Delivery> {
  const { promise, resolve } = Promise.withResolvers<Delivery>();
  exporter.export([...spans], ({ code, error }) => {
    if (code === ExportResultCode.SUCCESS) return resolve({ outcome: 'taken' });
    const status = error !== undefined && 'code' in error ? Number(error.code) : Number.NaN;
    const refused = status >= 400 && status < 500 && status !== 429 && status !== 408;
    const reason = error?.message ?? 'no reason given';
    resolve({ outcome: refused ? 'refused' : 'later', reason });
  });
  return promise;
}
