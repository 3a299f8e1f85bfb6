import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type * as client from 'openid-client';
import { ACR_SINGLE_FACTOR } from '../../accounts/acr.ts';
import { demoParty, visitor } from '../demo-clients.ts';
import { ALICE, startDeployment, type TestDeployment } from '../gatehouse.ts';
import type { PlainBrowser } from '../plain-browser.ts';
import { type RelyingParty, signIn } from '../relying-party.ts';

/** What the demo seed says of Alice, by the scope that asks for it. */
const ALICES_CLAIMS = {
  profile: {
    name: 'Alice Example',
    given_name: 'Alice',
    family_name: 'Example',
    nickname: 'Al',
    picture: 'https://example.com/alice.png',
    website: 'https://example.com/alice',
    birthdate: '1990-04-01',
    zoneinfo: 'Europe/Berlin',
    locale: 'en-GB',
    preferred_username: 'alice',
  },
  email: { email: 'alice@example.com', email_verified: true },
  address: {
    address: {
      street_address: 'Gate Street 1',
      locality: 'Berlin',
      postal_code: '10115',
      country: 'Germany',
    },
  },
  phone: { phone_number: '+4915112345678', phone_number_verified: true },
};

describe('what a client learns', () => {
  let deployment: TestDeployment;
  let payroll: RelyingParty;
  let alice: PlainBrowser;
  before(async () => {
    deployment = await startDeployment();
    payroll = await demoParty(deployment, 'payroll-web', { scope: 'openid' });
    alice = visitor(deployment);
    await signIn(alice, payroll, ALICE);
  });
  after(() => deployment.stop());

  const userinfo = (accessToken: string, init: RequestInit = {}) =>
    fetch(`${deployment.publicUrl}/me`, {
      ...init,
      headers: { authorization: `Bearer ${accessToken}` },
    });

  describe('from the ID token', () => {
    it('is how, when and for whom somebody signed in', async () => {
      const before = Math.floor(Date.now() / 1000);
      const browser = visitor(deployment);
      const tokens = await signIn(browser, payroll, ALICE);
      const idToken = await payroll.verify(tokens.id_token ?? '', 'payroll-web');
      assert.equal(idToken.aud, 'payroll-web');
      assert.equal(idToken.acr, ACR_SINGLE_FACTOR);
      assert.deepEqual(idToken.amr, ['pwd']);
      assert.ok(Number(idToken.auth_time) >= before);
      assert.ok(Number(idToken.iat) >= Number(idToken.auth_time));
      assert.equal(Number(idToken.exp) - Number(idToken.iat), 600);

      const again = await signIn(browser, payroll, ALICE);
      const refreshed = await payroll.refresh(again.refresh_token ?? '');
      for (const { id_token: other = '' } of [again, refreshed]) {
        const claims = await payroll.verify(other, 'payroll-web');
        for (const name of ['sub', 'sid', 'auth_time', 'acr', 'amr']) {
          assert.deepEqual(claims[name], idToken[name], name);
        }
      }
    });

    it('is a sid of its own for each session and client', async () => {
      const notes = await demoParty(deployment, 'notes-web');
      const browsers = [visitor(deployment), visitor(deployment)];
      const sids: unknown[] = [];
      for (const browser of browsers) {
        for (const party of [payroll, notes]) {
          sids.push((await signIn(browser, party, ALICE)).claims()?.sid);
        }
      }
      assert.equal(new Set(sids).size, 4);
      assert.ok(sids.every((sid) => typeof sid === 'string'));
    });

    it('is nothing about the person that userinfo can tell', async () => {
      const scope = 'openid profile email address phone';
      const tokens = await signIn(alice, payroll, ALICE, { scope });
      const claims = Object.keys(await payroll.verify(tokens.id_token ?? '', 'payroll-web'));
      const expected = 'acr amr aud auth_time exp iat iss nonce sid sub';
      assert.deepEqual(claims.sort(), expected.split(' '));
    });
  });

  describe('from userinfo', () => {
    it('is what each scope asks for, and no more', async () => {
      for (const [scope, claims] of Object.entries(ALICES_CLAIMS)) {
        const tokens = await signIn(alice, payroll, ALICE, { scope: `openid ${scope}` });
        const info = (await (await userinfo(tokens.access_token)).json()) as client.JsonObject;
        const { sub, updated_at: updatedAt, ...rest } = info;
        assert.deepEqual(rest, claims, scope);
        assert.equal(sub, tokens.claims()?.sub);
        assert.equal(typeof updatedAt, scope === 'profile' ? 'number' : 'undefined');
      }
      const bare = await signIn(alice, payroll, ALICE);
      const info = await (await userinfo(bare.access_token)).json();
      assert.deepEqual(info, { sub: bare.claims()?.sub });
    });

    it('is the same by GET, by POST, and with the token in a form', async () => {
      const { access_token: accessToken } = await signIn(alice, payroll, ALICE, {
        scope: 'openid email',
      });
      const byForm = await fetch(`${deployment.publicUrl}/me`, {
        method: 'POST',
        body: new URLSearchParams({ access_token: accessToken }),
      });
      const answers = [
        await userinfo(accessToken),
        await userinfo(accessToken, { method: 'POST' }),
        byForm,
      ];
      for (const answer of answers) {
        assert.equal(answer.status, 200);
        assert.equal(answer.headers.get('cache-control'), 'no-store');
        const { email } = (await answer.json()) as client.JsonObject;
        assert.equal(email, 'alice@example.com');
      }
    });

    it('is nothing without a token that is for it', async () => {
      const tokens = await signIn(alice, payroll, ALICE);
      for (const [token, status] of [
        ['nonsense', 401],
        [`${tokens.access_token}x`, 401],
        [tokens.id_token ?? '', 401],
        [tokens.refresh_token ?? '', 401],
      ] as const) {
        const answer = await userinfo(token);
        assert.equal(answer.status, status);
        assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer .*invalid_token/);
        const { error } = (await answer.json()) as client.JsonObject;
        assert.equal(error, 'invalid_token');
      }
      const bare = await fetch(`${deployment.publicUrl}/me`);
      assert.ok([400, 401].includes(bare.status));
      await bare.body?.cancel();
    });

    it('is who the person is now, and nothing of one who is disabled', async () => {
      const browser = visitor(deployment);
      const tokens = await signIn(browser, payroll, ALICE);
      const { tenants, accounts } = deployment.backends;
      const tenant = await tenants.findBySlug('default');
      const { sub = '' } = tokens.claims() ?? {};
      assert.ok(tenant);
      await accounts.setDisabled(tenant.id, sub, true);
      const answer = await userinfo(tokens.access_token);
      assert.equal(answer.status, 401);
      await answer.body?.cancel();
      await assert.rejects(payroll.refresh(tokens.refresh_token ?? ''), {
        error: 'invalid_grant',
      });
      const { url } = await payroll.begin({ prompt: 'none' });
      const silent = await browser.open(url.href);
      assert.match(silent.url, /error=login_required/);
      await accounts.setDisabled(tenant.id, sub, false);
    });
  });

  describe('through the claims parameter', () => {
    const asking = (claims: object, scope = 'openid') => ({
      scope,
      claims: JSON.stringify(claims),
    });

    it('is exactly the claims that were asked for, where they were asked for', async () => {
      const parameters = asking({
        userinfo: { nickname: null, email: { essential: true } },
        id_token: { given_name: null, email_verified: { essential: true }, auth_time: null },
      });
      const tokens = await signIn(alice, payroll, ALICE, parameters);
      const idToken = await payroll.verify(tokens.id_token ?? '', 'payroll-web');
      assert.equal(idToken.given_name, 'Alice');
      assert.equal(idToken.email_verified, true);
      assert.equal(idToken.nickname, undefined);
      const info = (await (await userinfo(tokens.access_token)).json()) as client.JsonObject;
      assert.deepEqual(info, { sub: idToken.sub, nickname: 'Al', email: 'alice@example.com' });
    });

    it('survives a refresh', async () => {
      const parameters = asking({ id_token: { nickname: null }, userinfo: { email: null } });
      const tokens = await signIn(alice, payroll, ALICE, parameters);
      const refreshed = await payroll.refresh(tokens.refresh_token ?? '');
      const idToken = await payroll.verify(refreshed.id_token ?? '', 'payroll-web');
      assert.equal(idToken.nickname, 'Al');
      const info = (await (await userinfo(refreshed.access_token)).json()) as client.JsonObject;
      assert.equal(info.email, 'alice@example.com');
    });

    it('goes on when a claim is unknown or the person lacks it, essential or not', async () => {
      const unknown = { id_token: { shoe_size: { essential: true }, middle_name: null } };
      const tokens = await signIn(alice, payroll, ALICE, asking(unknown));
      const idToken = await payroll.verify(tokens.id_token ?? '', 'payroll-web');
      assert.ok(!('shoe_size' in idToken) && !('middle_name' in idToken));
    });

    it('asks the person of a third-party application before it tells', async () => {
      const notes = await demoParty(deployment, 'notes-web', { scope: 'openid' });
      const { url } = await notes.begin(asking({ userinfo: { phone_number: null } }));
      const page = await alice.open(url.href);
      assert.match(page.text, /See your .*phone number/);
      assert.doesNotMatch(page.text, /See your .*email/);
    });

    it('wants the person that a sub names', async () => {
      const hers = (await signIn(alice, payroll, ALICE)).claims()?.sub;
      const right = asking({ id_token: { sub: { value: hers } } });
      const tokens = await signIn(alice, payroll, ALICE, { ...right, prompt: 'none' });
      assert.equal(tokens.claims()?.sub, hers);
      const wrong = asking({ id_token: { sub: { value: 'somebody-else' } } });
      const { url } = await payroll.begin({ ...wrong, prompt: 'none' });
      const answer = await alice.open(url.href);
      assert.match(answer.url, /error=login_required/);
    });
  });
});
