import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resolveTenant } from './resolve-tenant.ts';
import { DEFAULT_TENANT_SETTINGS, type Tenant } from './tenant.ts';

const tenant = (slug: string, more: Partial<Tenant> = {}): Tenant => ({
  id: slug,
  slug,
  name: slug,
  customIssuer: undefined,
  settings: DEFAULT_TENANT_SETTINGS,
  version: 1,
  disabled: false,
  ...more,
});

const tenants = [
  tenant('default'),
  tenant('acme'),
  tenant('own', { customIssuer: 'https://login.own.example' }),
  tenant('gone', { disabled: true }),
];
const directory = {
  bySlug: async (slug: string) => tenants.find((one) => one.slug === slug),
  byHost: async (host: string) => tenants.find((one) => one.customIssuer === `https://${host}`),
};

const at = (publicUrl: string, aliasHosts: string[] = []) => {
  return async (host: string, path: string) => {
    const found = await resolveTenant({ directory }, { publicUrl, aliasHosts }, { host, path });
    return found.outcome === 'tenant'
      ? `${found.tenant.slug} ${found.issuer} ${found.issuerPath}|${found.path}`
      : found.outcome;
  };
};

describe('a request finds its tenant', () => {
  const ask = at('https://id.example');

  it('serves the default tenant at PUBLIC_URL', async () => {
    assert.equal(await ask('id.example', '/token'), 'default https://id.example |/token');
    assert.equal(await ask('ID.example:443', '/'), 'default https://id.example |/');
  });

  it('serves other tenants under /t/<slug>', async () => {
    const issuer = 'https://id.example/t/acme';
    assert.equal(await ask('id.example', '/t/acme/token'), `acme ${issuer} /t/acme|/token`);
    assert.equal(await ask('id.example', '/t/acme'), `acme ${issuer} /t/acme|/`);
  });

  it('serves a tenant with a host of its own there and nowhere else', async () => {
    assert.equal(await ask('login.own.example', '/auth'), 'own https://login.own.example |/auth');
    assert.equal(await ask('id.example', '/t/own/auth'), 'not_found');
  });

  it('answers the path form of RFC 8414 metadata', async () => {
    const metadata = '/.well-known/oauth-authorization-server';
    const issuer = 'https://id.example/t/acme';
    assert.equal(
      await ask('id.example', `${metadata}/t/acme`),
      `acme ${issuer} /t/acme|${metadata}`,
    );
    assert.equal(await ask('id.example', metadata), `default https://id.example |${metadata}`);
    assert.equal(await ask('id.example', `${metadata}/t/acme/token`), 'not_found');
  });

  it('refuses hosts that it does not serve, and tenants that are not there', async () => {
    assert.equal(await ask('evil.test', '/token'), 'misdirected');
    assert.equal(await ask('id.example:8443', '/token'), 'misdirected');
    assert.equal(await ask('', '/token'), 'misdirected');
    assert.equal(await ask('id.example', '/t/nobody/token'), 'not_found');
    assert.equal(await ask('id.example', '/t/gone/token'), 'not_found');
    assert.equal(await ask('id.example', '/t/default/token'), 'not_found');
  });

  it('asks for no slug that no tenant can have', async () => {
    const asked: string[] = [];
    const spy = { ...directory, bySlug: async (slug: string) => void asked.push(slug) };
    for (const slug of ['A', 'a.b', 'a%00', '%2e%2e', 'x'.repeat(64), 'x'.repeat(8_000), ' ']) {
      const found = await resolveTenant(
        { directory: spy },
        { publicUrl: 'https://id.example', aliasHosts: [] },
        { host: 'id.example', path: `/t/${slug}/token` },
      );
      assert.equal(found.outcome, 'not_found', slug);
    }
    assert.deepEqual(asked, []);
    assert.equal(await ask('id.example', `/t/${'x'.repeat(63)}/token`), 'not_found');
  });

  it('keeps to the path of PUBLIC_URL when it has one', async () => {
    const under = at('https://id.example/login');
    assert.equal(
      await under('id.example', '/login/token'),
      'default https://id.example/login /login|/token',
    );
    assert.equal(
      await under('id.example', '/login/t/acme/auth'),
      'acme https://id.example/login/t/acme /login/t/acme|/auth',
    );
    assert.equal(await under('id.example', '/token'), 'not_found');
    assert.equal(await under('id.example', '/loginx/token'), 'not_found');
  });

  it('redirects the other loopback name of an embedded deployment', async () => {
    const local = at('http://localhost:3000', ['127.0.0.1:3000']);
    assert.equal(await local('127.0.0.1:3000', '/token'), 'alias');
    assert.equal(await local('localhost:3000', '/x'), 'default http://localhost:3000 |/x');
  });
});
