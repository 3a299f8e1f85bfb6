import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { readDsn } from '../config/read-dsn.ts';
import { pollUntil } from '../testing/poll.ts';
import { dsnOf, type SentryEvent, startSentryReceiver } from '../testing/sentry-receiver.ts';
import type { TelemetryReceiver } from '../testing/telemetry-receiver.ts';
import { createErrorTracker } from './error-tracker.ts';
import type { LogLine } from './logger.ts';
import { redactFields } from './redaction.ts';

const SOON = { deadlineMs: 5000, everyMs: 2 };

/** A line as the error boundary has it written. */
function lineOf(error: unknown, more: Partial<LogLine> = {}): LogLine {
  const fields = redactFields({
    request_id: 'request-1',
    tenant: 'acme',
    client_id: 'notes-web',
    method: 'POST',
    route: '/t/:slug/token',
    status: 500,
    address: '203.0.113.7',
    error,
  });
  return {
    time: '2026-03-01T12:34:56.789Z',
    level: 'error',
    message: 'request failed',
    ...fields,
    ...more,
  };
}

describe('createErrorTracker', () => {
  let tracker: TelemetryReceiver<SentryEvent>;
  before(async () => {
    tracker = await startSentryReceiver();
  });
  after(() => tracker.stop());

  function setUp(options: Partial<Parameters<typeof createErrorTracker>[0]> = {}) {
    const told: string[] = [];
    const read = readDsn(dsnOf(tracker));
    assert.ok('value' in read);
    const sink = createErrorTracker({
      address: read.value,
      release: 'gatehouse@1.2.3',
      environment: 'production',
      replica: 'host-1',
      firstRetryMs: 1,
      onTrouble: (reason) => told.push(reason),
      ...options,
    });
    return { sink, told };
  }

  it('tells where in the program an error came from, and in which request', async () => {
    const { sink } = setUp();
    const cause = new TypeError('the pool is gone');
    sink.write(lineOf(new Error('cannot save', { cause })));
    await sink.close(5000);
    assert.deepEqual(tracker.problems, []);
    const event = tracker.items.at(-1);
    assert.partialDeepStrictEqual(event, {
      timestamp: '2026-03-01T12:34:56.789Z',
      release: 'gatehouse@1.2.3',
      environment: 'production',
      server_name: 'host-1',
      transaction: '/t/:slug/token',
      tags: {
        request_id: 'request-1',
        tenant: 'acme',
        route: '/t/:slug/token',
        method: 'POST',
        status: '500',
      },
      exception: {
        values: [
          { type: 'TypeError', value: 'the pool is gone' },
          { type: 'Error', value: 'cannot save' },
        ],
      },
    });
    const frame = '"filename":"app:///src/telemetry/error-tracker.test.ts","function":"[^"]+"';
    assert.match(
      JSON.stringify(event),
      new RegExp(`${frame},"lineno":\\d+,"colno":\\d+,"in_app":true`),
    );
  });

  it('says nothing of the person, whatever the error says', async () => {
    const { sink } = setUp();
    const told =
      'alice@example.com from 203.0.113.7 and 2001:db8::7 with password=hunter2x at src/a.ts:1:2';
    sink.write(lineOf(new Error(told, { cause: new Error(told) }), { body: 'x', headers: {} }));
    await sink.close(5000);
    const event = tracker.items.at(-1);
    const text = JSON.stringify(event);
    assert.doesNotMatch(text, /alice|203\.0|2001|hunter2|notes-web|headers|"body"/);
    assert.match(text, /\[address\] from \[address\] and \[address\] with password=\[redacted\]/);
    assert.match(text, /src\/a\.ts:1:2/);
  });

  it('takes lines of a message that look like frames for what they are', async () => {
    const { sink } = setUp();
    sink.write(lineOf(new Error('no\n    at bob@example.com (file://203.0.113.7/a%2Fb.js:1:2)')));
    await sink.close(5000);
    const text = JSON.stringify(tracker.items.at(-1));
    assert.doesNotMatch(text, /bob|203\.0/);
    assert.match(text, /"filename":"file:\/\/\[address\]\/a%2Fb\.js","function":"\[address\]"/);
  });

  it('is told of unexpected errors alone', async () => {
    const { sink } = setUp();
    const before_ = tracker.requests.length;
    sink.write(lineOf(new Error('away'), { level: 'warn', status: 503 }));
    sink.write(lineOf(undefined, { message: 'could not start', reason: 'the port is taken' }));
    await sink.close(5000);
    assert.equal(tracker.requests.length, before_);
  });

  for (const [what, headers] of [
    ['Retry-After', { 'Retry-After': '60' }],
    [
      'a limit on errors',
      { 'X-Sentry-Rate-Limits': '60:error;default:organization, 5:session:key' },
    ],
    ['a limit on everything', { 'X-Sentry-Rate-Limits': '60::organization' }],
    ['no more than a 429', {}],
  ] as const) {
    it(`sends nothing more after ${what}`, async () => {
      const { sink, told } = setUp();
      tracker.behaviour = { status: 429, headers };
      const before_ = tracker.requests.length;
      sink.write(lineOf(new Error('the first')));
      await pollUntil(() => told.length === 1, SOON);
      tracker.behaviour = {};
      sink.write(lineOf(new Error('the second')));
      await sink.close(1000);
      assert.equal(tracker.requests.length, before_ + 1);
      assert.equal(sink.dropped(), 2);
      assert.deepEqual(told, ['answered with 429']);
    });
  }

  it('goes on under limits for other kinds of data, and keeps those that a 200 brings', async () => {
    const { sink } = setUp();
    tracker.behaviour = { headers: { 'X-Sentry-Rate-Limits': '60:transaction;session:key' } };
    const before_ = tracker.items.length;
    sink.write(lineOf(new Error('one')));
    await pollUntil(() => tracker.items.length === before_ + 1, SOON);
    tracker.behaviour = { headers: { 'X-Sentry-Rate-Limits': '60:error:key' } };
    sink.write(lineOf(new Error('two')));
    await pollUntil(() => tracker.items.length === before_ + 2, SOON);
    tracker.behaviour = {};
    sink.write(lineOf(new Error('three')));
    await sink.close(1000);
    assert.equal(tracker.items.length, before_ + 2);
    assert.equal(sink.dropped(), 1);
  });

  it('keeps the first errors of a storm, counts the others and ends in time', async () => {
    tracker.behaviour = { silent: true };
    const { sink } = setUp({ limit: 5 });
    for (let n = 0; n < 100; n += 1) sink.write(lineOf(new Error(`storm ${n}`)));
    assert.equal(sink.dropped(), 95);
    const since = performance.now();
    await sink.close(50);
    assert.ok(performance.now() - since < 2000);
    assert.equal(sink.dropped(), 100);
    tracker.behaviour = {};
  });
});
