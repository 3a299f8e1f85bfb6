import { demand, objectOf, startReceiver, type TelemetryReceiver } from './telemetry-receiver.ts';

/** A span as it arrived, its attributes and those of its resource read. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first of a trace. */
  readonly parentSpanId: string;
  readonly name: string;
  /** 2: server, 3: client. */
  readonly kind: number;
  readonly status: { readonly code: number; readonly message: string };
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
  /** The span, events and links included, as it was written. */
  readonly text: string;
}

/**
 * A collector that takes traces by OTLP over HTTP, in JSON.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
export function startOtlpReceiver(
  wanted: Readonly<Record<string, string>> = {},
): Promise<TelemetryReceiver<ReceivedSpan>> {
  return startReceiver<ReceivedSpan>(
    ({ method, path, headers, body }) => {
      demand(method === 'POST' && path === '/v1/traces', `${method} ${path}`);
      demand(headers['content-type'] === 'application/json', 'another content type');
      for (const [name, value] of Object.entries(wanted)) {
        demand(headers[name] === value, `another ${name}`);
      }
      const { resourceSpans, ...unknown } = objectOf(JSON.parse(body), 'request');
      demand(Object.keys(unknown).length === 0, `unknown: ${Object.keys(unknown)}`);
      return listOf(resourceSpans, 'resourceSpans').flatMap(spansOfResource);
    },
    () => ({ partialSuccess: {} }),
  );
}

function spansOfResource(value: unknown): ReceivedSpan[] {
  const { resource, scopeSpans } = objectOf(value, 'resourceSpans');
  const attributes = attributesOf(objectOf(resource, 'resource').attributes);
  return listOf(scopeSpans, 'scopeSpans').flatMap((scope) =>
    listOf(objectOf(scope, 'scopeSpans').spans, 'spans').map((span) => spanOf(span, attributes)),
  );
}

function spanOf(value: unknown, resource: Record<string, unknown>): ReceivedSpan {
  const span = objectOf(value, 'span');
  const { traceId, spanId, parentSpanId = '', name, kind } = span;
  demand(typeof traceId === 'string' && /^[0-9a-f]{32}$/.test(traceId), 'traceId');
  demand(typeof spanId === 'string' && /^[0-9a-f]{16}$/.test(spanId), 'spanId');
  demand(
    typeof parentSpanId === 'string' && /^([0-9a-f]{16})?$/.test(parentSpanId),
    'parentSpanId',
  );
  demand(typeof name === 'string' && name !== '', 'name');
  demand(typeof kind === 'number' && kind >= 1 && kind <= 5, 'kind');
  const [start, end] = [nanos(span.startTimeUnixNano), nanos(span.endTimeUnixNano)];
  demand(start > 0n && end >= start, 'a span that ends before it begins');
  const { code = 0, message = '' } = objectOf(span.status, 'status');
  demand(typeof code === 'number' && typeof message === 'string', 'status');
  const attributes = attributesOf(span.attributes);
  const text = JSON.stringify(span);
  const status = { code, message };
  return { traceId, spanId, parentSpanId, name, kind, status, attributes, resource, text };
}

function nanos(value: unknown): bigint {
  demand(/^\d{1,20}$/.test(String(value)), 'a time that is no number of nanoseconds');
  return BigInt(String(value));
}

function attributesOf(value: unknown): Record<string, unknown> {
  const pairs = listOf(value, 'attributes').map((pair) => {
    const { key, value: any, ...unknown } = objectOf(pair, 'attribute');
    demand(typeof key === 'string' && key !== '', 'an attribute without a key');
    demand(Object.keys(unknown).length === 0, `attribute: ${Object.keys(unknown)}`);
    const [[kind = '', inner] = [], ...more] = Object.entries(objectOf(any, key));
    demand(more.length === 0 && /^(string|int|double|bool|array)Value$/.test(kind), key);
    return [key, kind === 'intValue' ? Number(inner) : inner] as const;
  });
  const names = pairs.map(([key]) => key);
  demand(new Set(names).size === names.length, 'an attribute is there twice');
  return Object.fromEntries(pairs);
}

function listOf(value: unknown, what: string): unknown[] {
  demand(Array.isArray(value), `${what}: no list`);
  return value;
}
