import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { csrfToken } from '../http/csrf.ts';
import { loadDeploymentSecrets } from '../keys/deployment-secrets.ts';
import { artifactKey } from '../provider/stored-payload.ts';
import { type AccountGuest, accountGuest, ageSignIns } from '../testing/account-visit.ts';
import { BOB, startDeployment, type TestDeployment } from '../testing/gatehouse.ts';
import { ACCOUNT_ROUTES, type SessionRoute } from './route-table.ts';
import { RECENT_FORM_SECONDS, RECENT_SECONDS } from './sign-in.ts';
import { type AccountVisit, formPurpose } from './visit.ts';

const ROUTES = ACCOUNT_ROUTES.filter((route): route is SessionRoute => route.access === 'session');
const FORMS = ROUTES.filter(({ method }) => method === 'POST');
/** Routes for anybody are few, and each is here for a reason. */
const OPEN = ['/account/signed-in'];
const LINKS = ['/account/email/approve', '/account/email/approve', '/account/email/approve/refuse'];

describe('the table of the account page’s routes', () => {
  let deployment: TestDeployment;
  let guest: AccountGuest;
  before(async () => {
    deployment = await startDeployment();
    guest = accountGuest(deployment);
  });
  after(() => deployment.stop());

  /** Sends something to a route as it is: no page is opened before, no redirect followed. */
  const send = async (
    { method, path }: SessionRoute,
    fields: Record<string, string>,
    headers: Record<string, string> = { origin: deployment.publicUrl },
  ) => {
    const response = await guest.browser.request(`${deployment.publicUrl}${path}`, {
      method,
      headers,
      ...(method === 'POST' ? { body: new URLSearchParams(fields) } : {}),
    });
    const text = await response.text();
    return { status: response.status, text, location: response.headers.get('location') ?? '' };
  };
  /** The token that a route's form has in somebody's session, whatever page shows it when. */
  const tokenOf = async (route: SessionRoute, of = guest): Promise<string> => {
    await of.open();
    const { tenants, artifacts, deploymentSecrets, sealer } = deployment.backends;
    const tenant = await tenants.findBySlug('default');
    assert.ok(tenant);
    const cookies = await of.browser.jar.getCookies(deployment.publicUrl);
    const cookie = cookies.find(({ key }) => key === 'gatehouse_session_default');
    const key = artifactKey('Session', cookie?.value ?? '');
    const session = await artifacts.find(tenant.id, 'Session', key);
    const now = () => new Date();
    const secrets = await loadDeploymentSecrets({ store: deploymentSecrets, sealer, now });
    const ctx = { state: { tenant } } as AccountVisit['ctx'];
    const purpose = formPurpose(ctx, String(session?.payload.uid), route.path);
    return csrfToken(secrets.lookupKey, purpose);
  };

  it('is not empty, and lets anybody in at few addresses', () => {
    assert.ok(FORMS.length > 0);
    const open = ACCOUNT_ROUTES.filter(({ access }) => access === 'anybody');
    assert.deepEqual(
      open.map(({ path }) => path),
      OPEN,
    );
    for (const { method } of open) assert.equal(method, 'GET');
    assert.deepEqual(
      ACCOUNT_ROUTES.filter(({ access }) => access === 'link').map(({ path }) => path),
      LINKS,
    );
  });

  it('names a page for every form', () => {
    const pages = ROUTES.filter(({ method }) => method === 'GET').map(({ path }) => path);
    for (const { page, path } of FORMS) assert.ok(pages.includes(page), path);
  });

  it('shows nothing to nobody: every route leads to the sign-in', async () => {
    for (const route of ROUTES) {
      const response = await fetch(`${deployment.publicUrl}${route.path}`, {
        method: route.method,
        redirect: 'manual',
        headers: { origin: deployment.publicUrl },
        ...(route.method === 'POST' ? { body: new URLSearchParams({ csrf: 'x' }) } : {}),
      });
      assert.equal(response.status, 303, route.path);
      const to = new URL(response.headers.get('location') ?? '', deployment.publicUrl);
      assert.equal(to.pathname, '/auth');
      assert.equal(to.searchParams.get('client_id'), 'gatehouse-account');
      assert.equal(to.searchParams.get('response_type'), 'none');
      assert.equal(to.searchParams.get('state'), route.page);
      assert.equal(to.searchParams.get('max_age'), route.recent ? String(RECENT_SECONDS) : null);
      await response.body?.cancel();
    }
  });

  for (const route of FORMS) {
    it(`takes no form from elsewhere, or for something else: ${route.path}`, async () => {
      const csrf = await tokenOf(route);
      const bobs = await tokenOf(route, accountGuest(deployment, BOB));
      const others = FORMS.filter(({ path }) => path !== route.path);
      const foreign = await Promise.all(others.map((other) => tokenOf(other)));
      const origin = deployment.publicUrl;
      const cases: [string, Record<string, string>, Record<string, string>][] = [
        ['no token', {}, { origin }],
        ['the token of another session', { csrf: bobs }, { origin }],
        ...foreign.map((token): (typeof cases)[number] => [
          'the token of another form',
          { csrf: token },
          { origin },
        ]),
        ['a foreign origin', { csrf }, { origin: 'https://evil.example' }],
        ['a null origin', { csrf }, { origin: 'null' }],
        ['a cross-site fetch', { csrf }, { 'sec-fetch-site': 'cross-site' }],
      ];
      for (const [name, fields, headers] of cases) {
        const refused = await send(route, fields, headers);
        assert.equal(refused.status, 403, name);
        assert.match(refused.text, /nothing was done/);
      }
    });
  }

  for (const route of ROUTES.filter(({ recent }) => recent)) {
    it(`asks who it is again after a while: ${route.method} ${route.path}`, async () => {
      const csrf = await tokenOf(route);
      // Signed in just now, whatever the tests before have done to time.
      await guest.open(route.page.replace('/account', ''));
      await ageSignIns(
        deployment,
        (route.method === 'POST' ? RECENT_FORM_SECONDS : RECENT_SECONDS) + 5,
      );
      const answer = await send(route, { csrf });
      assert.equal(answer.status, 303);
      assert.match(answer.location, /^\/auth\?/);
      assert.match(answer.location, new RegExp(`max_age=${RECENT_SECONDS}`));
    });
  }
});
