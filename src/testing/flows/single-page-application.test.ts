import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { closeServer } from '../../http/create-http-server.ts';
import { launchChromium } from '../chromium.ts';
import { ALICE, startDeployment, type TestDeployment } from '../gatehouse.ts';
import { seedMore } from '../seed-more.ts';

/**
 * A whole application in one page, as its script: code with PKCE, tokens by `fetch`, userinfo,
 * refresh, revocation. It shows what it did in its heading.
 */
async function application(issuer: string, clientId: string): Promise<void> {
  const show = (text: string) => {
    document.querySelector('h1')?.replaceChildren(text);
  };
  const base64url = (bytes: ArrayBuffer) =>
    btoa(String.fromCharCode(...new Uint8Array(bytes)))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replaceAll('=', '');
  const redirectUri = `${location.origin}/callback`;
  const metadata = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
  const post = async (endpoint: string, body: Record<string, string>) => {
    const form = new URLSearchParams({ client_id: clientId, ...body });
    const response = await fetch(endpoint, { method: 'POST', body: form });
    return response.status === 200 ? response.text() : `${response.status}`;
  };
  const query = new URLSearchParams(location.search);
  const code = query.get('code');
  if (code === null) {
    const verifier = base64url(crypto.getRandomValues(new Uint8Array(32)).buffer);
    sessionStorage.setItem('verifier', verifier);
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
    const parameters = new URLSearchParams({
      client_id: clientId,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'openid email',
      code_challenge: base64url(digest),
      code_challenge_method: 'S256',
    });
    location.assign(`${metadata.authorization_endpoint}?${parameters}`);
    return;
  }
  const tokens = JSON.parse(
    await post(metadata.token_endpoint, {
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: sessionStorage.getItem('verifier') ?? '',
    }),
  );
  const authorization = `Bearer ${tokens.access_token}`;
  const userinfo = await (
    await fetch(metadata.userinfo_endpoint, { headers: { authorization } })
  ).json();
  const grant = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token };
  const refreshed = JSON.parse(await post(metadata.token_endpoint, grant));
  const revoked = await post(metadata.revocation_endpoint, { token: refreshed.refresh_token });
  const after = await fetch(metadata.userinfo_endpoint, {
    headers: { authorization: `Bearer ${refreshed.access_token}` },
  });
  const expiry = Number(refreshed.expires_in);
  show(`${userinfo.email} refreshed ${expiry} revoked ${revoked === ''} then ${after.status}`);
}

describe('a single-page application in Chromium', () => {
  let browser: Browser;
  let deployment: TestDeployment;
  let server: Server;
  let origin: string;
  before(async () => {
    [browser, deployment] = await Promise.all([launchChromium(), startDeployment()]);
    server = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(`<!doctype html><link rel="icon" href="data:,"><h1></h1><script type="module">
        const application = ${application.toString()};
        application(${JSON.stringify(deployment.publicUrl)}, 'spa').catch((error) => {
          document.querySelector('h1').textContent = 'failed: ' + error;
        });
      </script>`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://localhost:${(server.address() as AddressInfo).port}`;
    await seedMore(deployment, {
      slug: 'default',
      applications: [
        {
          key: 'spa',
          firstParty: true,
          clients: [
            {
              client_id: 'spa',
              token_endpoint_auth_method: 'none',
              redirect_uris: [`${origin}/callback`],
              grant_types: ['authorization_code', 'refresh_token'],
            },
          ],
        },
      ],
    });
  });
  after(async () => {
    await browser.close();
    await closeServer(server);
    await deployment.stop();
  });

  const signIn = async (page: Page, address: string): Promise<string> => {
    await page.goto(address);
    await page.fill('[name=identifier]', ALICE.identifier);
    await page.fill('[name=password]', ALICE.password);
    await page.locator('button[type=submit]').click();
    const result = page.locator('h1', { hasText: /@|failed/ });
    await result.waitFor({ timeout: 10_000 });
    return (await result.textContent()) ?? '';
  };

  it('does everything by fetch from its own origin', async () => {
    const page = await (await browser.newContext()).newPage();
    const shown = await signIn(page, origin);
    assert.equal(shown, 'alice@example.com refreshed 600 revoked true then 401');
  });

  it('learns why it is refused, whether by the protocol or before it', async () => {
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${origin}/callback?code=none`);
    const seen = await page.evaluate(async (issuer) => {
      const look = async (path: string, headers: Record<string, string>) => {
        const { status, headers: said } = await fetch(issuer + path, { headers });
        return [status, said.get('www-authenticate')?.split(' ')[0], said.has('x-request-id')];
      };
      return [
        // The first is asked for before, because of its header.
        await look('/me', { authorization: 'Bearer nothing' }),
        await look('/token', {}),
        await look('/t/nobody/jwks', {}),
      ];
    }, deployment.publicUrl);
    assert.deepEqual(seen, [
      [401, 'Bearer', true],
      [404, undefined, true],
      [404, undefined, true],
    ]);
  });

  it('whose code another origin caught gets nothing', async () => {
    const page = await (await browser.newContext()).newPage();
    // The same server by another name: another origin, which is not registered.
    const other = origin.replace('localhost', '127.0.0.1');
    await page.goto(other);
    await page.locator('h1', { hasText: /not set up correctly/ }).waitFor({ timeout: 10_000 });
    await page.goto(`${other}/callback?code=caught`);
    const failed = page.locator('h1', { hasText: /failed/ });
    await failed.waitFor({ timeout: 10_000 });
    assert.match((await failed.textContent()) ?? '', /Failed to fetch/);
  });
});
