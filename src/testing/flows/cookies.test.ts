import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ACME_ALICE, DEMO_CLIENTS, visitor } from '../demo-clients.ts';
import { fetchThrough } from '../fetch-through.ts';
import { ALICE, startDeployment, type TestDeployment } from '../gatehouse.ts';
import { createPlainBrowser } from '../plain-browser.ts';
import { createRelyingParty, type Person, type RelyingParty, signIn } from '../relying-party.ts';
import { seedMore } from '../seed-more.ts';

/** Collects every cookie as it was set, by name. */
function recording(send: typeof fetch) {
  const cookies = new Map<string, string>();
  const recorder: typeof fetch = async (input, init) => {
    const response = await send(input, init);
    for (const cookie of response.headers.getSetCookie()) {
      const [name = ''] = cookie.split('=');
      if (!/expires=Thu, 01 Jan 1970/i.test(cookie)) cookies.set(name, cookie);
    }
    return response;
  };
  return { cookies, recorder };
}

describe('cookies', () => {
  describe('over http on a loopback address', () => {
    let deployment: TestDeployment;
    before(async () => {
      deployment = await startDeployment();
    });
    after(() => deployment.stop());

    it('are per tenant by name and by path, for nobody’s script and no other site', async () => {
      for (const [slug, path, name, person] of [
        ['default', '/', 'payroll-web', ALICE],
        ['acme', '/t/acme', 'portal-web', ACME_ALICE],
      ] as const) {
        const { cookies, recorder } = recording(fetch);
        const issuer = `${deployment.publicUrl}${path === '/' ? '' : path}`;
        const party = await createRelyingParty({ issuer, ...DEMO_CLIENTS[name] });
        await signInRecorded(party, person, recorder, deployment.publicUrl);

        const inside = path === '/' ? '' : path;
        assert.deepEqual(
          [...cookies.keys()].sort(),
          ['interaction', 'proof', 'resume', 'session']
            .flatMap((kind) => [`gatehouse_${kind}_${slug}`, `gatehouse_${kind}_${slug}.sig`])
            .sort(),
        );
        for (const cookie of cookies.values()) {
          assert.match(cookie, /; httponly/i);
          assert.match(cookie, /; samesite=lax/i);
          assert.doesNotMatch(cookie, /; secure|domain=/i);
        }
        const pathOf = (kind: string) =>
          /path=([^;]+)/.exec(cookies.get(`gatehouse_${kind}_${slug}`) ?? '')?.[1] ?? '';
        assert.equal(pathOf('session'), path);
        assert.match(pathOf('interaction'), new RegExp(`^${inside}/interaction/[\\w-]+$`));
        assert.match(pathOf('resume'), new RegExp(`^${inside}/auth/[\\w-]+$`));
      }
    });

    it('hold no more than a reference', async () => {
      const { cookies, recorder } = recording(fetch);
      const party = await createRelyingParty({
        issuer: deployment.publicUrl,
        ...DEMO_CLIENTS['payroll-web'],
      });
      await signInRecorded(party, ALICE, recorder, deployment.publicUrl);
      for (const cookie of cookies.values()) {
        const [, value = ''] = /^[^=]+=([^;]*)/.exec(cookie) ?? [];
        assert.match(value, /^[\w-]{20,64}$/);
      }
    });

    it('that were changed are worth nothing', async () => {
      const party = await createRelyingParty({
        issuer: deployment.publicUrl,
        ...DEMO_CLIENTS['payroll-web'],
      });
      const browser = visitor(deployment);
      await signIn(browser, party, ALICE);
      const cookies = await browser.jar.getCookies(deployment.publicUrl);
      const signature = cookies.find(({ key }) => key === 'gatehouse_session_default.sig');
      assert.ok(signature);
      signature.value = `${signature.value.slice(0, -2)}AA`;
      await browser.jar.setCookie(signature, deployment.publicUrl);
      const { url } = await party.begin({ prompt: 'none' });
      assert.match((await browser.open(url.href)).url, /error=login_required/);
    });
  });

  describe('behind a proxy that speaks https', () => {
    const PUBLIC_URL = 'https://login.example';
    const OWN = 'https://login.hooli.example';
    let deployment: TestDeployment;
    let send: typeof fetch;
    before(async () => {
      deployment = await startDeployment({
        env: { PUBLIC_URL, TRUSTED_PROXIES: '127.0.0.1/32' },
      });
      const [replica] = deployment.replicas;
      const port = Number(new URL(replica?.url ?? '').port);
      send = fetchThrough(port, {
        'x-forwarded-proto': 'https',
        'x-forwarded-for': '198.51.100.7',
      });
      await seedMore(deployment, {
        slug: 'hooli',
        name: 'Hooli',
        issuer: OWN,
        applications: [
          {
            key: 'portal',
            firstParty: true,
            clients: [
              {
                client_id: 'portal-web',
                client_secret: { value: DEMO_CLIENTS['portal-web'].secret },
                redirect_uris: [DEMO_CLIENTS['portal-web'].redirectUri],
                grant_types: ['authorization_code', 'refresh_token'],
              },
            ],
          },
        ],
        accounts: [{ username: 'alice', password: { value: ACME_ALICE.password } }],
      });
    });
    after(() => deployment.stop());

    it('are secure on every kind of issuer, and so is the whole sign-in', async () => {
      for (const [issuer, path, name, person] of [
        [PUBLIC_URL, '/', 'payroll-web', ALICE],
        [`${PUBLIC_URL}/t/acme`, '/t/acme', 'portal-web', ACME_ALICE],
        [OWN, '/', 'portal-web', ACME_ALICE],
      ] as const) {
        const { cookies, recorder } = recording(send);
        const { tenantPath: _path, ...options } = { tenantPath: '', ...DEMO_CLIENTS[name] };
        const party = await createRelyingParty({ issuer, ...options, fetch: send });
        const tokens = await signInRecorded(party, person, recorder, new URL(issuer).origin);
        const idToken = await party.verify(tokens.id_token ?? '', name);
        assert.equal(idToken.iss, issuer);
        assert.equal(cookies.size, 8);
        for (const cookie of cookies.values()) {
          assert.match(cookie, /; secure/i);
          assert.match(cookie, /; httponly/i);
          assert.match(cookie, /; samesite=lax/i);
        }
        const session = [...cookies.values()].find((cookie) => /_session_\w+=/.test(cookie));
        assert.match(session ?? '', new RegExp(`path=${path};`));
      }
    });

    it('come with a promise of https, and the address of the person is the proxy’s word', async () => {
      const answer = await send(`${PUBLIC_URL}/.well-known/openid-configuration`);
      assert.match(answer.headers.get('strict-transport-security') ?? '', /^max-age=\d{7,}$/);
      await deployment.backends.audit.flush();
      const events = await deployment.backends.db('audit_events').whereNotNull('client_id');
      assert.ok(events.length > 0);
      for (const event of events) assert.equal(event.address, '198.51.100.7');
    });
  });
});

function signInRecorded(
  party: RelyingParty,
  person: Person,
  recorder: typeof fetch,
  origin: string,
) {
  const browser = createPlainBrowser({
    fetch: recorder,
    stopAt: (url) => !url.startsWith(`${origin}/`),
  });
  return signIn(browser, party, person);
}
