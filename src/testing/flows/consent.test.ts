import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { answerAt, demoParty, visitor } from '../demo-clients.ts';
import { ALICE, BOB, startDeployment, type TestDeployment } from '../gatehouse.ts';
import type { PlainBrowser, PlainPage } from '../plain-browser.ts';
import { createRelyingParty, type Person, type RelyingParty, signIn } from '../relying-party.ts';
import { seedMore } from '../seed-more.ts';

const CALLBACK = 'http://localhost:9000/callback';
/** May do in Radio whatever she allows it to do for her. */
const RITA = { identifier: 'rita', password: 'rita-demo-password' };
const HOSTILE = '<img src=x onerror=alert(1)> & "Co" \u202eevil';

const thirdParty = (key: string, name: string, more: Record<string, unknown> = {}) => ({
  key,
  name,
  audience: `https://api.${key}.example`,
  roles: [{ key: 'user', permissions: [`${key}:read`, `${key}:write`] }],
  clients: [
    {
      client_id: key,
      client_name: name,
      token_endpoint_auth_method: 'none',
      redirect_uris: [CALLBACK],
      grant_types: ['authorization_code', 'refresh_token'],
      ...more,
    },
  ],
});

describe('consent', () => {
  let deployment: TestDeployment;
  before(async () => {
    deployment = await startDeployment();
    await seedMore(
      deployment,
      {
        slug: 'default',
        applications: [
          thirdParty('radio', 'Radio'),
          thirdParty('hostile', HOSTILE, {
            client_uri: 'https://hostile.example/?a="><script>',
            tos_uri: 'https://hostile.example/tos',
          }),
        ],
        accounts: [{ username: 'rita', password: { value: RITA.password }, roles: ['radio:user'] }],
      },
      {
        slug: 'other',
        name: 'Other',
        applications: [thirdParty('radio', 'Radio')],
        accounts: [{ username: 'alice', password: { value: 'alice-of-other' } }],
      },
    );
    // A token gets the scopes that its person's roles permit, however many were allowed.
    await deployment.backends.db.raw(
      `insert into account_roles (tenant_id, account_id, role_id)
       select roles.tenant_id, accounts.id, roles.id
       from accounts join roles on roles.tenant_id = accounts.tenant_id
       join applications on applications.id = roles.application_id and applications.key = 'radio'
       where username = 'bob'`,
    );
  });
  after(() => deployment.stop());

  const partyOf = (clientId: string, path = '') =>
    createRelyingParty({
      issuer: `${deployment.publicUrl}${path}`,
      clientId,
      redirectUri: CALLBACK,
    });

  /** Signs in (where a session is missing) and stands at whatever comes next. */
  const ask = async (
    browser: PlainBrowser,
    party: RelyingParty,
    person: Person,
    parameters: Record<string, string>,
  ) => {
    const request = await party.begin(parameters);
    let page = await browser.open(request.url.href);
    if (page.document.querySelector('input[name=password]') !== null) {
      page = await browser.submit(page, { ...person }, { action: '/sign-in' });
    }
    return { request, page };
  };
  const asksConsent = (page: PlainPage) =>
    page.document.querySelector('form[action$="/consent"]') !== null;

  it('is asked once for what was allowed, in every session and browser', async () => {
    const radio = await partyOf('radio');
    const browser = visitor(deployment);
    const scope = 'email openid';
    const { request, page } = await ask(browser, radio, ALICE, { scope });
    assert.ok(asksConsent(page));
    assert.match(page.text, /See your email address/);
    assert.doesNotMatch(page.text, /See your profile/);
    const arrived = await browser.submit(page, {}, { action: '/consent' });
    const tokens = await request.redeem(arrived.url);
    assert.equal(tokens.scope, scope);

    for (const again of [browser, visitor(deployment)]) {
      const { request: next, page: end } = await ask(again, radio, ALICE, { scope });
      const more = await next.redeem(end.url);
      assert.equal(more.scope, scope);
    }
    // Less than that was part of it.
    const { page: less } = await ask(visitor(deployment), radio, ALICE, { scope: 'openid' });
    assert.ok(answerAt(less, radio).code);
  });

  it('is asked anew only for what is new, and only of whom it concerns', async () => {
    const radio = await partyOf('radio');
    const browser = visitor(deployment);
    await signIn(browser, radio, BOB, { scope: 'openid email' });
    const { request, page } = await ask(browser, radio, BOB, { scope: 'openid email phone' });
    assert.ok(asksConsent(page));
    assert.match(page.text, /See your phone number/);
    assert.doesNotMatch(page.text, /See your email address/);
    const arrived = await browser.submit(page, {}, { action: '/consent' });
    const tokens = await request.redeem(arrived.url);
    assert.deepEqual(tokens.scope?.split(' ').sort(), ['email', 'openid', 'phone']);

    const silent = await radio.begin({ scope: 'openid address', prompt: 'none' });
    const answer = answerAt(await browser.open(silent.url.href), radio);
    assert.equal(answer.error, 'consent_required');
    const other = visitor(deployment);
    const { page: hers } = await ask(other, radio, ALICE, { scope: 'openid phone' });
    assert.ok(asksConsent(hers));
  });

  it('for an API names the application and what is asked for', async () => {
    const radio = await partyOf('radio');
    const browser = visitor(deployment);
    const parameters = { scope: 'openid radio:read', resource: 'https://api.radio.example' };
    const { request, page } = await ask(browser, radio, RITA, parameters);
    assert.ok(asksConsent(page));
    assert.match(page.text, /Act for you in .*Radio/);
    assert.match(page.text, /radio:read/);
    assert.doesNotMatch(page.text, /radio:write/);
    const arrived = await browser.submit(page, {}, { action: '/consent' });
    const tokens = await request.redeem(arrived.url, { resource: parameters.resource });
    assert.equal(tokens.scope, 'radio:read');

    const { page: wider } = await ask(browser, radio, RITA, {
      ...parameters,
      scope: 'openid radio:read radio:write',
    });
    assert.match(wider.text, /radio:write/);
    assert.doesNotMatch(wider.text, /radio:read/);
  });

  it('that is refused gives nothing, and is asked again', async () => {
    const radio = await partyOf('radio');
    const browser = visitor(deployment);
    const parameters = { scope: 'openid address' };
    for (const _time of [1, 2]) {
      const { request, page } = await ask(browser, radio, ALICE, parameters);
      assert.ok(asksConsent(page));
      const refused = await browser.submit(page, {}, { action: '/abort' });
      const answer = answerAt(refused, radio);
      assert.equal(answer.error, 'access_denied');
      assert.equal(answer.state, request.checks.expectedState);
      assert.equal(answer.code, undefined);
    }
    const { backends } = deployment;
    const alice = await backends
      .db('accounts')
      .join('tenants', 'tenants.id', 'accounts.tenant_id')
      .where({ username: 'alice', slug: 'default' })
      .first('accounts.id', 'tenant_id');
    const recorded = await backends.grants.find(alice.tenant_id, alice.id, 'radio');
    assert.ok(!recorded?.scopes.includes('address'));
    // The session is not punished for it.
    const { page } = await ask(browser, radio, ALICE, { scope: 'openid', prompt: 'none' });
    assert.ok(answerAt(page, radio).code);
  });

  it('is what the page showed, whatever is posted', async () => {
    const radio = await partyOf('radio');
    const browser = visitor(deployment);
    const { request, page } = await ask(browser, radio, BOB, {
      scope: 'openid',
      prompt: 'consent',
    });
    const arrived = await browser.submit(
      page,
      { scope: 'openid address phone email', client_id: 'hostile' },
      { action: '/consent' },
    );
    const tokens = await request.redeem(arrived.url);
    assert.equal(tokens.scope, 'openid');
  });

  it('is never asked for a first-party application', async () => {
    const payroll = await demoParty(deployment, 'payroll-web');
    const scope = 'openid profile email address phone roles payroll:none';
    const { request, page } = await ask(visitor(deployment), payroll, ALICE, { scope });
    assert.ok(!asksConsent(page));
    await request.redeem(page.url);
  });

  it('of a native client is a press on "Continue", but not right after a password', async () => {
    const cli = await demoParty(deployment, 'notes-cli');
    const browser = visitor(deployment);
    const parameters = { scope: 'openid profile' };
    const first = await ask(browser, cli, ALICE, parameters);
    assert.ok(asksConsent(first.page));
    await browser.submit(first.page, {}, { action: '/consent' });
    const second = await ask(browser, cli, ALICE, parameters);
    assert.match(second.page.text, /wants to continue with your account/);
    assert.match(second.page.text, /already allowed/);
    const third = await ask(visitor(deployment), cli, ALICE, parameters);
    assert.ok(answerAt(third.page, cli).code);
  });

  it('shows a name as text, whatever it holds', async () => {
    const hostile = await partyOf('hostile');
    const browser = visitor(deployment);
    const { page } = await ask(browser, hostile, ALICE, {});
    assert.ok(asksConsent(page));
    assert.equal(page.document.querySelectorAll('main img, script').length, 0);
    assert.match(page.text, /&lt;img src=x onerror=alert\(1\)&gt; &amp; &quot;Co&quot;/);
    assert.ok(!page.text.includes('\u202e'));
    for (const link of page.document.querySelectorAll('a')) {
      assert.match(link.getAttribute('href') ?? '', /^https:\/\/hostile\.example\//);
      assert.match(link.getAttribute('rel') ?? '', /noopener/);
    }
  });

  it('is given in one tenant, and unknown in another', async () => {
    const [here, there] = [await partyOf('radio'), await partyOf('radio', '/t/other')];
    const browser = visitor(deployment);
    await signIn(browser, here, ALICE, { scope: 'openid email' });
    const { page } = await ask(
      browser,
      there,
      { identifier: 'alice', password: 'alice-of-other' },
      { scope: 'openid email' },
    );
    assert.ok(asksConsent(page));
    assert.match(page.text, /See your email address/);
  });
});
