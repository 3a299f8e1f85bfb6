import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { describe, it } from 'node:test';
import Router from '@koa/router';
import { exportJWK, generateKeyPair } from 'jose';
import Koa from 'koa';
import Provider, { type Adapter } from 'oidc-provider';
import { rawRequest, serveApp } from '../testing/serve-app.ts';
import { canonicalPath } from './canonical-path.ts';

const ROUTES = [
  '/token',
  '/token/introspection',
  '/token/revocation',
  '/me',
  '/jwks',
  '/auth',
  '/session/end',
  '/.well-known/openid-configuration',
];

describe('a canonical path', () => {
  const same: Readonly<Record<string, readonly string[]>> = {
    '/token': [
      '/token',
      '/TOKEN',
      '/Token/',
      '/token//',
      '//token',
      '/%74oken',
      '/%54OKEN%2F',
      'token',
    ],
    '/token/introspection': ['/token/Introspection', '/token//introspection/'],
    '/': ['', '/', '//', '%2f'],
    '/a%zz%c3%a4': ['/A%zz%C3%A4'],
  };
  for (const [canonical, paths] of Object.entries(same)) {
    it(`of ${paths.join(', ')} is ${canonical}`, () => {
      for (const path of paths) assert.equal(canonicalPath(path), canonical);
      assert.equal(canonicalPath(canonical), canonical);
    });
  }

  it('keeps different routes apart', () => {
    assert.notEqual(canonicalPath('/token'), canonicalPath('/token/introspection'));
    assert.notEqual(canonicalPath('/token'), canonicalPath('/tokens'));
    assert.notEqual(canonicalPath('/interaction/x/../../token'), canonicalPath('/token'));
  });

  it('takes a long path in its stride', () => {
    assert.equal(canonicalPath('/'.repeat(100_000)), '/');
    assert.equal(canonicalPath('%2F'.repeat(30_000)), '/');
    assert.equal(canonicalPath(`/a${'/'.repeat(100_000)}b`), '/a/b');
  });
});

describe('whatever reaches a route', () => {
  it("of the protocol library has the route's canonical path", async () => {
    const provider = new Provider('http://localhost', {
      adapter: EmptyAdapter,
      jwks: { keys: [await signingKey()] },
      cookies: { keys: ['a key for tests'] },
      features: {
        devInteractions: { enabled: false },
        introspection: { enabled: true },
        revocation: { enabled: true },
      },
      renderError: (ctx) => {
        ctx.body = 'refused';
      },
      ttl: { Session: 60 },
    });
    provider.use(async (ctx, next) => {
      await next();
      ctx.set('X-Route', String(ctx._matchedRoute ?? ''));
    });
    await assertCanonical(provider.callback());
  });

  it("of the host's router has the route's canonical path", async () => {
    const router = new Router();
    for (const route of ROUTES) {
      router.all(route, (ctx) => {
        ctx.set('X-Route', route);
        ctx.status = 204;
      });
    }
    await assertCanonical(new Koa().use(router.routes()).callback());
  });
});

/** Sends many ways to write each route; those that arrive must be the same to us. */
async function assertCanonical(listener: Parameters<typeof serveApp>[0]): Promise<void> {
  const server = await serveApp(listener);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    for (const route of ROUTES) {
      const method = route.startsWith('/token') ? 'POST' : 'GET';
      let arrived = 0;
      for (const path of waysToWrite(route)) {
        const { headers } = await rawRequest(server.port, { method, path, agent });
        const reached = String(headers['x-route'] ?? '');
        if (reached === '') continue;
        arrived += 1;
        assert.equal(canonicalPath(path), canonicalPath(reached), path);
      }
      assert.ok(arrived >= 5, `only ${arrived} ways led to ${route}`);
    }
  } finally {
    agent.destroy();
    await server.close();
  }
}

function waysToWrite(route: string): string[] {
  const slashes = (index: number) => `${route.slice(0, index)}/${route.slice(index)}`;
  const encoded = (index: number) => {
    const code = route.charCodeAt(index).toString(16).padStart(2, '0');
    return `${route.slice(0, index)}%${code}${route.slice(index + 1)}`;
  };
  const everywhere = (write: (index: number) => string) =>
    Array.from({ length: route.length }, (_, index) => write(index));
  return [
    route,
    route.toUpperCase(),
    route.replace(/[a-z]/g, (letter, index) => (index % 2 ? letter.toUpperCase() : letter)),
    `${route}/`,
    `${route.toUpperCase()}/`,
    `${route}//`,
    `${route}%2F`,
    `${route};x=1`,
    `${route}%00`,
    `${route}.json`,
    `/x/..${route}`,
    `/.${route}`,
    // Letters whose other case is ASCII: the Kelvin sign, the long s.
    route.replace('k', '%E2%84%AA').replace('s', '%C5%BF'),
    ...everywhere(slashes),
    ...everywhere(encoded),
  ];
}

async function signingKey() {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig' };
}

/** Nothing is stored: no request here gets that far. */
class EmptyAdapter implements Adapter {
  async upsert() {}
  async find() {
    return undefined;
  }
  async findByUserCode() {
    return undefined;
  }
  async findByUid() {
    return undefined;
  }
  async consume() {}
  async destroy() {}
  async revokeByGrantId() {}
}
