import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import Koa from 'koa';
import { createClientAddress } from '../http/client-address.ts';
import { errorBoundary } from '../http/error-boundary.ts';
import { requestContext } from '../http/request-context.ts';
import { type ServedApp, serveApp } from '../testing/serve-app.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import { findTenant } from './find-tenant.ts';
import { DEFAULT_TENANT_SETTINGS, type Tenant } from './tenant.ts';

const tenant = (slug: string, customIssuer?: string): Tenant => ({
  id: slug,
  slug,
  name: slug,
  customIssuer,
  settings: DEFAULT_TENANT_SETTINGS,
  version: 1,
  disabled: false,
});
const tenants = [tenant('default'), tenant('acme'), tenant('own', 'https://login.own.example')];
const directory = {
  bySlug: async (slug: string) => tenants.find((one) => one.slug === slug),
  byHost: async (host: string) => tenants.find((one) => one.customIssuer === `https://${host}`),
};

let server: ServedApp;

before(async () => {
  const app = new Koa();
  app.use(
    requestContext({
      clientAddress: createClientAddress([]),
      now: () => new Date(),
    }) as Koa.Middleware,
  );
  app.use(
    errorBoundary({
      logger: silentLogger,
      renderErrorPage: () => assert.fail('nobody asked for a page'),
    }) as Koa.Middleware,
  );
  app.use(
    findTenant(
      { directory },
      { publicUrl: 'https://id.example', aliasHosts: ['127.0.0.1:3000', '[::1]:3000'] },
    ) as Koa.Middleware,
  );
  // What the routes of a tenant, and the library, go by.
  app.use((ctx) => {
    const { tenant, issuer, issuerPath, tenantPath, logFields } = ctx.state;
    const { protocol, host, hostname, secure, href } = ctx.request;
    ctx.body = {
      slug: tenant.slug,
      issuer,
      issuerPath,
      tenantPath,
      logged: logFields.tenant,
      seen: [protocol, host, hostname, secure, href],
    };
  });
  server = await serveApp(app.callback());
});
after(() => server.close());

/** One request, byte by byte. */
async function send(target: string, headers: readonly string[], method = 'GET') {
  const socket = connect(server.port, '127.0.0.1');
  const lines = [`${method} ${target} HTTP/1.1`, ...headers, 'Connection: close', '', ''];
  socket.write(lines.join('\r\n'), 'latin1');
  const answer = await text(socket);
  const status = Number(answer.split(' ')[1]);
  const location = /^location: (.*)$/im.exec(answer)?.[1]?.trim();
  const body = answer.slice(answer.indexOf('\r\n\r\n') + 4);
  return { status, location, body, json: () => JSON.parse(/\{.*\}/s.exec(body)?.[0] ?? 'null') };
}

const get = (host: string, target = '/token') => send(target, [`Host: ${host}`]);

describe('findTenant', () => {
  it('pins the request to the issuer that configuration names', async () => {
    const { status, json } = await send('/t/acme/token?x=1', [
      'Host: ID.Example:443',
      'X-Forwarded-Host: evil.test',
      'X-Forwarded-Proto: http',
      'Forwarded: host=evil.test;proto=http',
    ]);
    assert.equal(status, 200);
    assert.deepEqual(json(), {
      slug: 'acme',
      issuer: 'https://id.example/t/acme',
      issuerPath: '/t/acme',
      tenantPath: '/token',
      logged: 'acme',
      seen: ['https', 'id.example', 'id.example', true, 'https://id.example/t/acme/token?x=1'],
    });
  });

  it('pins a tenant with a host of its own to that host', async () => {
    const { json } = await get('LOGIN.own.example');
    assert.equal(json().issuer, 'https://login.own.example');
    assert.equal(json().seen[4], 'https://login.own.example/token');
    assert.equal((await get('id.example', '/t/own/token')).status, 404);
  });

  it('refuses hosts that nobody here answers to with 421', async () => {
    const others = ['evil.test', 'id.example.', 'id.example.evil.test', 'id.example:8443', '[::1]'];
    for (const host of others) {
      const { status, json } = await get(host);
      assert.equal(status, 421, host);
      assert.equal(json().error, 'misdirected_request');
      assert.ok(!JSON.stringify(json()).includes(host), 'nothing that was sent is printed');
    }
  });

  it('refuses what is not one host with 400', async () => {
    const malformed = [
      'user@id.example',
      'evil.test@id.example',
      'id.example, evil.test',
      'id.example/evil',
      'id.example#',
      'i\xf6.example',
      '\xc4\xb1d.example',
      'id.example:443:443',
      'x'.repeat(254),
    ];
    for (const host of malformed) {
      const { status, json } = await get(host);
      assert.equal(status, 400, host);
      assert.equal(json().error, 'invalid_host', host);
    }
    const twice = await send('/token', ['Host: id.example', 'Host: evil.test']);
    assert.equal(twice.status, 400);
    const same = await send('/token', ['Host: id.example', 'Host: id.example']);
    assert.equal(same.status, 400);
    assert.equal((await send('/token', [])).status, 400);
  });

  it('refuses a target that is not a path', async () => {
    for (const target of ['http://evil.test/token', 'https://id.example/token']) {
      const { status, json } = await get('id.example', target);
      assert.equal(status, 400, target);
      assert.equal(json().error, 'invalid_request_target');
    }
    assert.equal((await send('*', ['Host: id.example'], 'OPTIONS')).status, 400);
  });

  it('refuses a target with a fragment, which a proxy in front may have read as another path', async () => {
    for (const target of ['/token\\#', '/token#', '/nothing\\..\\token#', '/auth?state=a#b']) {
      const { status, json } = await get('id.example', target);
      assert.equal(status, 400, target);
      assert.equal(json().error, 'invalid_request_target');
    }
    assert.equal((await get('id.example', '/token\\')).json().tenantPath, '/token\\');
  });

  it('takes a path that looks like another host for a path', async () => {
    const { status, json } = await get('id.example', '//evil.test/token');
    assert.equal(status, 200);
    assert.equal(json().tenantPath, '//evil.test/token');
    assert.equal(json().slug, 'default');
  });

  it('redirects a GET on another name of the deployment, with its path and query', async () => {
    for (const method of ['GET', 'HEAD']) {
      for (const host of ['127.0.0.1:3000', '[::1]:3000']) {
        const { status, location } = await send('/t/acme/auth?a=b&c', [`Host: ${host}`], method);
        assert.equal(status, 307);
        assert.equal(location, 'https://id.example/t/acme/auth?a=b&c');
      }
    }
    const { location } = await get('127.0.0.1:3000', '//evil.test/%0d%0aX:y');
    assert.equal(new URL(location ?? '').host, 'id.example');
  });

  it('redirects nothing but a GET there', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const { status, location } = await send('/token', ['Host: 127.0.0.1:3000'], method);
      assert.equal(status, 421, method);
      assert.equal(location, undefined);
    }
  });

  it('says 404 for a tenant that is not there', async () => {
    assert.equal((await get('id.example', '/t/nobody/token')).status, 404);
    assert.equal((await get('id.example', '/t/default/token')).status, 404);
  });
});
