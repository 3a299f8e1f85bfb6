import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import Koa from 'koa';
import { untraced } from '../telemetry/tracing.ts';
import { createRecordingLogger } from '../testing/recording-logger.ts';
import { rawRequest, serveApp } from '../testing/serve-app.ts';
import { createClientAddress } from './client-address.ts';
import { requestContext } from './request-context.ts';
import type { RequestState } from './request-state.ts';

const NOW = new Date('2026-03-01T12:00:00Z');

async function answerTo(headers: Record<string, string>, trustedProxies: string[] = []) {
  const app = new Koa<RequestState>();
  const clientAddress = createClientAddress(trustedProxies);
  app.use(requestContext({ clientAddress, tracing: untraced, now: () => NOW }));
  app.use((ctx) => {
    ctx.body = ctx.state;
  });
  const server = await serveApp(app.callback());
  try {
    const answer = await rawRequest(server.port, { headers });
    return { id: answer.headers['x-request-id'], state: JSON.parse(answer.body) };
  } finally {
    await server.close();
  }
}

describe('requestContext', () => {
  it('keeps a well-formed request id and answers with it', async () => {
    const { id, state } = await answerTo({ 'X-Request-Id': 'req-2026_03.01' });
    assert.equal(id, 'req-2026_03.01');
    assert.deepEqual(state, {
      requestId: 'req-2026_03.01',
      startedAt: NOW.toISOString(),
      address: '127.0.0.1',
      logFields: {},
    });
  });

  it('makes a random id where there is none, or none that is well-formed', async () => {
    const seen = new Set<unknown>();
    for (const given of [
      undefined,
      'short',
      'a'.repeat(129),
      'white space',
      'new"line',
      'é'.repeat(9),
    ]) {
      const { id, state } = await answerTo(given === undefined ? {} : { 'X-Request-Id': given });
      assert.match(String(id), /^[A-Za-z0-9_-]{22}$/);
      assert.equal(state.requestId, id);
      seen.add(id);
    }
    assert.equal(seen.size, 6);
  });

  it('puts the trace id of a trusted proxy’s well-formed traceparent into the log line', async () => {
    const trace = '0af7651916cd43dd8448eb211c80319c';
    const fieldsOf = async (traceparent: string, trusted: string[]) =>
      (await answerTo({ traceparent }, trusted)).state.logFields;
    const proxy = ['127.0.0.0/8'];
    const good = `00-${trace}-b7ad6b7169203331-01`;
    assert.deepEqual(await fieldsOf(good, proxy), { trace_id: trace });
    assert.deepEqual(await fieldsOf(good, []), {});
    for (const bad of [
      good.slice(0, -3),
      good.replace('00-', 'ff-'),
      `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
      good.toUpperCase(),
    ]) {
      assert.deepEqual(await fieldsOf(bad, proxy), {}, bad);
    }
  });

  it('says once that a proxy is not listed, and never of one that is', async () => {
    const warnings = async (trusted: string[]) => {
      const logger = createRecordingLogger();
      const clientAddress = createClientAddress(trusted);
      const app = new Koa<RequestState>();
      app.use(requestContext({ clientAddress, now: () => NOW, logger }));
      const server = await serveApp(app.callback());
      const headers = { 'X-Forwarded-For': '192.0.2.1' };
      for (let times = 0; times < 3; times += 1) await rawRequest(server.port, { headers });
      await server.close();
      return logger.lines().length;
    };
    assert.equal(await warnings([]), 1);
    assert.equal(await warnings(['127.0.0.0/8']), 0);
  });
});
