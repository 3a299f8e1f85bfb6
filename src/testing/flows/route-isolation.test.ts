import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ACCOUNT_ROUTES } from '../../account-page/route-table.ts';
import { sha256 } from '../../crypto/digest.ts';
import { randomId } from '../../crypto/random-id.ts';
import { HOSTED_ROUTES } from '../../interactions/route-table.ts';
import { DEFAULT_TENANT_SETTINGS } from '../../tenants/tenant.ts';
import { ACME_ALICE, demoParty } from '../demo-clients.ts';
import { startDeployment, type TestDeployment } from '../gatehouse.ts';
import { createPlainBrowser, type PlainBrowser } from '../plain-browser.ts';
import { providerRoutes } from '../provider-routes.ts';
import { signIn, walkThrough } from '../relying-party.ts';

/** What tenant acme gave its own people and clients; presented to the default tenant below. */
interface Foreign {
  readonly browser: PlainBrowser;
  readonly code: string;
  readonly accessToken: string;
  readonly jwt: string;
  readonly refreshToken: string;
  readonly idToken: string;
  readonly interactionUid: string;
  readonly csrf: string;
  readonly resetToken: string;
  readonly invitationToken: string;
}

const BASIC = `Basic ${Buffer.from('portal-web:demo-secret-of-portal-web-not-for-production').toString('base64')}`;
const OWN = `Basic ${Buffer.from('notes-web:demo-secret-of-notes-web-not-for-production').toString('base64')}`;

type Attempt = (
  home: string,
  foreign: Foreign,
) => { path: string; method?: string; form?: Record<string, string>; authorization?: string };

type Outcome = (response: Response, text: string) => void;

const refused: Outcome = ({ status }, text) =>
  assert.ok(status >= 400 && status < 500, `${status} ${text}`);
const inactive: Outcome = ({ status }, text) => {
  if (status === 200) assert.deepEqual(JSON.parse(text), { active: false });
  else assert.ok(status >= 400 && status < 500, text);
};
/** The page asks whoever comes to sign in: nobody is signed in here. */
const asksToSignIn: Outcome = ({ status, headers }) => {
  assert.equal(status, 303);
  assert.match(headers.get('location') ?? '', /\/interaction\//);
};
/** The account page knows nobody here, and leads to where people sign in. */
const leadsToSignIn: Outcome = ({ status, headers }) => {
  assert.equal(status, 303);
  assert.match(headers.get('location') ?? '', /^\/auth\?client_id=gatehouse-account&/);
};
const nothing: Outcome = ({ status }) => assert.ok(status < 500);

/**
 * One attempt for every route, with the cookies of the other tenant in addition. Keys are
 * `METHOD path` as the route tables have them; a route without a line here fails the test.
 */
const ATTEMPTS: Readonly<Record<string, readonly [Attempt, Outcome]>> = {
  'GET /auth': [
    () => ({
      path: `/auth?client_id=notes-web&response_type=code&scope=openid&redirect_uri=${encodeURIComponent('http://localhost:8080/callback')}&code_challenge=${'a'.repeat(43)}&code_challenge_method=S256`,
    }),
    asksToSignIn,
  ],
  'GET /auth/:uid': [(_h, { interactionUid }) => ({ path: `/auth/${interactionUid}` }), refused],
  'GET /me': [
    (_h, { accessToken }) => ({ path: '/me', authorization: `Bearer ${accessToken}` }),
    refused,
  ],
  'POST /me': [
    (_h, { jwt }) => ({ path: '/me', method: 'POST', authorization: `Bearer ${jwt}` }),
    refused,
  ],
  'POST /token': [
    (_h, { code }) => ({
      path: '/token',
      method: 'POST',
      authorization: OWN,
      form: {
        grant_type: 'authorization_code',
        code,
        redirect_uri: 'http://localhost:8080/callback',
        code_verifier: 'a'.repeat(43),
      },
    }),
    refused,
  ],
  'POST /request': [
    () => ({
      path: '/request',
      method: 'POST',
      authorization: BASIC,
      form: {
        response_type: 'code',
        scope: 'openid',
        redirect_uri: 'http://localhost:8082/callback',
      },
    }),
    refused,
  ],
  'POST /token/introspection': [
    (_h, { jwt }) => ({
      path: '/token/introspection',
      method: 'POST',
      authorization: OWN,
      form: { token: jwt },
    }),
    inactive,
  ],
  'POST /token/revocation': [
    (_h, { refreshToken }) => ({
      path: '/token/revocation',
      method: 'POST',
      authorization: OWN,
      form: { token: refreshToken },
    }),
    nothing,
  ],
  'GET /session/end': [
    (_h, { idToken }) => ({ path: `/session/end?id_token_hint=${idToken}` }),
    refused,
  ],
  'GET /session/end/success': [() => ({ path: '/session/end/success' }), nothing],
  'POST /session/end/confirm': [
    (_h, { csrf }) => ({
      path: '/session/end/confirm',
      method: 'POST',
      form: { xsrf: csrf, logout: 'yes' },
    }),
    refused,
  ],
  'GET /jwks': [() => ({ path: '/jwks' }), nothing],
  'GET /.well-known/openid-configuration': [
    () => ({ path: '/.well-known/openid-configuration' }),
    nothing,
  ],
  'GET /.well-known/oauth-authorization-server': [
    () => ({ path: '/.well-known/oauth-authorization-server' }),
    nothing,
  ],
  ...Object.fromEntries(
    HOSTED_ROUTES.filter(({ access }) => access === 'interaction').map(({ method, path }) => [
      `${method} ${path}`,
      [
        (_h: string, { interactionUid, csrf }: Foreign) => ({
          path: path.replace(':uid', interactionUid),
          method,
          ...(method === 'POST' ? { form: { csrf, ...ACME_ALICE } } : {}),
        }),
        refused,
      ] as const,
    ]),
  ),
  // Of another release: leads to an interaction, which then is nobody's here.
  'POST /interaction/:uid/:form': [
    (_h, { interactionUid }) => ({
      path: `/interaction/${interactionUid}/novelty`,
      method: 'POST',
      form: ACME_ALICE,
    }),
    ({ status, headers }) => {
      assert.equal(status, 303);
      assert.match(headers.get('location') ?? '', /^\/interaction\/[\w-]+$/);
    },
  ],
  'POST /language': [
    () => ({
      path: '/language',
      method: 'POST',
      form: { language: 'en', return_to: '/t/acme/account' },
    }),
    refused,
  ],
  ...Object.fromEntries(
    ACCOUNT_ROUTES.map(({ method, path, access }) => [
      `${method} ${path}`,
      [
        (_h: string, { csrf }: Foreign) => ({
          path,
          method,
          ...(method === 'POST' ? { form: { csrf } } : {}),
        }),
        access === 'session' ? leadsToSignIn : refused,
      ] as const,
    ]),
  ),
  'GET /account/invitation': [
    (_h, { invitationToken }) => ({ path: `/account/invitation?token=${invitationToken}` }),
    refused,
  ],
  'POST /account/invitation': [
    (_h, { invitationToken, csrf }) => ({
      path: '/account/invitation',
      method: 'POST',
      form: { token: invitationToken, csrf, name: 'Mallory', password: 'a new long password' },
    }),
    refused,
  ],
  // Leads to an interaction of this tenant, where the other tenant's is nobody's.
  'GET /upstream/:key/callback': [
    (_h, { interactionUid, code }) => ({
      path: `/upstream/up/callback?state=${interactionUid}.${'r'.repeat(43)}&code=${code}`,
    }),
    nothing,
  ],
  'GET /account/reset-password': [
    (_h, { resetToken }) => ({ path: `/account/reset-password?token=${resetToken}` }),
    refused,
  ],
  'POST /account/reset-password': [
    (_h, { resetToken, csrf }) => ({
      path: '/account/reset-password',
      method: 'POST',
      form: { token: resetToken, csrf, password: 'a new long password' },
    }),
    refused,
  ],
};

describe('what one tenant gave', () => {
  let deployment: TestDeployment;
  let foreign: Foreign;
  before(async () => {
    deployment = await startDeployment();
    foreign = await collect(deployment);
  });
  after(() => deployment.stop());

  it('is tried at every route that there is', async () => {
    const { providers } = deployment.replicas[0]?.gatehouse ?? {};
    const tenant = await deployment.backends.tenants.findBySlug('default');
    assert.ok(providers !== undefined && tenant !== undefined);
    const provider = await providers.providerForTenant({
      ...tenant,
      settings: { ...DEFAULT_TENANT_SETTINGS, ...tenant.settings },
    });
    const known = Object.keys(ATTEMPTS);
    for (const { method, path } of [...HOSTED_ROUTES, ...ACCOUNT_ROUTES])
      assert.ok(known.includes(`${method} ${path}`), path);
    const routes = providerRoutes(provider);
    assert.ok(routes.length >= 9, 'the table of the library’s routes is not empty');
    for (const path of routes) {
      assert.ok(
        known.some((one) => one.endsWith(` ${path}`)),
        `nothing is tried at ${path}`,
      );
    }
  });

  for (const [route, [attempt, outcome]] of Object.entries(ATTEMPTS)) {
    it(`sees and changes nothing at another: ${route}`, async () => {
      const { path, method = 'GET', form, authorization } = attempt(deployment.publicUrl, foreign);
      // Its cookies come along as if their paths were no obstacle: tossed, or stolen.
      const cookie = await foreign.browser.jar.getCookieString(`${deployment.publicUrl}/t/acme/x`);
      const response = await fetch(`${deployment.publicUrl}${path}`, {
        method,
        redirect: 'manual',
        headers: {
          accept: 'application/json, text/html;q=0.9',
          cookie,
          ...(authorization === undefined ? {} : { authorization }),
        },
        ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
      });
      const text = await response.text();
      outcome(response, text);
      assert.doesNotMatch(text, /alice@acme|Alice of/i);
    });
  }

  it('still works at home after all of that', async () => {
    const portal = await demoParty(deployment, 'portal-web');
    assert.ok((await portal.refresh(foreign.refreshToken)).access_token);
    const request = await portal.begin({ prompt: 'none' });
    assert.match((await foreign.browser.open(request.url.href)).url, /code=/);
  });

  it('is no client of another: its credentials are refused everywhere', async () => {
    for (const path of ['/token', '/token/introspection', '/token/revocation']) {
      const response = await fetch(`${deployment.publicUrl}${path}`, {
        method: 'POST',
        headers: { authorization: BASIC },
        body: new URLSearchParams({ grant_type: 'client_credentials', token: foreign.jwt }),
      });
      assert.equal(response.status, 401, path);
    }
  });
});

async function collect(deployment: TestDeployment): Promise<Foreign> {
  const portal = await demoParty(deployment, 'portal-web');
  const stopAt = (url: string) => url.startsWith(portal.redirectUri);
  const browser = createPlainBrowser({ stopAt });
  const tokens = await signIn(browser, portal, ACME_ALICE);
  const again = await portal.begin();
  const withCode = await walkThrough(browser, again.url, ACME_ALICE);

  const waiting = createPlainBrowser({ stopAt });
  const page = await waiting.open((await portal.begin()).url.href);
  for (const cookie of await waiting.jar.getCookies(page.url)) {
    await browser.jar.setCookie(cookie, `${deployment.publicUrl}/t/acme/x`, { ignoreError: true });
  }

  const { tenants, accounts } = deployment.backends;
  const acme = await tenants.findBySlug('acme');
  const account = await accounts.findByIdentifier(acme?.id ?? '', 'alice');
  const invitationToken = randomId();
  await deployment.backends.invitations.save(acme?.id ?? '', {
    digest: sha256(invitationToken),
    email: 'invited@acme.example',
    roles: [],
    expiresAt: new Date(Date.now() + 60_000),
  });
  const resetToken = randomId();
  await accounts.createOneTimeLink(acme?.id ?? '', {
    accountId: account?.account.id ?? '',
    purpose: 'reset_password',
    digest: sha256(resetToken),
    expiresAt: new Date(Date.now() + 60_000),
  });
  return {
    browser,
    code: new URL(withCode.url).searchParams.get('code') ?? '',
    accessToken: tokens.access_token,
    // The ID token is a JWT of the other issuer: as good as any access token of it here.
    jwt: tokens.id_token ?? '',
    refreshToken: tokens.refresh_token ?? '',
    idToken: tokens.id_token ?? '',
    interactionUid: new URL(page.url).pathname.split('/').at(-1) ?? '',
    csrf: page.document.querySelector('input[name=csrf]')?.getAttribute('value') ?? '',
    resetToken,
    invitationToken,
  };
}
