import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { startOtlpReceiver } from '../testing/otlp-receiver.ts';
import { pollUntil } from '../testing/poll.ts';
import { startTracing, type TracingOptions } from './open-telemetry.ts';
import type { RequestOutcome } from './tracing.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';
const NOTHING = { traceparent: '', tracestate: '', name: '' };
const SOON = { deadlineMs: 5000, everyMs: 2 };
const OUTCOME: RequestOutcome = {
  route: '/t/:slug/token',
  status: 200,
  requestId: 'request-1',
  address: '203.0.113.7',
  tenant: 'acme',
  clientId: undefined,
};

async function setUp(t: TestContext, options: Partial<TracingOptions> = {}) {
  const collector = await startOtlpReceiver({ 'x-key': 'key of the collector' });
  const told: string[] = [];
  const tracing = startTracing({
    url: `${collector.url}/v1/traces`,
    headers: { 'X-Key': 'key of the collector' },
    sampler: 'parentbased_always_on',
    ratio: 1,
    version: '1.2.3',
    replica: 'host-1',
    onTrouble: (reason) => told.push(reason),
    ...options,
  });
  t.after(async () => {
    await tracing.close(100);
    await collector.stop();
    assert.deepEqual(collector.problems, []);
  });
  return { collector, tracing, told };
}

/** One request that asks PostgreSQL once. */
async function ask(
  tracing: Awaited<ReturnType<typeof setUp>>['tracing'],
  traceparent = '',
  name = '',
) {
  const request = { method: 'POST', ...NOTHING, traceparent, name };
  return tracing.follow(request, async ({ ids, end }) => {
    tracing.watchStatement?.('select 1')?.(null);
    end?.(OUTCOME);
    return ids;
  });
}

describe('startTracing', () => {
  it('goes on with the trace that a request came with', async (t) => {
    const { collector, tracing } = await setUp(t);
    const ids = await ask(tracing, `00-${TRACE}-${PARENT}-01`);
    await tracing.close(5000);
    const [statement, request] = collector.items;
    assert.partialDeepStrictEqual(request, {
      traceId: TRACE,
      parentSpanId: PARENT,
      name: 'POST /t/:slug/token',
      kind: 2,
      status: { code: 0 },
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/t/:slug/token',
        'http.response.status_code': 200,
        'client.address': '203.0.113.7',
        'gatehouse.request_id': 'request-1',
        'gatehouse.tenant': 'acme',
      },
      resource: {
        'service.name': 'gatehouse',
        'service.version': '1.2.3',
        'service.instance.id': 'host-1',
      },
    });
    assert.deepEqual(ids, { trace_id: TRACE, span_id: request?.spanId });
    assert.partialDeepStrictEqual(statement, {
      traceId: TRACE,
      parentSpanId: request?.spanId,
      name: 'SELECT',
      kind: 3,
      attributes: { 'db.system.name': 'postgresql', 'db.query.text': 'select 1' },
    });
  });

  it('begins a trace where there is none to go on with', async (t) => {
    const { collector, tracing } = await setUp(t);
    for (const traceparent of ['', 'nonsense', `00-${'0'.repeat(32)}-${PARENT}-01`]) {
      await ask(tracing, traceparent);
    }
    await tracing.close(5000);
    const requests = collector.items.filter(({ kind }) => kind === 2);
    assert.equal(new Set(requests.map(({ traceId }) => traceId)).size, 3);
    assert.ok(requests.every(({ parentSpanId }) => parentSpanId === ''));
  });

  it('begins it under the name that a proxy gave the request, if that can be a trace id', async (t) => {
    const { tracing } = await setUp(t, { sampler: 'parentbased_traceidratio', ratio: 0 });
    assert.deepEqual(await ask(tracing, '', TRACE), { trace_id: TRACE });
    assert.deepEqual(await ask(tracing, `00-${TRACE}-${PARENT}-00`, 'f'.repeat(32)), {
      trace_id: TRACE,
    });
    for (const name of ['', 'request-1', '0'.repeat(32), TRACE.toUpperCase()]) {
      const ids = await ask(tracing, '', name);
      assert.match(ids?.trace_id ?? '', /^[0-9a-f]{32}$/);
      assert.ok(ids?.trace_id !== TRACE && !/^0+$/.test(ids?.trace_id ?? ''));
    }
  });

  it('says what failed by its code, never by its message', async (t) => {
    const { collector, tracing } = await setUp(t);
    const error = Object.assign(new Error('Key (email)=(alice@example.com) exists'), {
      code: '23505',
    });
    await tracing.follow({ method: 'POST', ...NOTHING }, async ({ end }) => {
      tracing.watchStatement?.('insert into accounts')?.(error);
      end?.({ ...OUTCOME, status: 500 });
    });
    await tracing.close(5000);
    assert.deepEqual(
      collector.items.map(({ status, attributes }) => [status, attributes['error.type']]),
      [
        [{ code: 2, message: '' }, '23505'],
        [{ code: 2, message: '' }, '500'],
      ],
    );
    assert.ok(collector.items.every(({ text }) => !text.includes('alice')));
  });

  it('traces nothing that no request asked for, nor after its end', async (t) => {
    const { collector, tracing } = await setUp(t);
    assert.equal(tracing.watchStatement?.('select 1'), undefined);
    assert.equal(tracing.current(), undefined);
    await tracing.follow({ method: 'GET', ...NOTHING }, async ({ ids, end }) => {
      assert.deepEqual(tracing.current(), ids);
      end?.(OUTCOME);
      assert.equal(tracing.watchStatement?.('select 1'), undefined);
    });
    await tracing.close(5000);
    assert.deepEqual(
      collector.items.map(({ name }) => name),
      ['GET /t/:slug/token'],
    );
  });

  it('lets whoever is in front decide, or decides by the ratio', async (t) => {
    const yes = `00-${TRACE}-${PARENT}-01`;
    const no = `00-${TRACE}-${PARENT}-00`;
    const traced = async (options: Partial<TracingOptions>, traceparent: string) => {
      const { collector, tracing } = await setUp(t, options);
      const ids = await ask(tracing, traceparent);
      await tracing.close(5000);
      // A log line names a span that can be found, and the trace in any case.
      assert.equal(ids?.span_id !== undefined, collector.items.length > 0);
      if (traceparent !== '') assert.equal(ids?.trace_id, TRACE);
      return collector.items.length > 0;
    };
    const answers = [];
    for (const [sampler, ratio] of [
      ['always_on', 1],
      ['always_off', 1],
      ['traceidratio', 0],
      ['parentbased_always_on', 1],
      ['parentbased_always_off', 1],
      ['parentbased_traceidratio', 0],
      ['parentbased_traceidratio', 1],
    ] as const) {
      const by = async (traceparent: string) => traced({ sampler, ratio }, traceparent);
      answers.push([sampler, await by(''), await by(yes), await by(no)]);
    }
    assert.deepEqual(answers, [
      ['always_on', true, true, true],
      ['always_off', false, false, false],
      ['traceidratio', false, false, false],
      ['parentbased_always_on', true, true, false],
      ['parentbased_always_off', false, true, false],
      ['parentbased_traceidratio', false, true, false],
      ['parentbased_traceidratio', true, true, false],
    ]);
  });

  it('loses spans, and counts them, while the collector is away, and ends in time', async (t) => {
    const { collector, tracing, told } = await setUp(t, { limit: 10, everyMs: 1 });
    collector.behaviour = { silent: true };
    for (let n = 0; n < 20; n += 1) await ask(tracing);
    assert.equal(tracing.dropped(), 30);
    const since = performance.now();
    await tracing.close(50);
    assert.ok(performance.now() - since < 2000);
    assert.equal(tracing.dropped(), 40);
    assert.deepEqual(told, []);
  });

  it('says that the collector refuses what it is sent', async (t) => {
    const { collector, tracing, told } = await setUp(t, { everyMs: 1 });
    collector.behaviour = { status: 403 };
    await ask(tracing);
    await pollUntil(() => tracing.dropped() === 2, SOON);
    assert.equal(told.length, 1);
  });
});
