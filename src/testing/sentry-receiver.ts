import { demand, objectOf, startReceiver, type TelemetryReceiver } from './telemetry-receiver.ts';

/** The payload of an event. */
export type SentryEvent = Readonly<Record<string, unknown>>;

/** The key and the project of the DSN that {@link startSentryReceiver} takes. */
const KEY = '0123456789abcdef0123456789abcdef';
const PROJECT = '42';

/** The DSN of a receiver. */
export function dsnOf({ url }: Pick<TelemetryReceiver<SentryEvent>, 'url'>): string {
  return `${url.replace('://', `://${KEY}@`)}/${PROJECT}`;
}

/**
 * A server that takes envelopes as an error tracker does.
 *
 * @see https://develop.sentry.dev/sdk/data-model/envelopes/
 */
export function startSentryReceiver(): Promise<TelemetryReceiver<SentryEvent>> {
  return startReceiver<SentryEvent>(
    ({ method, path, headers, body }) => {
      demand(method === 'POST' && path === `/api/${PROJECT}/envelope/`, `${method} ${path}`);
      demand(headers['content-type'] === 'application/x-sentry-envelope', 'another content type');
      const auth = String(headers['x-sentry-auth']);
      demand(auth.startsWith('Sentry ') && auth.includes('sentry_version=7'), auth);
      demand(auth.includes(`sentry_key=${KEY}`), 'another key');
      demand(/sentry_client=[\w.-]+\/[\w.-]+/.test(auth), auth);
      return [eventOf(Buffer.from(body))];
    },
    ([event]) => ({ id: event?.event_id }),
  );
}

/** Reads an envelope of one event: two lines of headers, and a payload of the length that they say. */
function eventOf(envelope: Buffer): SentryEvent {
  const headersEnd = envelope.indexOf('\n');
  const itemEnd = envelope.indexOf('\n', headersEnd + 1);
  demand(headersEnd > 0 && itemEnd > headersEnd, 'an envelope without headers');
  const headers = objectOf(JSON.parse(envelope.subarray(0, headersEnd).toString()), 'headers');
  const item = objectOf(JSON.parse(envelope.subarray(headersEnd + 1, itemEnd).toString()), 'item');
  demand(/^[0-9a-f]{32}$/.test(String(headers.event_id)), 'event_id is no UUID');
  demand(!Number.isNaN(Date.parse(String(headers.sent_at))), 'sent_at is no time');
  demand(item.type === 'event' && typeof item.length === 'number', 'no event, or no length');
  const payloadEnd = itemEnd + 1 + item.length;
  demand(
    envelope.subarray(payloadEnd).toString() === '\n',
    'the length is not that of the payload',
  );

  const event = objectOf(
    JSON.parse(envelope.subarray(itemEnd + 1, payloadEnd).toString()),
    'event',
  );
  demand(event.event_id === headers.event_id, 'another event_id');
  demand(event.platform === 'node' && event.level === 'error', 'platform or level');
  demand(!Number.isNaN(Date.parse(String(event.timestamp))), 'timestamp is no time');
  const { values } = objectOf(event.exception, 'exception');
  demand(Array.isArray(values) && values.length > 0, 'no exception');
  for (const value of values) {
    const { type, value: message } = objectOf(value, 'exception');
    demand(typeof type === 'string' && typeof message === 'string', 'exception without words');
  }
  return event;
}
