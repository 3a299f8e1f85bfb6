import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type AccountGuest, accountGuest, ageSignIns } from '../testing/account-visit.ts';
import { demoParty, visitor } from '../testing/demo-clients.ts';
import { ALICE, BOB, startDeployment, type TestDeployment } from '../testing/gatehouse.ts';
import { signIn } from '../testing/relying-party.ts';
import { ACCOUNT_ROUTES, type SessionRoute } from './route-table.ts';
import { RECENT_FORM_SECONDS, RECENT_SECONDS } from './sign-in.ts';

const ROUTES = ACCOUNT_ROUTES.filter((route): route is SessionRoute => route.access === 'session');
const FORMS = ROUTES.filter(({ method }) => method === 'POST');
/** Routes for anybody are few, and each is here for a reason. */
const OPEN = ['/account/signed-in'];

describe('the table of the account page’s routes', () => {
  let deployment: TestDeployment;
  let guest: AccountGuest;
  before(async () => {
    deployment = await startDeployment();
    guest = accountGuest(deployment);
    // Somebody who has something in every list.
    for (const person of [ALICE, BOB]) {
      const party = await demoParty(deployment, 'notes-web');
      await signIn(visitor(deployment), party, person);
    }
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
  /** The token of a route's form, from the page that the form is on. */
  const tokenOf = async (route: SessionRoute, of = guest): Promise<string> => {
    const page = await of.open(route.page.replace('/account', ''));
    const form = page.document
      .querySelectorAll('form')
      .find((one) => one.getAttribute('action') === route.path);
    return form?.querySelector('input[name=csrf]')?.getAttribute('value') ?? '';
  };

  it('is not empty, and lets anybody in at few addresses', () => {
    assert.ok(FORMS.length > 0);
    const open = ACCOUNT_ROUTES.filter(({ access }) => access === 'anybody');
    assert.deepEqual(
      open.map(({ path }) => path),
      OPEN,
    );
    for (const { method } of open) assert.equal(method, 'GET');
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
      await guest.open();
      const csrf = await tokenOf(route);
      assert.notEqual(csrf, '', 'the page has the form');
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
      await guest.open();
      const csrf = route.method === 'POST' ? await tokenOf(route) : '';
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
