import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ACCOUNT_ROUTES } from '../../account-page/route-table.ts';
import { createAdminServer } from '../../http/admin-server.ts';
import { closeServer, listen } from '../../http/create-http-server.ts';
import { HEALTH_ROUTES } from '../../http/health.ts';
import { HOSTED_ROUTES } from '../../interactions/route-table.ts';
import { DEFAULT_TENANT_SETTINGS } from '../../tenants/tenant.ts';
import { type ApiDocument, type Exchange, openApiDocument } from '../api-document.ts';
import { DEMO_CLIENTS, demoParty } from '../demo-clients.ts';
import { ALICE, startDeployment, type TestDeployment } from '../gatehouse.ts';
import { obtainCode } from '../obtain-code.ts';
import { createPlainBrowser, type PlainBrowser } from '../plain-browser.ts';
import { providerRoutes } from '../provider-routes.ts';
import { walkThrough } from '../relying-party.ts';
import { silentLogger } from '../silent-logger.ts';

const WEB = DEMO_CLIENTS['notes-web'];
const BASIC = `Basic ${Buffer.from(`${WEB.clientId}:${WEB.secret}`).toString('base64')}`;
/** The library routes these in the profile `compat` alone, over https. */
const COMPAT_ALONE = ['POST /auth', 'POST /session/end'];

describe('the OpenAPI document that is served', () => {
  let deployment: TestDeployment;
  let document: ApiDocument;
  let browser: PlainBrowser;
  const exchanges: Exchange[] = [];

  /** `fetch` that notes what was asked, and what came of it. */
  const send: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    const path = new URL(String(input)).pathname;
    exchanges.push({
      method: init?.method ?? 'GET',
      path,
      status: response.status,
      type: response.headers.get('content-type')?.split(';')[0] ?? '',
      body: await response.clone().text(),
    });
    return response;
  };

  before(async () => {
    deployment = await startDeployment();
    browser = createPlainBrowser({
      fetch: send,
      stopAt: (url) => !url.startsWith(`${deployment.publicUrl}/`),
    });
    const response = await fetch(`${deployment.publicUrl}/openapi.json`);
    document = await openApiDocument(await response.json());
  });
  after(async () => {
    await document.close();
    await deployment.stop();
  });

  const post = (path: string, form: Record<string, string>, authorization = BASIC) =>
    send(`${deployment.publicUrl}${path}`, {
      method: 'POST',
      headers: { authorization },
      body: new URLSearchParams(form),
    });

  it('is everybody’s, names the issuer that it was asked at, and may be kept', async () => {
    for (const path of ['', '/t/acme']) {
      const issuer = `${deployment.publicUrl}${path}`;
      const headers = { origin: 'https://anybody.example', 'accept-encoding': 'br' };
      const answer = await send(`${issuer}/openapi.json`, { headers });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get('access-control-allow-origin'), '*');
      assert.equal(answer.headers.get('content-encoding'), 'br');
      assert.match(answer.headers.get('cache-control') ?? '', /^public, max-age=\d+$/);
      const { openapi, servers } = (await answer.json()) as { openapi: string; servers: object };
      assert.equal(openapi, '3.1.1');
      assert.deepEqual(servers, [{ url: issuer, description: 'The issuer.' }]);
    }
  });

  it('has every endpoint that the library has, and that metadata name', async () => {
    const { providers } = deployment.replicas[0]?.gatehouse ?? {};
    const tenant = await deployment.backends.tenants.findBySlug('default');
    assert.ok(providers !== undefined && tenant !== undefined);
    const settings = { ...DEFAULT_TENANT_SETTINGS, ...tenant.settings };
    const provider = await providers.providerForTenant({ ...tenant, settings });
    const routes = providerRoutes(provider);
    assert.ok(routes.length >= 9);
    const response = await send(`${deployment.publicUrl}/.well-known/openid-configuration`);
    const metadata = Object.entries((await response.json()) as Record<string, string>);
    const named = metadata.flatMap(([name, value]) =>
      /_endpoint$|^jwks_uri$/.test(name) ? [new URL(value).pathname] : [],
    );
    assert.ok(named.length >= 7);
    for (const path of [...routes, ...named]) {
      assert.ok(
        document.operations.some((one) => one.endsWith(` ${path}`)),
        `${path} is not described`,
      );
    }
  });

  it('says what machines get, and why they do not', async () => {
    const { publicUrl } = deployment;
    for (const path of ['/.well-known/oauth-authorization-server', '/jwks']) {
      await send(publicUrl + path);
    }
    const party = await demoParty(deployment, 'notes-web');
    const scope = 'openid profile email offline_access roles';
    const parameters = { scope, prompt: 'consent' };
    const { url } = await party.begin();
    await post('/request', Object.fromEntries(url.searchParams));
    await post('/request', { client_id: WEB.clientId });
    const redeeming = await obtainCode(browser, party, ALICE, parameters);
    const answer = await post('/token', redeeming);
    assert.equal(answer.status, 200);
    const tokens = (await answer.json()) as Record<string, string>;
    const { access_token: token = '', refresh_token: refresh = '' } = tokens;
    await post('/token', redeeming);
    await post('/token', { grant_type: 'nonsense' });
    await post('/token', { grant_type: 'refresh_token', refresh_token: refresh }, 'Basic bm86bm8=');
    for (const method of ['GET', 'POST']) {
      for (const authorization of [`Bearer ${token}`, 'Bearer nothing']) {
        await send(`${publicUrl}/me`, { method, headers: { authorization } });
      }
    }
    for (const path of ['/token/introspection', '/token/revocation']) {
      await post(path, { token: refresh });
      await post(path, { token: 'nothing' });
      await post(path, {});
      await post(path, { token: refresh }, 'Basic bm86bm8=');
    }
    await post('/token/introspection', { token: refresh });
  });

  it('says what people’s browsers get, at every route that there is', async () => {
    const { publicUrl } = deployment;
    const party = await demoParty(deployment, 'notes-web');
    const { url } = await party.begin({ prompt: 'login' });
    const page = await browser.open(url.href);
    const uid = new URL(page.url).pathname.split('/').at(-1) ?? '';
    await walkThrough(browser, `${publicUrl}/account`, ALICE);
    for (const { method, path } of [...HOSTED_ROUTES, ...ACCOUNT_ROUTES]) {
      const address = publicUrl + path.replace(':uid', uid).replace(/:\w+/g, 'x');
      const form = { origin: publicUrl, 'content-type': 'application/x-www-form-urlencoded' };
      for (const init of method === 'GET'
        ? [{}]
        : [{ headers: form, body: 'csrf=x' }, { body: 'x' }]) {
        await browser.request(address, { method, ...init });
      }
    }
    await browser.submit(
      await browser.open(`${publicUrl}/account/data`),
      {},
      { action: '/download' },
    );
    for (const [address, method] of [
      ['/auth', 'GET'],
      ['/auth/nothing', 'GET'],
      ['/session/end/confirm', 'POST'],
      ['/session/end/success', 'GET'],
    ] as const) {
      await browser.request(publicUrl + address, { method });
    }
    const ending = await browser.open(`${publicUrl}/session/end`);
    await browser.submit(ending, { logout: 'yes' }, { action: '/session/end/confirm' });
  });

  it('says what probes and monitors get', async () => {
    const { health, metrics } = deployment.replicas[0]?.gatehouse ?? {};
    assert.ok(health !== undefined && metrics !== undefined);
    const server = createAdminServer({ health, metrics, logger: silentLogger });
    const { port } = await listen(server, { what: 'test', host: '127.0.0.1', port: 0 });
    try {
      const paths = [...Object.keys(HEALTH_ROUTES), '/metrics'];
      for (const path of paths) await send(`http://127.0.0.1:${port}${path}`);
      health.beginStopping();
      for (const path of paths) await send(`http://127.0.0.1:${port}${path}`);
    } finally {
      await closeServer(server);
    }
  });

  it('was right about each of them, and nothing in it was left unasked', async () => {
    const asked = new Set<string>();
    const problems = new Set<string>();
    for (const exchange of exchanges) {
      const path = exchange.path.replace(/^\/t\/acme/, '');
      const { operation, problem } = await document.judge({ ...exchange, path });
      if (operation !== undefined) asked.add(operation);
      if (problem !== undefined) problems.add(problem);
    }
    assert.deepEqual([...problems], []);
    const unasked = document.operations.filter((one) => !asked.has(one));
    assert.deepEqual(unasked.sort(), COMPAT_ALONE);
    assert.ok(exchanges.length > 150, String(exchanges.length));
  });
});
