import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as client from 'openid-client';
import { demoParty, visitor } from '../demo-clients.ts';
import { ALICE, STORES, startDeployment, type TestDeployment } from '../gatehouse.ts';
import type { PlainBrowser } from '../plain-browser.ts';
import { type RelyingParty, signIn } from '../relying-party.ts';

const OFFLINE = { scope: 'openid offline_access', prompt: 'consent' };
const NOTES_API = 'https://api.notes.example';

for (const store of STORES) {
  describe(`after signing out, artifacts in ${store}`, () => {
    let deployment: TestDeployment;
    let notes: RelyingParty;
    before(async () => {
      deployment = await startDeployment({ store });
      notes = await demoParty(deployment, 'notes-web');
    });
    after(() => deployment.stop());

    const signOut = async (browser: PlainBrowser, idToken = '') => {
      const url = client.buildEndSessionUrl(notes.config, { id_token_hint: idToken });
      const confirm = await browser.open(url.href);
      const done = await browser.submit(confirm, {}, { button: 'yes' });
      assert.match(done.text, /You are signed out/);
    };
    const userinfoStatus = async (accessToken: string) => {
      const answer = await fetch(`${deployment.publicUrl}/me`, {
        headers: { authorization: `Bearer ${accessToken}` },
      });
      await answer.body?.cancel();
      return answer.status;
    };

    it('nothing works that was not meant to outlive it', async () => {
      const browser = visitor(deployment);
      const tokens = await signIn(browser, notes, ALICE);
      const forApi = await signIn(browser, notes, ALICE, {
        scope: 'openid notes:read',
        resource: NOTES_API,
      });
      assert.equal(await userinfoStatus(tokens.access_token), 200);
      await signOut(browser, tokens.id_token);

      assert.equal(await userinfoStatus(tokens.access_token), 401);
      for (const { refresh_token: refreshToken = '', access_token: accessToken } of [
        tokens,
        forApi,
      ]) {
        await assert.rejects(notes.refresh(refreshToken), { error: 'invalid_grant' });
        const told = await client.tokenIntrospection(notes.config, accessToken);
        assert.equal(told.active, false);
      }
      const { url } = await notes.begin({ prompt: 'none' });
      assert.match((await browser.open(url.href)).url, /error=login_required/);
    });

    it('offline access goes on, for as long as it is wanted', async () => {
      const browser = visitor(deployment);
      const tokens = await signIn(browser, notes, ALICE, OFFLINE);
      assert.match(tokens.scope ?? '', /offline_access/);
      await signOut(browser, tokens.id_token);

      const refreshed = await notes.refresh(tokens.refresh_token ?? '');
      assert.equal(await userinfoStatus(refreshed.access_token), 200);
      const again = await notes.refresh(refreshed.refresh_token ?? '');
      await client.tokenRevocation(notes.config, again.refresh_token ?? '');
      await assert.rejects(notes.refresh(again.refresh_token ?? ''), { error: 'invalid_grant' });
      assert.equal(await userinfoStatus(again.access_token), 401);
    });
  });
}

describe('offline access', () => {
  let deployment: TestDeployment;
  let notes: RelyingParty;
  before(async () => {
    deployment = await startDeployment();
    notes = await demoParty(deployment, 'notes-web');
  });
  after(() => deployment.stop());

  it('is asked of the person, every time', async () => {
    const browser = visitor(deployment);
    const tokens = await signIn(browser, notes, ALICE, OFFLINE);
    assert.match(tokens.scope ?? '', /offline_access/);
    const { url } = await notes.begin(OFFLINE);
    assert.match((await browser.open(url.href)).text, /Stay connected while you are away/);
    // OpenID Connect Core 1.0, section 11: ignored unless consent is asked for.
    const silently = await signIn(browser, notes, ALICE, { scope: OFFLINE.scope });
    assert.equal(silently.scope, 'openid');
  });

  it('keeps the session cookie only where the person wants that', async () => {
    const url = `${deployment.publicUrl}/`;
    const name = 'gatehouse_session_default';
    for (const remember of [false, true]) {
      const browser = visitor(deployment);
      const request = await notes.begin({ scope: 'openid' });
      const page = await browser.open(request.url.href);
      await browser.submit(
        page,
        { ...ALICE, ...(remember ? { remember: 'yes' } : {}) },
        { action: '/sign-in' },
      );
      const cookies = await browser.jar.getCookies(url);
      const cookie = cookies.find(({ key }) => key === name);
      if (!remember) {
        assert.equal(cookie?.expires, 'Infinity');
        continue;
      }
      assert.ok(cookie?.expires instanceof Date);
      const days = (cookie.expires.getTime() - Date.now()) / 86_400_000;
      assert.ok(days > 13.9 && days < 14.1, String(days));
    }
  });
});
