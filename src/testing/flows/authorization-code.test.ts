import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as client from 'openid-client';
import { ALICE, STORES, startDeployment, type TestDeployment } from '../gatehouse.ts';
import { createPlainBrowser } from '../plain-browser.ts';
import { createRelyingParty, signIn } from '../relying-party.ts';

const CALLBACK = 'http://localhost:8080/callback';

for (const store of STORES) {
  describe(`a web application by discovery alone, artifacts in ${store}`, () => {
    let deployment: TestDeployment;
    before(async () => {
      deployment = await startDeployment({ store });
    });
    after(() => deployment.stop());

    const newParty = () =>
      createRelyingParty({
        issuer: deployment.publicUrl,
        clientId: 'notes-web',
        secret: 'demo-secret-of-notes-web-not-for-production',
        redirectUri: CALLBACK,
        scope: 'openid profile email roles',
      });
    const newBrowser = () =>
      createPlainBrowser({ stopAt: (url) => url.startsWith('http://localhost:8080/') });

    it('signs a person in, and everything that it got works until it signs them out', async () => {
      const party = await newParty();
      const browser = newBrowser();
      const tokens = await signIn(browser, party, ALICE);

      const idToken = await party.verify(tokens.id_token ?? '', 'notes-web');
      assert.deepEqual(idToken.roles, ['editor']);
      const userinfo = await client.fetchUserInfo(
        party.config,
        tokens.access_token,
        idToken.sub ?? '',
      );
      assert.equal(userinfo.email, 'alice@example.com');
      assert.equal(userinfo.given_name, 'Alice');

      const refreshed = await party.refresh(tokens.refresh_token ?? '');
      assert.notEqual(refreshed.refresh_token, tokens.refresh_token);
      const introspected = await client.tokenIntrospection(party.config, refreshed.access_token);
      assert.equal(introspected.active, true);

      await client.tokenRevocation(party.config, refreshed.access_token);
      const revoked = await client.tokenIntrospection(party.config, refreshed.access_token);
      assert.equal(revoked.active, false);

      const logout = client.buildEndSessionUrl(party.config, {
        id_token_hint: tokens.id_token ?? '',
        post_logout_redirect_uri: 'http://localhost:8080/',
        state: 'bye',
      });
      const confirm = await browser.open(logout.href);
      assert.equal(confirm.status, 200);
      const out = await browser.submit(confirm, {}, { button: 'yes' });
      assert.equal(out.url, 'http://localhost:8080/?state=bye');
      await assert.rejects(party.refresh(refreshed.refresh_token ?? ''), {
        error: 'invalid_grant',
      });
    });
  });
}
