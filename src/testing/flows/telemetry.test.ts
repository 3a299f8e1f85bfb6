import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as client from 'openid-client';
import { createTestCli } from '../cli.ts';
import { createTestDatabase, type TestDatabase } from '../database.ts';
import { demoParty } from '../demo-clients.ts';
import { freePort } from '../free-port.ts';
import { ALICE, DEMO_SEED } from '../gatehouse.ts';
import { createHarvest, type Harvest } from '../harvest.ts';
import { type ReceivedSpan, startOtlpReceiver } from '../otlp-receiver.ts';
import { createPlainBrowser } from '../plain-browser.ts';
import { pollUntil } from '../poll.ts';
import { startTestRedis, type TestRedis } from '../redis.ts';
import { signIn } from '../relying-party.ts';
import { searchCopy } from '../search-at-rest.ts';
import { dsnOf, type SentryEvent, startSentryReceiver } from '../sentry-receiver.ts';
import { type SeqEvent, startSeqReceiver } from '../seq-receiver.ts';
import { type ServerProcess, startServerProcess } from '../server-process.ts';
import type { TelemetryReceiver } from '../telemetry-receiver.ts';

const SEQ_KEY = 'key-of-seq-0123456789';
const COLLECTOR_KEY = 'key-of-the-collector-0123456789';
const KEY_ENCRYPTION_KEYS = randomBytes(32).toString('base64');
const SOON = { deadlineMs: 20_000 };
const HOOK = fileURLToPath(new URL('../print-loaded.ts', import.meta.url));
/** Of whoever calls, as the proxy tells it. */
const CALLER = '203.0.113.7';

/** What stands in routes: everybody knows it. */
const isPath = (value: string) => value.startsWith('/') || value === 'openid-configuration';

/** A server of its own over a seeded database and a Redis. */
async function startServer(database: TestDatabase, redis: TestRedis, env: Record<string, string>) {
  const port = await freePort();
  const cli = createTestCli({
    databaseUrl: database.url,
    redisUrl: redis.url,
    environment: {
      NODE_ENV: 'production',
      KEY_ENCRYPTION_KEYS,
      PUBLIC_URL: `http://localhost:${port}`,
      PORT: String(port),
      SHUTDOWN_DELAY_SECONDS: '0',
      TRUSTED_PROXIES: '127.0.0.0/8,::1/128',
      ...env,
    },
  });
  const { code, stderr } = await cli.run('seed', 'apply', DEMO_SEED);
  assert.equal(code, 0, stderr);
  const server = await startServerProcess({ env: { ...cli.environment } });
  await server.untilReady();
  return server;
}

/** Ends it in order, and says how long that took. */
async function stopServer({ child, ended, output }: ServerProcess): Promise<number> {
  const since = performance.now();
  child.kill('SIGTERM');
  assert.equal(await ended(), 0, output());
  return performance.now() - since;
}

const linesOf = (server: ServerProcess): Record<string, unknown>[] =>
  server
    .output()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

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
    server = await startServer(database, redis, {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: `x-key=${COLLECTOR_KEY}`,
      SEQ_URL: seq.url,
      SEQ_API_KEY: SEQ_KEY,
      SENTRY_DSN: dsnOf(tracker),
    });
    await walk();
    await stopServer(server);
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

describe('a replica whose receivers of telemetry', () => {
  let database: TestDatabase;
  let redis: TestRedis;
  before(async () => {
    [database, redis] = await Promise.all([createTestDatabase(), startTestRedis()]);
  });
  after(async () => {
    await redis.stop();
    await database.drop();
  });

  /** Serves a sign-in, and stops. */
  async function serveAndStop(
    t: { after: (end: () => unknown) => void },
    env: Record<string, string>,
  ) {
    const server = await startServer(database, redis, env);
    t.after(() => server.child.kill('SIGKILL'));
    const party = await demoParty({ publicUrl: server.issuer }, 'notes-web');
    const browser = createPlainBrowser({ stopAt: (url) => !url.startsWith(`${server.issuer}/`) });
    assert.ok((await signIn(browser, party, ALICE)).access_token);
    return server;
  }
  const urlsOf = async (silent: boolean) => {
    const receivers = await Promise.all([
      startOtlpReceiver(),
      startSeqReceiver(SEQ_KEY),
      startSentryReceiver(),
    ]);
    for (const receiver of receivers) {
      receiver.behaviour = { silent: true };
      if (!silent) await receiver.stop();
    }
    const [otlp, seq, sentry] = receivers;
    return {
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: otlp.url,
        SEQ_URL: seq.url,
        SEQ_API_KEY: SEQ_KEY,
        SENTRY_DSN: dsnOf(sentry),
      },
      stop: async () => {
        if (silent) await Promise.all(receivers.map((receiver) => receiver.stop()));
      },
    };
  };

  for (const silent of [false, true]) {
    it(`${silent ? 'never answer' : 'are away'} serves all the same, and stops in time`, async (t) => {
      const { env, stop } = await urlsOf(silent);
      t.after(stop);
      const server = await serveAndStop(t, env);
      if (!silent) {
        await pollUntil(() => {
          const warned = linesOf(server).filter(({ message }) =>
            String(message).startsWith('telemetry is not taken'),
          );
          const names = warned.map(({ receiver }) => receiver).toSorted();
          return names.join() === 'otlp,seq';
        }, SOON);
      }
      const metrics = await (await fetch(`${server.adminUrl}/metrics`)).text();
      for (const receiver of ['otlp', 'seq', 'sentry']) {
        const line = `^telemetry_dropped_total\\{receiver="${receiver}"\\} 0$`;
        assert.match(metrics, new RegExp(line, 'm'));
      }
      const tookMs = await stopServer(server);
      assert.ok(tookMs < 6000, `${Math.round(tookMs)} ms`);
    });
  }

  it('are none loads nothing of OpenTelemetry’s SDK, nor of the others', async (t) => {
    const directory = await mkdtemp(join(tmpdir(), 'gatehouse-loaded-'));
    t.after(() => rm(directory, { recursive: true }));
    const loadedBy = async (name: string, env: Record<string, string>) => {
      const file = join(directory, name);
      const hook = { NODE_OPTIONS: `--import=${HOOK}`, LOADED_MODULES: file };
      await stopServer(await serveAndStop(t, { ...hook, ...env }));
      return (await readFile(file, 'utf8')).split('\n');
    };
    const OURS = /telemetry\/(open-telemetry|watch-redis|seq-sink|error-tracker|bounded-sender)\./;
    // Its API is a dependency of prom-client, which loads it.
    const THEIRS = /@opentelemetry\/(?!api\/)/;
    const idle = await loadedBy('idle', {});
    assert.ok(
      idle.some((url) => url.includes('/koa/')),
      'the list is empty',
    );
    assert.deepEqual(
      idle.filter((url) => OURS.test(url) || THEIRS.test(url)),
      [],
    );
    const { env, stop } = await urlsOf(false);
    t.after(stop);
    const busy = await loadedBy('busy', env);
    assert.ok(busy.some((url) => OURS.test(url)) && busy.some((url) => THEIRS.test(url)));
  });
});

describe('a replica that crashes', () => {
  let database: TestDatabase;
  let redis: TestRedis;
  before(async () => {
    [database, redis] = await Promise.all([createTestDatabase(), startTestRedis()]);
  });
  after(async () => {
    await redis.stop();
    await database.drop();
  });

  /** Code that fails where nobody catches it, when it is told to. */
  const FAULTS = {
    throws: "throw new Error('broken by password=hunter2x')",
    rejects: "Promise.reject(new Error('broken by password=hunter2x'))",
  };
  for (const [how, fault] of Object.entries(FAULTS)) {
    it(`tells the log and the error tracker, when something ${how}, and ends with 1`, async (t) => {
      const tracker = await startSentryReceiver();
      t.after(() => tracker.stop());
      const code = `process.on('SIGUSR2',()=>{${fault}})`;
      const server = await startServer(database, redis, {
        SENTRY_DSN: dsnOf(tracker),
        NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}`,
      });
      t.after(() => server.child.kill('SIGKILL'));
      server.child.kill('SIGUSR2');
      assert.equal(await server.ended(), 1);
      assert.doesNotMatch(server.output(), /hunter2/);
      const [line] = linesOf(server).filter(({ level }) => level === 'error');
      assert.equal(line?.message, 'crashed');
      assert.deepEqual(tracker.problems, []);
      assert.match(JSON.stringify(tracker.items), /"value":"broken by password=\[redacted\]"/);
    });
  }
});
