import { demand, objectOf, startReceiver, type TelemetryReceiver } from './telemetry-receiver.ts';

/** One event in Seq's compact format, `@t`, `@l` and the fields of the line. */
export type SeqEvent = Readonly<Record<string, unknown>>;

const REIFIED = new Set(['@t', '@m', '@mt', '@l', '@x', '@i', '@r', '@tr', '@sp']);

/**
 * A server that takes events as Seq does.
 *
 * @param apiKey - wanted of every request
 * @see https://docs.datalust.co/docs/posting-raw-events
 */
export function startSeqReceiver(apiKey: string): Promise<TelemetryReceiver<SeqEvent>> {
  return startReceiver<SeqEvent>(
    ({ method, path, headers, body }) => {
      demand(method === 'POST' && path === '/ingest/clef', `${method} ${path}`);
      demand(headers['x-seq-apikey'] === apiKey, 'another API key');
      demand(headers['content-type'] === 'application/vnd.serilog.clef', 'another content type');
      const lines = body.split('\n');
      demand(lines.pop() === '', 'the last event is not ended');
      demand(lines.length > 0, 'no event');
      return lines.map(eventOf);
    },
    () => ({ MinimumLevelAccepted: null }),
  );
}

function eventOf(line: string): SeqEvent {
  const event = objectOf(JSON.parse(line), 'event');
  demand(Buffer.byteLength(line) <= 262_144, 'an event that Seq would not take');
  demand(
    typeof event['@t'] === 'string' && new Date(event['@t']).toISOString() === event['@t'],
    `@t: ${String(event['@t'])}`,
  );
  demand(typeof event['@m'] === 'string', '@m is missing');
  demand(/^(Error|Warning|Information|Debug)$/.test(String(event['@l'])), `@l: ${event['@l']}`);
  if ('@x' in event) demand(typeof event['@x'] === 'string', '@x is no text');
  if ('@tr' in event) demand(/^[0-9a-f]{32}$/.test(String(event['@tr'])), '@tr is no trace id');
  if ('@sp' in event) demand(/^[0-9a-f]{16}$/.test(String(event['@sp'])), '@sp is no span id');
  for (const name of Object.keys(event)) {
    const known = !name.startsWith('@') || name.startsWith('@@') || REIFIED.has(name);
    demand(known, `a reified property that Seq does not know: ${name}`);
  }
  return event;
}
