import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as client from 'openid-client';
import { answerAt, DEMO_CLIENTS, demoParty, visitor } from '../demo-clients.ts';
import { ALICE, STORES, startDeployment, type TestDeployment } from '../gatehouse.ts';
import type { PlainBrowser } from '../plain-browser.ts';
import { type RelyingParty, signIn, walkThrough } from '../relying-party.ts';
import { seedMore } from '../seed-more.ts';

const NOTES_API = 'https://api.notes.example';
/** In the other tenant the same client id, the same redirect URI, the same audience and name. */
const TWIN_SECRET = 'another-secret-of-forty-characters-or-so';
const TWIN_ALICE = { identifier: 'alice', password: 'another-password-of-alice' };
const TWIN = {
  slug: 'twin',
  name: 'Twin',
  applications: [
    {
      key: 'notes',
      name: 'Notes of Twin',
      firstParty: true,
      audience: NOTES_API,
      roles: [{ key: 'editor', permissions: ['notes:read'] }],
      clients: [
        {
          client_id: 'notes-web',
          client_secret: { value: TWIN_SECRET },
          redirect_uris: [DEMO_CLIENTS['notes-web'].redirectUri],
          grant_types: ['authorization_code', 'refresh_token'],
        },
      ],
    },
  ],
  accounts: [{ username: 'alice', password: { value: TWIN_ALICE.password } }],
};

for (const store of STORES) {
  describe(`two tenants of one deployment, artifacts in ${store}`, () => {
    let deployment: TestDeployment;
    /** The same client id in both. */
    let home: RelyingParty;
    let twin: RelyingParty;
    before(async () => {
      deployment = await startDeployment({ store });
      await seedMore(deployment, TWIN);
      home = await demoParty(deployment, 'notes-web');
      twin = await demoParty(deployment, 'notes-web', {
        issuer: `${deployment.publicUrl}/t/twin`,
        secret: TWIN_SECRET,
      });
    });
    after(() => deployment.stop());

    /** Each tenant with the other one, and who may sign in there. */
    const both = () =>
      [
        { here: home, there: twin, person: ALICE },
        { here: twin, there: home, person: TWIN_ALICE },
      ] as const;
    const silently = async (browser: PlainBrowser, party: RelyingParty) => {
      const { url } = await party.begin({ prompt: 'none', scope: 'openid' });
      return answerAt(await browser.open(url.href), party);
    };

    it('know different people by the same name', async () => {
      for (const { here, there, person } of both()) {
        const { url } = await there.begin();
        const refused = await walkThrough(visitor(deployment), url, person);
        assert.match(refused.text, /don’t match/);
        const tokens = await signIn(visitor(deployment), here, person);
        assert.equal(tokens.claims()?.iss, here.issuer);
      }
    });

    it('know different applications by the same client id', async () => {
      for (const { here, there } of both()) {
        const stranger = await demoParty(deployment, 'notes-web', {
          issuer: here.issuer,
          secret: here === home ? TWIN_SECRET : DEMO_CLIENTS['notes-web'].secret,
        });
        await assert.rejects(stranger.refresh('nothing'), { status: 401 });
        const { url } = await here.begin();
        const page = await visitor(deployment).open(url.href);
        assert.match(page.text, here === home ? /Gatehouse Demo/ : /Twin/);
        assert.notEqual(here.issuer, there.issuer);
      }
    });

    it('do not see a session of the other, not even with its cookie renamed', async () => {
      for (const { here, there, person } of both()) {
        const browser = visitor(deployment);
        await signIn(browser, here, person);
        assert.equal((await silently(browser, there)).error, 'login_required');

        const [from, to] = here === home ? ['default', 'twin'] : ['twin', 'default'];
        for (const { key, value } of await browser.jar.getCookies(`${here.issuer}/auth`)) {
          const renamed = `${key.replace(from, to)}=${value}; Path=/`;
          await browser.jar.setCookie(renamed, deployment.publicUrl);
        }
        assert.equal((await silently(browser, there)).error, 'login_required');
        assert.ok((await silently(browser, here)).code);
      }
    });

    it('do not take a code or a token of the other', async () => {
      for (const { here, there, person } of both()) {
        const request = await here.begin({ resource: NOTES_API });
        const arrived = await walkThrough(visitor(deployment), request.url, person);
        const { code = '' } = answerAt(arrived, here);
        const elsewhere = client.genericGrantRequest(there.config, 'authorization_code', {
          code,
          redirect_uri: there.redirectUri,
          code_verifier: request.checks.pkceCodeVerifier ?? '',
        });
        await assert.rejects(elsewhere, { error: 'invalid_grant' });

        const structured = await request.redeem(arrived.url, { resource: NOTES_API });
        const opaque = await here.refresh(structured.refresh_token ?? '');
        const refreshToken = opaque.refresh_token ?? '';
        await assert.rejects(there.refresh(refreshToken), { error: 'invalid_grant' });
        await assert.rejects(there.verify(structured.access_token, NOTES_API));
        await assert.rejects(
          client.fetchUserInfo(there.config, opaque.access_token, client.skipSubjectCheck),
        );
        for (const token of [structured.access_token, opaque.access_token, refreshToken]) {
          const told = await client.tokenIntrospection(there.config, token);
          assert.deepEqual({ ...told }, { active: false });
          // An unknown token is nothing to complain of (RFC 7009, 2.2), and nothing happens.
          await client.tokenRevocation(there.config, token);
          const still = await client.tokenIntrospection(here.config, token);
          assert.equal(still.active, true);
        }
        await here.refresh(refreshToken);
      }
    });

    it('do not take an interaction of the other', async () => {
      for (const { here, there, person } of both()) {
        const browser = visitor(deployment);
        const { url } = await here.begin();
        const page = await browser.open(url.href);
        const [, uid = ''] = /\/interaction\/([\w-]+)/.exec(page.url) ?? [];
        assert.ok(uid);
        const elsewhere = `${there.issuer}/interaction/${uid}`;
        const [from, to] = here === home ? ['default', 'twin'] : ['twin', 'default'];
        for (const { key, value } of await browser.jar.getCookies(page.url)) {
          const renamed = `${key.replace(from, to)}=${value}; Path=/`;
          await browser.jar.setCookie(renamed, deployment.publicUrl);
        }
        const shown = await browser.open(elsewhere);
        assert.match(shown.text, /This sign-in has expired/);
        const csrf = page.document.querySelector('input[name=csrf]')?.getAttribute('value') ?? '';
        const posted = await browser.request(`${elsewhere}/sign-in`, {
          method: 'POST',
          body: new URLSearchParams({ csrf, ...person }),
          headers: { origin: deployment.publicUrl },
        });
        assert.equal(posted.status, 403);
        const arrived = await browser.submit(page, { ...person }, { action: '/sign-in' });
        assert.ok(arrived.status < 400);
      }
    });

    it('do not believe an ID token of the other', async () => {
      for (const { here, there, person } of both()) {
        const browser = visitor(deployment);
        const { id_token: idToken = '' } = await signIn(browser, here, person);
        const { url } = await there.begin({ id_token_hint: idToken });
        assert.equal(answerAt(await browser.open(url.href), there).error, 'invalid_request');
        const logout = client.buildEndSessionUrl(there.config, { id_token_hint: idToken });
        assert.equal((await browser.open(logout.href)).status, 400);
        assert.ok((await silently(browser, here)).code);
      }
    });

    it('let people sign out of one and stay signed in to the other', async () => {
      for (const { here, there } of both()) {
        const browser = visitor(deployment);
        const tokens = await signIn(browser, home, ALICE);
        const others = await signIn(browser, twin, TWIN_ALICE);
        const { id_token: idToken = '' } = here === home ? tokens : others;
        const logout = client.buildEndSessionUrl(here.config, { id_token_hint: idToken });
        const confirm = await browser.open(logout.href);
        assert.match(
          (await browser.submit(confirm, {}, { button: 'yes' })).text,
          /You are signed out/,
        );
        assert.equal((await silently(browser, here)).error, 'login_required');
        assert.ok((await silently(browser, there)).code);
        const kept = (here === home ? others : tokens).refresh_token ?? '';
        await there.refresh(kept);
      }
    });

    it('count failed sign-ins apart', async () => {
      const browser = visitor(deployment);
      const { url } = await twin.begin();
      let page = await browser.open(url.href);
      for (let attempt = 0; attempt < 11; attempt += 1) {
        const wrong = { ...TWIN_ALICE, password: 'wrong' };
        page = await browser.submit(page, wrong, { action: '/sign-in' });
      }
      assert.match(page.text, /too many attempts/);
      assert.match(page.headers.get('retry-after') ?? '', /^\d+$/);
      await signIn(visitor(deployment), home, ALICE);
    });
  });
}
