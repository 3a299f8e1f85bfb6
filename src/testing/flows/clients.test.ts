import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { decodeProtectedHeader } from 'jose';
import * as client from 'openid-client';
import { answerAt, DEMO_CLIENTS, demoParty, visitor } from '../demo-clients.ts';
import { ALICE, BOB, startDeployment, type TestDeployment } from '../gatehouse.ts';
import { signIn, walkThrough } from '../relying-party.ts';

const NOTES_API = 'https://api.notes.example';
const PAYROLL_API = 'https://api.payroll.example';

describe('the clients of the demo seed', () => {
  let deployment: TestDeployment;
  before(async () => {
    deployment = await startDeployment();
  });
  after(() => deployment.stop());

  const endpoint = (path: string) => `${deployment.publicUrl}${path}`;
  const preflight = (path: string, origin: string) =>
    fetch(endpoint(path), {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,dpop',
      },
    });

  it('all sign somebody in', async () => {
    for (const name of ['notes-web', 'notes-spa', 'notes-cli', 'payroll-web'] as const) {
      const party = await demoParty(deployment, name, { scope: 'openid email roles' });
      const browser = visitor(deployment);
      const tokens = await signIn(browser, party, ALICE);
      const idToken = await party.verify(tokens.id_token ?? '', name);
      assert.ok(Array.isArray(idToken.roles) && idToken.roles.length > 0);
      const info = await client.fetchUserInfo(party.config, tokens.access_token, `${idToken.sub}`);
      assert.equal(info.email, 'alice@example.com');
      await party.refresh(tokens.refresh_token ?? '');
    }
  });

  describe('a web application with a secret', () => {
    it('proves itself in the header or in the form', async () => {
      const { secret } = DEMO_CLIENTS['notes-web'];
      for (const authentication of [
        client.ClientSecretBasic(secret),
        client.ClientSecretPost(secret),
      ]) {
        const party = await demoParty(deployment, 'notes-web', { authentication });
        const tokens = await signIn(visitor(deployment), party, BOB);
        await party.refresh(tokens.refresh_token ?? '');
      }
    });

    it('gets nothing with a wrong secret, no secret, or both at once', async () => {
      const { secret } = DEMO_CLIENTS['notes-web'];
      const basic = (password: string) => ({
        authorization: `Basic ${btoa(`notes-web:${password}`)}`,
      });
      for (const [headers, form, status] of [
        [basic('wrong'), {}, 401],
        [basic(''), {}, 400],
        [{}, { client_id: 'notes-web' }, 401],
        [{}, { client_id: 'notes-web', client_secret: 'wrong' }, 401],
        [{}, { client_id: 'nobody', client_secret: secret }, 401],
        [basic(secret), { client_id: 'notes-web', client_secret: secret }, 400],
        [{}, {}, 400],
      ] as const) {
        const response = await fetch(endpoint('/token'), {
          method: 'POST',
          headers: { ...headers },
          body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'x', ...form }),
        });
        const body = (await response.json()) as Record<string, string>;
        assert.equal(response.status, status, JSON.stringify([headers, form]));
        assert.equal(body.error, status === 401 ? 'invalid_client' : 'invalid_request');
        assert.equal(response.headers.get('cache-control'), 'no-store');
      }
    });
  });

  describe('a single-page application', () => {
    it('reaches token, userinfo and revocation from its own origin', async () => {
      const origin = 'http://localhost:5173';
      const party = await demoParty(deployment, 'notes-spa');
      const request = await party.begin();
      const arrived = await walkThrough(visitor(deployment), request.url, ALICE);
      for (const path of ['/token', '/me', '/token/revocation']) {
        const answer = await preflight(path, origin);
        assert.equal(answer.status, 204, path);
        assert.equal(answer.headers.get('access-control-allow-origin'), origin);
        assert.match(answer.headers.get('access-control-allow-methods') ?? '', /POST/);
        assert.match(answer.headers.get('access-control-allow-headers') ?? '', /authorization/i);
      }
      const response = await fetch(endpoint('/token'), {
        method: 'POST',
        headers: { origin },
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          client_id: 'notes-spa',
          code: answerAt(arrived, party).code ?? '',
          redirect_uri: party.redirectUri,
          code_verifier: request.checks.pkceCodeVerifier ?? '',
        }),
      });
      assert.equal(response.status, 200);
      assert.equal(response.headers.get('access-control-allow-origin'), origin);
      assert.match(response.headers.get('vary') ?? '', /origin/i);
      const tokens = (await response.json()) as Record<string, string>;
      const info = await fetch(endpoint('/me'), {
        headers: { origin, authorization: `Bearer ${tokens.access_token}` },
      });
      assert.equal(info.headers.get('access-control-allow-origin'), origin);
      await info.body?.cancel();
    });

    it('is told nothing at another origin, nor is anybody else', async () => {
      for (const [clientId, origin] of [
        ['notes-spa', 'https://evil.test'],
        ['notes-spa', 'http://localhost:5174'],
        ['notes-spa', 'null'],
        ['notes-web', 'http://localhost:5173'],
      ] as const) {
        const response = await fetch(endpoint('/token'), {
          method: 'POST',
          headers: { origin },
          body: new URLSearchParams({ grant_type: 'refresh_token', client_id: clientId }),
        });
        assert.ok(response.status >= 400);
        assert.equal(response.headers.get('access-control-allow-origin'), null, origin);
        assert.equal(response.headers.get('access-control-allow-credentials'), null);
        await response.body?.cancel();
      }
    });

    it('never reaches what a session cookie would open', async () => {
      for (const path of ['/auth', '/session/end', '/interaction/x']) {
        const answer = await preflight(path, 'http://localhost:5173');
        assert.equal(answer.headers.get('access-control-allow-origin'), null, path);
        await answer.body?.cancel();
      }
    });
  });

  describe('a program on somebody’s computer', () => {
    it('listens on any port of either loopback address', async () => {
      for (const redirectUri of [
        'http://127.0.0.1:50001/callback',
        'http://127.0.0.1:65535/callback',
        'http://[::1]:50001/callback',
        'http://[::1]/callback',
      ]) {
        const party = await demoParty(deployment, 'notes-cli', { redirectUri });
        const tokens = await signIn(visitor(deployment), party, ALICE);
        assert.ok(tokens.refresh_token);
      }
    });

    it('is not given a code silently, because anybody could have asked', async () => {
      const party = await demoParty(deployment, 'notes-cli');
      const browser = visitor(deployment);
      await signIn(browser, party, ALICE);
      const { url } = await party.begin({ prompt: 'none' });
      assert.equal(answerAt(await browser.open(url.href), party).error, 'interaction_required');
      const asked = await browser.open((await party.begin()).url.href);
      assert.match(asked.text, /wants to continue with your account/);
    });
  });

  describe('a machine', () => {
    it('gets a JWT for the API of its own application, or of the one that it names', async () => {
      const { config, verify } = await demoParty(deployment, 'reports-job');
      for (const [parameters, audience, roles] of [
        [{}, NOTES_API, ['reader']],
        [{ resource: NOTES_API }, NOTES_API, ['reader']],
        [{ resource: PAYROLL_API }, PAYROLL_API, []],
      ] as const) {
        const tokens = await client.clientCredentialsGrant(config, { ...parameters });
        assert.equal(decodeProtectedHeader(tokens.access_token).typ, 'at+jwt');
        const claims = await verify(tokens.access_token, audience);
        assert.equal(claims.sub, 'reports-job');
        assert.deepEqual(claims.roles, roles);
        assert.equal(tokens.refresh_token, undefined);
        assert.equal(tokens.id_token, undefined);
      }
    });

    it('is never redirected, and nobody else is a machine', async () => {
      const browser = visitor(deployment);
      const page = await browser.open(
        endpoint('/auth?client_id=reports-job&response_type=code&scope=openid'),
      );
      assert.equal(page.status, 400);
      const { config } = await demoParty(deployment, 'notes-web');
      await assert.rejects(client.clientCredentialsGrant(config), {
        error_description: 'requested grant type is not allowed for this client',
      });
    });
  });
});
