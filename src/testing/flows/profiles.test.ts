import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { decodeJwt } from 'jose';
import { answerAt, visitor } from '../demo-clients.ts';
import { fetchThrough } from '../fetch-through.ts';
import { startDeployment, type TestDeployment } from '../gatehouse.ts';
import { createPlainBrowser, type PlainPage } from '../plain-browser.ts';
import { walkThrough } from '../relying-party.ts';
import { seedMore } from '../seed-more.ts';

const CALLBACK = 'https://app.example/callback?tenant=one';
const OTHER = 'http://localhost:9000/cb';
const NATIVE = 'http://127.0.0.1/callback';
const CAROL = { identifier: 'carol', password: 'carol-demo-password' };
const SECRET = 'a-secret-of-forty-characters-for-profiles';
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const CHALLENGE = { code_challenge: hash('sha256', VERIFIER, 'base64url') };
const S256 = { ...CHALLENGE, code_challenge_method: 'S256' };

/** Behind a proxy that speaks https: what `compat` takes by POST needs secure cookies. */
const ISSUERS = {
  strict: 'https://strict.example',
  lenient: 'https://lenient.example',
} as const;
type Slug = keyof typeof ISSUERS;
const SLUGS: readonly Slug[] = ['strict', 'lenient'];

/** A tenant with one client of each kind, under a profile. */
function tenantOf(slug: string, issuer: string | undefined, profile: string) {
  return {
    slug,
    name: slug,
    ...(issuer === undefined ? {} : { issuer }),
    settings: { profile },
    applications: [
      {
        key: 'app',
        name: 'App',
        firstParty: true,
        clients: [
          {
            client_id: 'web',
            client_secret: { value: SECRET },
            redirect_uris: [CALLBACK, OTHER],
            grant_types: ['authorization_code', 'refresh_token'],
          },
          {
            client_id: 'public',
            token_endpoint_auth_method: 'none',
            redirect_uris: [CALLBACK],
          },
          {
            client_id: 'native',
            token_endpoint_auth_method: 'none',
            application_type: 'native',
            redirect_uris: [NATIVE, 'com.example.app:/callback'],
          },
        ],
      },
    ],
    accounts: [{ username: 'carol', password: { value: CAROL.password } }],
  };
}

describe('the profile of a tenant', () => {
  let deployment: TestDeployment;
  let send: typeof fetch;
  before(async () => {
    deployment = await startDeployment();
    send = fetchThrough(Number(new URL(deployment.publicUrl).port));
    await seedMore(
      deployment,
      tenantOf('strict', ISSUERS.strict, 'baseline'),
      tenantOf('lenient', ISSUERS.lenient, 'compat'),
      tenantOf('local', undefined, 'compat'),
    );
  });
  after(() => deployment.stop());

  const issuers: readonly string[] = Object.values(ISSUERS);
  const browserOf = () =>
    createPlainBrowser({ fetch: send, stopAt: (url) => !issuers.includes(new URL(url).origin) });
  const request = (slug: Slug, parameters: Record<string, string>) => {
    const defaults = { client_id: 'web', response_type: 'code', scope: 'openid', state: 's' };
    const all = { ...defaults, redirect_uri: CALLBACK, ...parameters };
    return `${ISSUERS[slug]}/auth?${new URLSearchParams(all)}`;
  };
  const redeem = async (slug: Slug, page: PlainPage, parameters: Record<string, string>) => {
    const code = new URL(page.url).searchParams.get('code') ?? '';
    const body = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, ...parameters };
    const response = await send(`${ISSUERS[slug]}/token`, {
      method: 'POST',
      body: new URLSearchParams(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, string> };
  };
  const asWeb = { client_id: 'web', client_secret: SECRET };

  for (const slug of SLUGS) {
    describe(`of the tenant ${slug}`, () => {
      it('has no implicit or hybrid flow and no password grant', async () => {
        for (const responseType of ['token', 'id_token', 'code id_token', 'none']) {
          const url = request(slug, { response_type: responseType, nonce: 'n', ...S256 });
          const { error } = answerAt(await browserOf().open(url), { redirectUri: CALLBACK });
          // The account page's own client has `none`; beside PKCE it is no request of anybody.
          const none = responseType === 'none';
          assert.equal(error, none ? 'invalid_request' : 'unsupported_response_type', responseType);
        }
        const response = await send(`${ISSUERS[slug]}/token`, {
          method: 'POST',
          body: new URLSearchParams({ grant_type: 'password', ...asWeb }),
        });
        assert.equal(response.status, 400);
        await response.body?.cancel();
      });

      it('asks public clients for PKCE, with S256', async () => {
        for (const [client, redirectUri] of [
          ['public', CALLBACK],
          ['native', 'http://127.0.0.1:5000/callback'],
        ] as const) {
          for (const pkce of [{}, CHALLENGE, { ...CHALLENGE, code_challenge_method: 'plain' }]) {
            const url = request(slug, { client_id: client, redirect_uri: redirectUri, ...pkce });
            const answer = answerAt(await browserOf().open(url), { redirectUri });
            assert.equal(answer.error, 'invalid_request', JSON.stringify(pkce));
            assert.equal(answer.state, 's');
          }
        }
      });

      it('compares redirect URIs exactly', async () => {
        for (const redirectUri of [
          'https://app.example/callback',
          'https://app.example/callback?tenant=one&more=1',
          'https://app.example/callback?tenant=ONE',
          'https://app.example/Callback?tenant=one',
          'https://app.example/callback/?tenant=one',
          'https://app.example//callback?tenant=one',
          'https://app.example/x/../callback?tenant=one',
          'https://APP.example/callback?tenant=one',
          'https://app.example:443/callback?tenant=one',
          'https://app.example:444/callback?tenant=one',
          'https://app.example./callback?tenant=one',
          'https://app.example@evil.test/callback?tenant=one',
          'https://evil.test/callback?tenant=one',
          'http://app.example/callback?tenant=one',
          `${CALLBACK}#`,
          `${CALLBACK}%20`,
          // A web client's port is part of it, on a loopback address too (RFC 8252, 7.3).
          'http://localhost:9001/cb',
          'http://127.0.0.1:9000/cb',
          'http://localhost:9000/cb/',
        ]) {
          const page = await browserOf().open(
            request(slug, { redirect_uri: redirectUri, ...S256 }),
          );
          assert.equal(page.status, 400, redirectUri);
          assert.ok(page.url.startsWith(`${ISSUERS[slug]}/auth?`), page.url);
          assert.match(page.text, /invalid_redirect_uri/);
        }
        for (const [redirectUri, status] of [
          ['http://127.0.0.1:65000/callback', 200],
          ['http://127.0.0.1/callback', 200],
          ['com.example.app:/callback', 200],
          ['http://localhost:65000/callback', 400],
          ['http://127.0.0.1:65000/callback2', 400],
          ['https://127.0.0.1:65000/callback', 400],
          ['com.example.app:/callback2', 400],
        ] as const) {
          const url = request(slug, { client_id: 'native', redirect_uri: redirectUri, ...S256 });
          assert.equal((await browserOf().open(url)).status, status, redirectUri);
        }
      });

      it('binds a code to its client, its verifier and its redirect URI', async () => {
        const browser = browserOf();
        for (const wrong of [
          { code_verifier: `${VERIFIER}x` },
          { code_verifier: '' },
          { redirect_uri: OTHER },
          { client_id: 'public', client_secret: '' },
        ]) {
          const page = await walkThrough(browser, request(slug, S256), CAROL);
          const right = { ...asWeb, code_verifier: VERIFIER };
          const refused = await redeem(slug, page, { ...right, ...wrong });
          assert.equal(refused.status, 400, JSON.stringify(wrong));
          assert.match(refused.body.error ?? '', /invalid_grant|invalid_request/);
        }
        const page = await walkThrough(browser, request(slug, S256), CAROL);
        const tokens = await redeem(slug, page, { ...asWeb, code_verifier: VERIFIER });
        assert.equal(tokens.status, 200);
      });
    });
  }

  describe('baseline', () => {
    it('asks confidential clients for PKCE, too', async () => {
      for (const pkce of [{}, { ...CHALLENGE, code_challenge_method: 'plain' }]) {
        const page = await browserOf().open(request('strict', pkce));
        assert.equal(answerAt(page, { redirectUri: CALLBACK }).error, 'invalid_request');
      }
    });

    it('takes no authorization request by POST', async () => {
      const url = new URL(request('strict', S256));
      const response = await send(`${url.origin}${url.pathname}`, {
        method: 'POST',
        body: url.searchParams,
        redirect: 'manual',
      });
      assert.equal(response.status, 404);
      await response.body?.cancel();
    });

    it('keeps its session from requests that other sites post, as compat must not', async () => {
      for (const [slug, sameSite] of [
        ['strict', 'lax'],
        ['lenient', 'none'],
      ] as const) {
        const browser = browserOf();
        await walkThrough(browser, request(slug, S256), CAROL);
        const cookies = await browser.jar.getCookies(ISSUERS[slug]);
        const cookie = cookies.find(({ key }) => key === `gatehouse_session_${slug}`);
        assert.equal(cookie?.sameSite, sameSite);
        assert.ok(cookie?.secure && cookie.httpOnly);
      }
    });
  });

  describe('compat', () => {
    it('lets a confidential client go without PKCE, and holds it to PKCE if it began', async () => {
      const browser = browserOf();
      const page = await walkThrough(browser, request('lenient', {}), CAROL);
      assert.equal((await redeem('lenient', page, asWeb)).status, 200);
      const begun = await walkThrough(browser, request('lenient', S256), CAROL);
      const refused = await redeem('lenient', begun, asWeb);
      assert.equal(refused.body.error, 'invalid_grant');
      // RFC 9700, 2.1.1: a verifier for a request without a challenge is a downgrade.
      const plain = await walkThrough(browser, request('lenient', {}), CAROL);
      const downgraded = await redeem('lenient', plain, { ...asWeb, code_verifier: VERIFIER });
      assert.equal(downgraded.body.error, 'invalid_grant');
    });

    it('takes an authorization request by POST, with the session', async () => {
      const browser = browserOf();
      const page = await walkThrough(browser, request('lenient', {}), CAROL);
      const first = await redeem('lenient', page, asWeb);
      const post = (parameters: Record<string, string>) => {
        const url = new URL(request('lenient', parameters));
        return browser.request(`${url.origin}${url.pathname}`, {
          method: 'POST',
          body: url.searchParams,
          headers: { origin: 'https://app.example' },
        });
      };
      const silent = await post({ prompt: 'none' });
      const location = silent.headers.get('location') ?? '';
      assert.ok(location.startsWith(CALLBACK), location);
      const second = await redeem('lenient', { ...page, url: location }, asWeb);
      assert.equal(
        decodeJwt(second.body.id_token ?? '').sub,
        decodeJwt(first.body.id_token ?? '').sub,
      );

      const asked = await post({ prompt: 'login' });
      const arrived = await walkThrough(browser, asked.headers.get('location') ?? '', CAROL);
      assert.equal((await redeem('lenient', arrived, asWeb)).status, 200);
    });

    it('works without https on a loopback address, where browsers could not take a POST', async () => {
      const endpoint = `${deployment.publicUrl}/t/local/auth`;
      const { searchParams } = new URL(request('lenient', {}));
      const browser = visitor(deployment);
      const page = await walkThrough(browser, `${endpoint}?${searchParams}`, CAROL);
      assert.ok(answerAt(page, { redirectUri: CALLBACK }).code);
      const cookies = await browser.jar.getCookies(`${deployment.publicUrl}/t/local`);
      const cookie = cookies.find(({ key }) => key === 'gatehouse_session_local');
      assert.equal(cookie?.sameSite, 'lax');
      const posted = await fetch(endpoint, { method: 'POST', body: searchParams });
      assert.equal(posted.status, 404);
      await posted.body?.cancel();
    });

    it('does not confuse its session with a stricter tenant’s', async () => {
      const browser = browserOf();
      await walkThrough(browser, request('lenient', {}), CAROL);
      const page = await browser.open(request('strict', { prompt: 'none', ...S256 }));
      assert.equal(answerAt(page, { redirectUri: CALLBACK }).error, 'login_required');
    });
  });
});
