import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import Koa from 'koa';
import { rawRequest, serveApp } from '../testing/serve-app.ts';
import type { RequestMiddleware, RequestState } from './request-state.ts';
import { securityHeaders } from './security-headers.ts';

async function headersOf(publicUrl: string, handler: RequestMiddleware) {
  const app = new Koa<RequestState>();
  app.use(securityHeaders({ publicUrl }));
  app.use(handler);
  const server = await serveApp(app.callback());
  try {
    return (await rawRequest(server.port)).headers;
  } finally {
    await server.close();
  }
}

const ok: RequestMiddleware = (ctx) => {
  ctx.body = 'ok';
};

describe('securityHeaders', () => {
  it('are on every answer', async () => {
    const headers = await headersOf('https://login.example.com', ok);
    assert.partialDeepStrictEqual(headers, {
      'strict-transport-security': 'max-age=63072000',
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cross-origin-opener-policy': 'unsafe-none',
      'cross-origin-resource-policy': 'same-origin',
    });
    assert.match(String(headers['content-security-policy']), /^default-src 'none';/);
    assert.match(String(headers['content-security-policy']), /frame-ancestors 'none'/);
    assert.equal(headers['x-powered-by'], undefined);
  });

  it('do not promise https where there is none', async () => {
    const headers = await headersOf('http://localhost:3000', ok);
    assert.equal(headers['strict-transport-security'], undefined);
  });

  it('leave a page its own policy', async () => {
    const headers = await headersOf('https://login.example.com', (ctx) => {
      ctx.set('Content-Security-Policy', "default-src 'none'; style-src 'self'");
      ctx.body = '<!doctype html>';
    });
    assert.equal(headers['content-security-policy'], "default-src 'none'; style-src 'self'");
  });

  it('keep answers for other origins readable there', async () => {
    const headers = await headersOf('https://login.example.com', (ctx) => {
      ctx.set('Access-Control-Allow-Origin', 'https://spa.example');
      ctx.body = {};
    });
    assert.equal(headers['cross-origin-resource-policy'], 'cross-origin');
    assert.equal(headers['access-control-allow-origin'], 'https://spa.example');
  });
});
