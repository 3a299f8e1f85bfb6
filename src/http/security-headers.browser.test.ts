import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import Koa from 'koa';
import Provider from 'oidc-provider';
import type { Browser, Page } from 'playwright-core';
import { gatherComplaints, launchChromium } from '../testing/chromium.ts';
import { type ServedApp, serveApp } from '../testing/serve-app.ts';
import type { RequestState } from './request-state.ts';
import { securityHeaders } from './security-headers.ts';

const VERIFIER = 'v'.repeat(43);

describe('the security headers in a browser', () => {
  let browser: Browser;
  let page: Page;
  let app: ServedApp;
  /** On another site than the app: `localhost` and `127.0.0.1` share nothing. */
  let appUrl: string;
  let server: ServedApp;
  const complaints: string[] = [];

  before(async () => {
    app = await serveApp((req, res) => {
      res.setHeader('Content-Type', 'text/html');
      res.end(
        req.url === '/popup'
          ? '<title>x</title><script>document.title = window.opener ? "opener" : "alone"</script>'
          : `<p>${req.method} ${req.url}</p>`,
      );
    });
    appUrl = app.url.replace('127.0.0.1', 'localhost');

    const { info, warn } = console;
    console.info = () => undefined;
    console.warn = () => undefined;
    const provider = new Provider('http://issuer.test', {
      clients: [
        {
          client_id: 'spa',
          token_endpoint_auth_method: 'none',
          redirect_uris: [`${appUrl}/cb`],
        },
      ],
      clientBasedCORS: () => true,
    });
    console.info = info;
    console.warn = warn;
    const handle = provider.callback();
    const host = new Koa<RequestState>();
    host.use(securityHeaders({ publicUrl: 'https://issuer.test' }));
    host.use(async (ctx) => {
      if (ctx.path === '/page') {
        ctx.type = 'html';
        ctx.body = `<a href="${appUrl}/popup">on</a>`;
        return;
      }
      ctx.respond = false;
      ctx.res.statusCode = 200;
      await handle(ctx.req, ctx.res);
    });
    server = await serveApp(host.callback());
    browser = await launchChromium();
    page = await browser.newPage();
    page.on('console', gatherComplaints(complaints));
  });
  after(async () => {
    await browser.close();
    await Promise.all([app.close(), server.close()]);
  });

  it('let the auto-submit page of the protocol reach the app', async () => {
    const request = new URLSearchParams({
      client_id: 'spa',
      redirect_uri: `${appUrl}/cb`,
      response_type: 'code',
      response_mode: 'form_post',
      scope: 'openid',
      prompt: 'none',
      code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
      code_challenge_method: 'S256',
    });
    await page.goto(`${server.url}/auth?${request}`);
    await page.waitForURL(`${appUrl}/cb`);
    assert.equal(await page.textContent('p'), 'POST /cb');
    assert.deepEqual(
      complaints.filter((text) => /content.security.policy/i.test(text)),
      [],
    );
  });

  it('let an app of another origin read discovery, the JWKS and the token endpoint', async () => {
    await page.goto(appUrl);
    for (const path of ['/.well-known/openid-configuration', '/jwks']) {
      const status = await page.evaluate(
        async (url) => (await fetch(url)).status,
        server.url + path,
      );
      assert.equal(status, 200, path);
    }
    const error = await page.evaluate(async (url) => {
      const body = new URLSearchParams({ grant_type: 'refresh_token', client_id: 'spa' });
      const answer = await fetch(url, { method: 'POST', body });
      return (await answer.json()).error;
    }, `${server.url}/token`);
    assert.equal(typeof error, 'string');
  });

  it('leave a window that an app opened its opener', async () => {
    await page.goto(appUrl);
    const [popup] = await Promise.all([
      page.waitForEvent('popup'),
      page.evaluate((url) => {
        window.open(url, 'sign-in');
      }, `${server.url}/page`),
    ]);
    await popup.click('a');
    await popup.waitForURL(`${appUrl}/popup`);
    assert.equal(await popup.title(), 'opener');
  });

  it('let no page be framed', async () => {
    await page.goto(appUrl);
    const refused = page.waitForEvent('console', (message) =>
      /frame-ancestors|X-Frame-Options/.test(message.text()),
    );
    await page.evaluate((url) => {
      const frame = document.createElement('iframe');
      frame.src = url;
      document.body.append(frame);
    }, `${server.url}/page`);
    await refused;
  });
});
