import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startDeployment, type TestDeployment } from '../gatehouse.ts';
import { seedMore } from '../seed-more.ts';

/** Of the redirect URI, named besides, and of nobody. */
const HOME = 'https://spa.example';
const SHELL = 'https://shell.example';
const FOREIGN = 'https://evil.example';

const TOKEN_LIMIT = 12;
const LIMITS = {
  page: { address: 0, client: 0 },
  token: { address: TOKEN_LIMIT, client: 0 },
  authenticated: { address: 3, client: 0 },
  lookup: { address: 0, client: 0 },
};

const OPEN = [
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
  '/.well-known/oauth-authorization-server/t/acme',
  '/jwks',
  '/t/acme/jwks',
];
const OF_CLIENTS = ['/token', '/token/revocation', '/token/introspection', '/request', '/me'];

/** Two deployments of one seed: with limits that are reached in a moment, and without. */
describe('what pages of other origins may ask and read', () => {
  let deployment: TestDeployment;
  let limited: TestDeployment;
  before(async () => {
    [deployment, limited] = await Promise.all([
      startDeployment(),
      startDeployment({ endpointLimits: LIMITS }),
    ]);
    await seedMore(deployment, {
      slug: 'default',
      applications: [
        {
          key: 'spa',
          clients: [
            {
              client_id: 'spa',
              token_endpoint_auth_method: 'none',
              redirect_uris: [`${HOME}/callback`],
              allowed_cors_origins: [SHELL],
            },
          ],
        },
      ],
    });
  });
  after(() => Promise.all([deployment.stop(), limited.stop()]));

  const ask = async (
    path: string,
    {
      origin = HOME,
      of = deployment,
      ...init
    }: RequestInit & { origin?: string; of?: TestDeployment },
  ) => {
    const headers = { ...init.headers, origin };
    const response = await fetch(`${of.publicUrl}${path}`, { ...init, headers });
    const body = await response.text();
    assert.equal(response.headers.get('access-control-allow-credentials'), null, path);
    const allowed = response.headers.get('access-control-allow-origin');
    const exposed = response.headers.get('access-control-expose-headers') ?? '';
    return { status: response.status, headers: response.headers, body, allowed, exposed };
  };
  const post = (path: string, origin: string, form: Record<string, string> = {}) =>
    ask(path, { origin, method: 'POST', body: new URLSearchParams(form) });
  const preflight = (path: string, of: TestDeployment, method = 'POST') =>
    ask(path, {
      of,
      method: 'OPTIONS',
      headers: {
        'access-control-request-method': method,
        'access-control-request-headers': 'authorization,content-type',
      },
    });

  it('is told to whoever asks before', async () => {
    for (const path of [...OPEN, ...OF_CLIENTS]) {
      const method = OPEN.includes(path) ? 'GET' : 'POST';
      const { status, allowed, headers } = await preflight(path, deployment, method);
      assert.deepEqual([status, allowed], [204, HOME], path);
      assert.match(headers.get('access-control-allow-methods') ?? '', new RegExp(method), path);
      const asked = headers.get('access-control-allow-headers');
      assert.equal(asked, 'authorization,content-type', path);
      assert.ok(Number(headers.get('access-control-max-age')) > 0, path);
    }
  });

  it('is no page and no form, whatever is asked before', async () => {
    for (const path of [
      '/auth',
      '/account',
      '/account/profile',
      '/interaction/x',
      '/session/end',
    ]) {
      for (const method of ['GET', 'POST']) {
        const { allowed } = await preflight(path, deployment, method);
        assert.equal(allowed, null, path);
        assert.equal((await ask(path, { redirect: 'manual' })).allowed, null, path);
      }
    }
  });

  it('is metadata and keys, from anywhere', async () => {
    for (const path of OPEN) {
      const { status, allowed } = await ask(path, { origin: FOREIGN });
      assert.deepEqual([status, allowed], [200, FOREIGN], path);
    }
  });

  it('is what a client asks from the origins that are its own', async () => {
    const form = { client_id: 'spa', token: 'x', grant_type: 'refresh_token', refresh_token: 'x' };
    for (const path of ['/token', '/token/revocation']) {
      for (const origin of [HOME, SHELL]) {
        const { status, allowed } = await post(path, origin, form);
        assert.equal(allowed, origin, path);
        assert.equal(status, path === '/token' ? 400 : 200);
      }
      for (const origin of [FOREIGN, 'null', `${HOME}:8443`, 'http://spa.example']) {
        const { status, allowed } = await post(path, origin, form);
        assert.deepEqual([status, allowed], [400, null], origin);
      }
    }
  });

  it('is why the protocol refuses them', async () => {
    const unknown = await post('/token', FOREIGN, { client_id: 'nobody', grant_type: 'x' });
    assert.deepEqual([unknown.status, unknown.allowed], [401, FOREIGN]);
    assert.match(unknown.body, /invalid_client/);
    const userinfo = await ask('/me', { headers: { authorization: 'Bearer nothing' } });
    assert.deepEqual([userinfo.status, userinfo.allowed], [401, HOME]);
    assert.match(userinfo.exposed, /WWW-Authenticate/);
    assert.match(userinfo.exposed, /X-Request-Id/);
  });

  it('is why we refuse them before the protocol does: 4xx', async () => {
    const noRoute = await ask('/token', {});
    assert.deepEqual([noRoute.status, noRoute.allowed], [404, '*']);
    const noTenant = await ask('/t/nobody/token', { method: 'POST' });
    assert.deepEqual([noTenant.status, noTenant.allowed], [404, '*']);
    const large = await post('/token/revocation', HOME, {
      client_id: 'spa',
      token: 'x'.repeat(100_000),
    });
    assert.equal(large.status, 413);
    assert.ok(large.allowed === HOME || large.allowed === '*', String(large.allowed));
  });

  it('is that there were too many, and when to come again; asking before is never too many', async () => {
    const form = new URLSearchParams({ client_id: 'spa', grant_type: 'x' });
    for (let count = 0; count < TOKEN_LIMIT; count += 1) {
      await ask('/token', { of: limited, method: 'POST', body: form });
    }
    for (let count = 0; count < TOKEN_LIMIT; count += 1) {
      assert.equal((await preflight('/token', limited)).status, 204);
    }
    for (const [path, method] of [
      ['/token', 'POST'],
      ['/t/acme/TOKEN/', 'POST'],
      ['/me', 'GET'],
    ] as const) {
      let answer = await ask(path, { of: limited, method });
      while (answer.status !== 429) answer = await ask(path, { of: limited, method });
      assert.equal(answer.allowed, '*', path);
      assert.match(answer.exposed, /Retry-After/);
      assert.match(answer.exposed, /X-Request-Id/);
      assert.match(answer.body, /temporarily_unavailable/);
    }
  });

  it('is that we cannot answer now: 503', async () => {
    const { db } = deployment.backends;
    const { poolMax } = deployment.config.database;
    const taken = await Promise.all(Array.from({ length: poolMax }, () => db.transaction()));
    try {
      const form = {
        client_id: 'spa',
        grant_type: 'authorization_code',
        code: 'x'.repeat(43),
        redirect_uri: `${HOME}/callback`,
        code_verifier: 'v'.repeat(43),
      };
      const first = await post('/token', HOME, form);
      assert.equal(first.status, 503);
      assert.ok(first.allowed === HOME || first.allowed === '*', String(first.allowed));
      assert.match(first.exposed, /Retry-After/);
    } finally {
      for (const trx of taken) await trx.rollback();
    }
  });
});
