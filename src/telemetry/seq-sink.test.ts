import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { pollUntil } from '../testing/poll.ts';
import { type SeqEvent, startSeqReceiver } from '../testing/seq-receiver.ts';
import type { TelemetryReceiver } from '../testing/telemetry-receiver.ts';
import { createLogger } from './create-logger.ts';
import { createSeqSink } from './seq-sink.ts';

const NOW = new Date('2026-03-01T12:34:56.789Z');
const SOON = { deadlineMs: 5000, everyMs: 2 };
const KEY = 'a-key-of-seq';
const TRACE = { trace_id: '0af7651916cd43dd8448eb211c80319c', span_id: 'b7ad6b7169203331' };

describe('createSeqSink', () => {
  let seq: TelemetryReceiver<SeqEvent>;
  before(async () => {
    seq = await startSeqReceiver(KEY);
  });
  after(() => seq.stop());

  function setUp(options: Partial<Parameters<typeof createSeqSink>[0]> = {}) {
    const told: string[] = [];
    const sink = createSeqSink({
      url: seq.url,
      apiKey: KEY,
      everyMs: 1,
      firstRetryMs: 1,
      onTrouble: (reason) => told.push(reason),
      onRecovery: (dropped) => told.push(`recovered, ${dropped} lost`),
      ...options,
    });
    const destination = new PassThrough();
    const logger = createLogger({ level: 'info', destination, sinks: [sink], now: () => NOW });
    return { sink, logger, told, printed: () => String(destination.read() ?? '') };
  }
  const eventsNamed = (message: string) => seq.items.filter((event) => event['@m'] === message);

  it('sends each line that is printed as an event, with the same fields', async () => {
    const { sink, logger, printed } = setUp();
    logger.info('request', { ...TRACE, route: '/token', status: 200, '@odd': 'name' });
    logger.debug('not for this level');
    await sink.close(5000);
    assert.deepEqual(eventsNamed('request'), [
      {
        '@t': NOW.toISOString(),
        '@m': 'request',
        '@l': 'Information',
        '@tr': TRACE.trace_id,
        '@sp': TRACE.span_id,
        route: '/token',
        status: 200,
        '@@odd': 'name',
      },
    ]);
    assert.equal(printed().trim().split('\n').length, 1);
    assert.deepEqual(eventsNamed('not for this level'), []);
    assert.deepEqual(seq.problems, []);
  });

  it('sends what redaction leaves of it, and the stack as the exception', async () => {
    const { sink, logger } = setUp();
    const error = new Error('no luck with Bearer hunter2xABC');
    logger.error('failed for password=hunter2x', { client_secret: 'hunter2y', error });
    await sink.close(5000);
    const sent = JSON.stringify(seq.items);
    assert.doesNotMatch(sent, /hunter2/);
    const [event] = eventsNamed('failed for password=[redacted]');
    assert.equal(event?.['@l'], 'Error');
    assert.match(String(event?.['@x']), /^Error: no luck with Bearer \[redacted\]\n\s+at /);
  });

  it('keeps what Seq was too busy for, and loses nothing', async () => {
    const { sink, logger, told } = setUp();
    seq.behaviour = { status: 503 };
    logger.warn('while busy');
    await pollUntil(() => told.length === 1, SOON);
    seq.behaviour = {};
    await pollUntil(() => told.length === 2, SOON);
    assert.deepEqual(told, ['answered with 503', 'recovered, 0 lost']);
    assert.equal(eventsNamed('while busy').length, 1);
    assert.equal(sink.dropped(), 0);
  });

  it('counts what is lost while Seq is away, prints every line, and waits for nothing', async () => {
    const gone = await startSeqReceiver(KEY);
    await gone.stop();
    const { sink, logger, told, printed } = setUp({ url: gone.url, limit: 100 });
    for (let n = 0; n < 150; n += 1) logger.info('line', { n });
    assert.equal(sink.dropped(), 50);
    assert.equal(printed().trim().split('\n').length, 150);
    await pollUntil(() => told.length > 0, SOON);
    await sink.close(1000);
    assert.equal(sink.dropped(), 150);
    assert.deepEqual(told, ['ECONNREFUSED']);
  });

  it('says that the key is wrong, and keeps it from who is not asked', async () => {
    const { sink, logger, told } = setUp({ apiKey: 'another' });
    logger.info('unwelcome');
    await sink.close(5000);
    assert.deepEqual(told, ['answered with 400']);
    assert.equal(sink.dropped(), 1);

    seq.behaviour = { status: 307, headers: { Location: 'http://elsewhere.example/' } };
    const moved = setUp();
    moved.logger.info('moved');
    await moved.sink.close(5000);
    seq.behaviour = {};
    assert.deepEqual(moved.told, ['answered with 307']);
  });
});
