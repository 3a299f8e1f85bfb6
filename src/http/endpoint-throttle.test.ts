import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import Koa from 'koa';
import { callerOf } from '../accounts/attempt-subjects.ts';
import { createMemoryEndpointLimiter } from '../storage/memory/endpoint-limiter.ts';
import { rawRequest, type ServedApp, serveApp } from '../testing/serve-app.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import { createClientAddress } from './client-address.ts';
import {
  type EndpointCaller,
  type EndpointLimits,
  NO_ENDPOINT_LIMITS,
} from './endpoint-limiter.ts';
import { createPathClassifier, endpointThrottle } from './endpoint-throttle.ts';
import { errorBoundary } from './error-boundary.ts';
import { requestContext } from './request-context.ts';
import type { RequestState } from './request-state.ts';

const LIMITS: EndpointLimits = {
  page: { address: 5, client: 0 },
  token: { address: 4, client: 6 },
  authenticated: { address: 3, client: 0 },
  lookup: { address: 0, client: 0 },
};
const classOf = createPathClassifier({
  token: ['/token/*'],
  authenticated: ['/me'],
  exempt: ['/jwks', '/.well-known/*'],
});
const BROWSER = { Accept: 'text/html,*/*;q=0.8' };

let app: ServedApp;
let reached = 0;
/** Whom requests were counted on, as the limiter was told. */
const counted: EndpointCaller[] = [];

/** Behind a proxy, so that a test can come from any address; the tenant is the first host label. */
async function serve(limits: EndpointLimits): Promise<ServedApp> {
  const now = () => new Date('2026-11-22T10:00:00Z');
  const limiter = createMemoryEndpointLimiter({ limits, now });
  const koa = new Koa<RequestState>();
  koa.use(requestContext({ clientAddress: createClientAddress(['127.0.0.0/8']), now }));
  koa.use(
    errorBoundary({
      logger: silentLogger,
      renderErrorPage: (ctx, page) => {
        ctx.type = 'html';
        ctx.body = `<h1>${page.status}</h1><p>${page.message}</p>`;
      },
    }),
  );
  koa.use(
    endpointThrottle({
      limiter: {
        take(endpointClass, callers) {
          counted.push(...callers);
          return limiter.take(endpointClass, callers);
        },
      },
      callerOf,
      classify: (ctx) => {
        const endpointClass = classOf(ctx.path);
        return endpointClass && { endpointClass, clientScope: ctx.hostname };
      },
    }),
  );
  koa.use((ctx) => {
    reached += 1;
    ctx.body = 'reached';
  });
  return serveApp(koa.callback());
}

before(async () => {
  app = await serve(LIMITS);
});

after(() => app.close());

let hosts = 0;

/** A caller that no other test is. */
function caller() {
  hosts += 1;
  const address = `198.51.100.${hosts}`;
  return (path: string, headers: Record<string, string> = {}) =>
    rawRequest(app.port, { path, headers: { 'X-Forwarded-For': address, ...headers } });
}

function basic(clientId: string): { Authorization: string } {
  const credentials = Buffer.from(`${clientId}:secret`).toString('base64');
  return { Authorization: `Basic ${credentials}` };
}

describe('the endpoint throttle', () => {
  it('counts every way to write a path as one', async () => {
    const ask = caller();
    for (const path of ['/token', '/TOKEN', '/token/', '//%74oken']) {
      assert.equal((await ask(path)).status, 200, path);
    }
    for (const path of ['/token', '/ToKeN', '/token//', '/%54oken', '/token/introspection']) {
      assert.equal((await ask(path)).status, 429, path);
    }
  });

  it('answers machines with JSON and when to come back', async () => {
    const ask = caller();
    for (let time = 0; time < 4; time += 1) await ask('/token', BROWSER);
    const before = reached;
    const answer = await ask('/token', BROWSER);
    assert.equal(answer.status, 429);
    assert.equal(answer.headers['retry-after'], '60');
    assert.match(String(answer.headers['content-type']), /^application\/json/);
    assert.equal(JSON.parse(answer.body).error, 'temporarily_unavailable');
    assert.equal(typeof JSON.parse(answer.body).error_description, 'string');
    assert.equal(reached, before, 'the endpoint was reached');
  });

  it('answers browsers with a page, scripts with JSON', async () => {
    const ask = caller();
    for (let time = 0; time < 5; time += 1) assert.equal((await ask('/auth')).status, 200);
    const page = await ask('/auth', BROWSER);
    assert.equal(page.status, 429);
    assert.equal(page.headers['retry-after'], '60');
    assert.match(page.body, /Too many requests/);
    const json = await ask('/auth', { Accept: '*/*' });
    assert.equal(JSON.parse(json.body).error, 'temporarily_unavailable');
  });

  it('has a limit of its own for each class', async () => {
    const ask = caller();
    for (let time = 0; time < 4; time += 1) await ask('/token');
    assert.equal((await ask('/token')).status, 429);
    for (let time = 0; time < 3; time += 1) assert.equal((await ask('/me')).status, 200);
    assert.equal((await ask('/me')).status, 429);
    assert.equal((await ask('/interaction/abc')).status, 200);
  });

  it('never limits what is exempt', async () => {
    const ask = caller();
    for (let time = 0; time < 20; time += 1) {
      assert.equal((await ask('/jwks')).status, 200);
      assert.equal((await ask('/.well-known/openid-configuration')).status, 200);
    }
  });

  it('counts one caller by address, and a whole /64 as one', async () => {
    const from = (address: string) =>
      rawRequest(app.port, { path: '/me', headers: { 'X-Forwarded-For': address } });
    for (const host of ['1', '2', '3']) {
      assert.equal((await from(`2001:db8:7::${host}`)).status, 200);
    }
    assert.equal((await from('2001:db8:7::4')).status, 429);
    assert.equal((await from('2001:db8:7:1::4')).status, 200);
  });

  it('counts a client over all its addresses, in its own tenant only', async () => {
    for (let time = 0; time < 6; time += 1) {
      assert.equal((await caller()('/token', { Host: 'a.test', ...basic('jobs') })).status, 200);
    }
    const refused = await caller()('/token', { Host: 'a.test', ...basic('jobs') });
    assert.equal(refused.status, 429);
    assert.equal((await caller()('/token', { Host: 'a.test', ...basic('other') })).status, 200);
    assert.equal((await caller()('/token', { Host: 'b.test', ...basic('jobs') })).status, 200);
  });

  it('remembers no more of a client than of any other, however long an id is claimed', async () => {
    counted.length = 0;
    const ids = ['jobs', 'x'.repeat(1500), `${'x'.repeat(1499)}y`];
    for (const id of ids) await caller()('/token', { Host: 'd.test', ...basic(id) });
    const clients = counted.filter(({ kind }) => kind === 'client').map(({ id }) => id);
    assert.equal(new Set(clients).size, ids.length);
    for (const id of clients) assert.ok(id.length < 50, `${id.length} characters`);
  });

  it('does not let one address use a client up', async () => {
    const attacker = caller();
    for (let time = 0; time < 20; time += 1) {
      await attacker('/token', { Host: 'c.test', ...basic('victim') });
    }
    assert.equal((await caller()('/token', { Host: 'c.test', ...basic('victim') })).status, 200);
  });

  it('takes any header for client authentication in its stride', async () => {
    const headers = ['Basic', 'Basic ', 'Basic !!!', 'Basic OmE=', 'Basic YQ==', 'Basic JToj'];
    headers.push('Bearer abc', `Basic ${'A'.repeat(8000)}`, 'basic JXp6OmE=');
    for (const authorization of headers) {
      assert.equal((await caller()('/token', { Authorization: authorization })).status, 200);
    }
  });

  it('is off where the limit is 0', async () => {
    const unlimited = await serve(NO_ENDPOINT_LIMITS);
    try {
      for (let time = 0; time < 20; time += 1) {
        const path = time % 2 === 0 ? '/token' : '/auth';
        assert.equal((await rawRequest(unlimited.port, { path })).status, 200);
      }
    } finally {
      await unlimited.close();
    }
  });
});

describe('the class of a path', () => {
  it('is that of its longest match, and page for what nobody named', () => {
    const specific = createPathClassifier({
      token: ['/token/*'],
      authenticated: ['/token/info'],
      exempt: ['/token/info/*'],
    });
    assert.equal(specific('/token'), 'token');
    assert.equal(specific('/token/x/y'), 'token');
    assert.equal(specific('/Token/Info/x'), undefined);
    assert.equal(specific('/tokens'), 'page');
    assert.equal(specific(''), 'page');
  });
});
