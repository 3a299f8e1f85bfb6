import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import * as client from 'openid-client';
import { createTestDatabase, type TestDatabase } from '../database.ts';
import { demoParty } from '../demo-clients.ts';
import { ALICE } from '../gatehouse.ts';
import { createHarvest, type Harvest } from '../harvest.ts';
import { linesOf, startReplica, stopReplica } from '../observed-replica.ts';
import { type ReceivedSpan, startOtlpReceiver } from '../otlp-receiver.ts';
import { createPlainBrowser } from '../plain-browser.ts';
import { startTestRedis, type TestRedis } from '../redis.ts';
import { signIn } from '../relying-party.ts';
import { searchCopy } from '../search-at-rest.ts';
import { dsnOf, type SentryEvent, startSentryReceiver } from '../sentry-receiver.ts';
import { type SeqEvent, startSeqReceiver } from '../seq-receiver.ts';
import type { ServerProcess } from '../server-process.ts';
import type { TelemetryReceiver } from '../telemetry-receiver.ts';

const SEQ_KEY = 'key-of-seq-0123456789';
const COLLECTOR_KEY = 'key-of-the-collector-0123456789';
/** Of whoever calls, as the proxy tells it. */
const CALLER = '203.0.113.7';

/** What stands in routes: everybody knows it. */
const isPath = (value: string) => value.startsWith('/') || value === 'openid-configuration';

describe('a replica that sends traces, log lines and errors', () => {
  let database: TestDatabase;
  let redis: TestRedis;
  let collector: TelemetryReceiver<ReceivedSpan>;
  let seq: TelemetryReceiver<SeqEvent>;
  let tracker: TelemetryReceiver<SentryEvent>;
  let server: ServerProcess;
  let harvest: Harvest;
  /** The trace and the span that each request was part of, as the balancer said. */
  const sent = new Map<string, { readonly spanId: string; readonly url: string }>();

  /** What a balancer adds to each request. */
  const throughBalancer: typeof fetch = (input, init = {}) => {
    const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
    sent.set(traceId, { spanId, url: input instanceof Request ? input.url : String(input) });
    const headers = new Headers(init.headers);
    headers.set('traceparent', `00-${traceId}-${spanId}-01`);
    headers.set('x-forwarded-for', CALLER);
    return harvest.fetch(input, { ...init, headers: Object.fromEntries(headers) });
  };

  before(async () => {
    [database, redis, collector, seq, tracker] = await Promise.all([
      createTestDatabase(),
      startTestRedis(),
      startOtlpReceiver({ 'x-key': COLLECTOR_KEY }),
      startSeqReceiver(SEQ_KEY),
      startSentryReceiver(),
    ]);
    harvest = createHarvest();
    server = await startReplica(database, redis, {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: `x-key=${COLLECTOR_KEY}`,
      SEQ_URL: seq.url,
      SEQ_API_KEY: SEQ_KEY,
      SENTRY_DSN: dsnOf(tracker),
    });
    await walk();
    await stopReplica(server);
  });
  after(async () => {
    server?.child.kill('SIGKILL');
    await Promise.all([collector?.stop(), seq?.stop(), tracker?.stop(), redis?.stop()]);
    await database?.drop();
  });

  /** Signs in after a wrong password, uses every kind of token, signs out; then something breaks. */
  async function walk(): Promise<void> {
    const publicUrl = server.issuer;
    const party = await demoParty({ publicUrl }, 'notes-web', { fetch: throughBalancer });
    const browser = createPlainBrowser({
      stopAt: (url) => !url.startsWith(`${publicUrl}/`),
      fetch: throughBalancer,
    });
    const page = await browser.open(
      (await party.begin({ login_hint: 'alice@people.example' })).url.href,
    );
    const wrong = { ...ALICE, password: 'not-the-password-of-alice' };
    await browser.submit(page, wrong, { action: '/sign-in' });
    const tokens = await signIn(browser, party, ALICE, { prompt: 'login' });
    const refreshed = await party.refresh(tokens.refresh_token ?? '');
    await client.fetchUserInfo(party.config, refreshed.access_token, tokens.claims()?.sub ?? '');
    await client.tokenIntrospection(party.config, refreshed.access_token);
    await client.tokenRevocation(party.config, refreshed.refresh_token ?? '');
    const idToken = tokens.id_token ?? '';
    await browser.open((await party.begin({ prompt: 'none', id_token_hint: idToken })).url.href);
    const confirm = await browser.open(
      client.buildEndSessionUrl(party.config, { id_token_hint: idToken }).href,
    );
    await browser.submit(confirm, {}, { button: 'yes' });
    for (const path of ['/health', '/health/live', '/health/ready']) {
      await throughBalancer(`${publicUrl}${path}`);
      await fetch(`${server.adminUrl}${path}`);
    }
    await fetch(`${server.adminUrl}/metrics`);
    harvest.add('password', ALICE.password);
    harvest.add('password', wrong.password);
    harvest.add('key', SEQ_KEY);
    harvest.add('key', COLLECTOR_KEY);

    await database.db.raw('alter table accounts rename to accounts_gone');
    const broken = await browser.open((await party.begin()).url.href);
    const answer = await browser.submit(broken, { ...ALICE }, { action: '/sign-in' });
    assert.equal(answer.status, 500);
    await database.db.raw('alter table accounts_gone rename to accounts');
  }

  const requests = () => collector.items.filter(({ kind }) => kind === 2);
  const childrenOf = ({ spanId }: ReceivedSpan) =>
    collector.items.filter(({ parentSpanId }) => parentSpanId === spanId);

  it('breaks no protocol, and loses nothing when it stops', () => {
    for (const { problems } of [collector, seq, tracker]) assert.deepEqual(problems, []);
    assert.ok(collector.items.length > 50 && seq.items.length > 10);
    // Whatever a request asked for is below it.
    const ids = new Set(collector.items.map(({ spanId }) => spanId));
    for (const span of collector.items.filter(({ kind }) => kind !== 2)) {
      assert.ok(ids.has(span.parentSpanId), span.name);
    }
  });

  it('goes on with the balancer’s trace in each request, once', () => {
    const traces = requests().map(({ traceId }) => traceId);
    assert.equal(new Set(traces).size, traces.length);
    for (const { traceId, parentSpanId, name } of requests()) {
      assert.equal(parentSpanId, sent.get(traceId)?.spanId, name);
    }
  });

  it('joins Koa, PostgreSQL and Redis in one trace', () => {
    for (const route of ['POST /token', 'GET /auth', 'POST /interaction/:uid/sign-in']) {
      const [request] = requests().filter(({ name }) => name === route);
      assert.ok(request, `${route} among ${requests().map(({ name }) => name)}`);
      const below = childrenOf(request);
      assert.ok(below.every(({ traceId }) => traceId === request.traceId));
      const systems = new Set(below.map(({ attributes }) => attributes['db.system.name']));
      assert.deepEqual([...systems].toSorted(), ['postgresql', 'redis'], route);
    }
  });

  it('names spans by the pattern of their route, and answers no probe with one', () => {
    for (const { name, attributes } of requests()) {
      assert.match(name, /^(GET|POST) \/[a-z./:_-]*$/i);
      assert.equal(attributes['client.address'], CALLER);
      assert.equal(attributes['gatehouse.tenant'], 'default');
      assert.doesNotMatch(name, /health|metrics/);
    }
    const names = new Set(collector.items.map(({ name }) => name));
    assert.ok(names.has('INSERT audit_events') && names.has('EVALSHA'), [...names].join());
    assert.ok(names.has('BEGIN') && names.has('COMMIT'), [...names].join());
  });

  it('says nothing anywhere that somebody could present', () => {
    const names = [...harvest.values.keys()].map((name) => name.replace(/ \d+$/, ''));
    for (const expected of ['access_token', 'code', 'state', 'id_token', 'path', 'password']) {
      assert.ok(names.includes(expected), `nothing was collected as ${expected}`);
    }
    const record = (where: string) => (text: string) => ({ where, text });
    const records = [
      ...collector.items.map(({ text }) => text).map(record('span')),
      ...seq.items.map((event) => JSON.stringify(event)).map(record('Seq')),
      ...tracker.items.map((event) => JSON.stringify(event)).map(record('tracker')),
      record('log')(server.output()),
    ];
    const values = new Map([...harvest.values].filter(([, value]) => !isPath(value)));
    assert.deepEqual(searchCopy({ records }, values), []);
    const spans = collector.items.map(({ text }) => text).join('\n');
    assert.doesNotMatch(spans, /people\.example|[?&](code|state)=|user_agent|cookie/i);
    assert.doesNotMatch(spans, /url\.(query|full|path)|[\w-]{40,}/);
  });

  it('would show a value in a span', () => {
    const [name, value] = [...harvest.values][0] ?? [];
    assert.ok(name !== undefined && value !== undefined);
    const records = [{ where: 'span', text: `{"url.query":"?x=${value}"}` }];
    assert.equal(searchCopy({ records }, new Map([[name, value]])).length > 0, true);
  });

  it('has log lines that name their span, in Seq as on stdout', () => {
    const byId = new Map(requests().map((span) => [span.attributes['gatehouse.request_id'], span]));
    const lines = linesOf(server).filter(({ message }) => message === 'request');
    assert.equal(lines.length, requests().length);
    for (const line of lines) {
      const span = byId.get(line.request_id);
      assert.deepEqual([line.trace_id, line.span_id], [span?.traceId, span?.spanId]);
      const event = seq.items.find(({ request_id: id }) => id === line.request_id);
      assert.deepEqual([event?.['@tr'], event?.['@sp']], [line.trace_id, line.span_id]);
    }
  });

  it('tells the error tracker what broke, and nothing of whom it happened to', () => {
    assert.equal(tracker.items.length, 1);
    const [event] = tracker.items;
    const [line] = linesOf(server).filter(({ level }) => level === 'error');
    assert.partialDeepStrictEqual(event, {
      transaction: '/interaction/:uid/sign-in',
      tags: { request_id: line?.request_id, tenant: 'default', status: '500' },
      contexts: { trace: { trace_id: line?.trace_id, span_id: line?.span_id } },
    });
    assert.match(JSON.stringify(event), /"value":"relation \\"accounts\\" does not exist"/);
    assert.match(
      JSON.stringify(event),
      /node_modules\/pg-protocol\/[^"]+","function":"parseErrorMessage"/,
    );
    assert.doesNotMatch(JSON.stringify(event), /alice|203\.0\.113|notes-web/);
  });
});
