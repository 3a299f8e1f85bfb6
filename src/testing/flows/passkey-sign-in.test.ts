import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { decodeJwt } from 'jose';
import type { PasskeyRequestOptions } from '../../accounts/sign-in-with-passkey.ts';
import { PASSKEY_FIELD } from '../../interactions/pages/passkey-form.ts';
import { addPasskey } from '../add-passkey.ts';
import { answerAt, demoParty, visitor } from '../demo-clients.ts';
import { ALICE, BOB, startDeployment, type TestDeployment } from '../gatehouse.ts';
import { textOf, titleOf, tokenOf } from '../hosted-pages-visit.ts';
import type { PlainBrowser, PlainPage } from '../plain-browser.ts';
import { createRelyingParty, type RelyingParty, signIn } from '../relying-party.ts';
import { seedMore } from '../seed-more.ts';
import {
  createSoftAuthenticator,
  type Lies,
  type SoftAuthenticator,
} from '../soft-authenticator.ts';

const ASKS = 'form[data-passkey]';
const REFUSED = /That passkey does not work here/;
const OUTDATED = /That took too long/;

/** A tenant where nobody has more than a password. */
const PASSWORDS_ONLY = {
  slug: 'plain',
  name: 'Plain',
  settings: { mfa: 'off' },
  applications: [
    {
      key: 'app',
      name: 'App',
      firstParty: true,
      clients: [
        {
          client_id: 'app',
          token_endpoint_auth_method: 'none',
          redirect_uris: ['http://localhost:8083/callback'],
          grant_types: ['authorization_code'],
        },
      ],
    },
  ],
  accounts: [{ username: 'carol', password: { value: 'carol-demo-password' } }],
};

describe('a passkey on the page that asks for a sign-in', () => {
  let deployment: TestDeployment;
  let payroll: RelyingParty;
  let hers: SoftAuthenticator;

  before(async () => {
    deployment = await startDeployment();
    payroll = await demoParty(deployment, 'payroll-web');
    hers = await device(ALICE.identifier);
  });
  after(() => deployment.stop());

  /** A new device with a passkey of somebody. */
  const device = async (identifier: string, slug = 'default', synced = false) => {
    const { origin } = new URL(deployment.publicUrl);
    const authenticator = createSoftAuthenticator({ origin, synced });
    await addPasskey(deployment, { slug, identifier }, ({ ...options }) =>
      authenticator.create(options),
    );
    return authenticator;
  };
  const start = async (browser = visitor(deployment), parameters: Record<string, string> = {}) => {
    const request = await payroll.begin(parameters);
    return { browser, request, page: await browser.open(request.url.href) };
  };
  const send = (
    browser: PlainBrowser,
    page: PlainPage,
    response: string,
    fields: Record<string, string> = {},
  ) => browser.submit(page, { [PASSKEY_FIELD]: response, ...fields }, { action: '/passkey' });
  const lastEvents = async (count: number) => {
    await deployment.backends.audit.flush();
    const rows = await deployment.backends
      .db('audit_events')
      .select('kind', 'detail')
      .orderBy('id', 'desc')
      .limit(count);
    return rows as { kind: string; detail: Record<string, unknown> }[];
  };

  it('signs its owner in without a name, as two factors', async () => {
    for (const [synced, method] of [
      [false, 'hwk'],
      [true, 'swk'],
    ] as const) {
      const authenticator = await device(ALICE.identifier, 'default', synced);
      const { browser, request, page } = await start();
      assert.deepEqual(asked(page).allowCredentials, []);
      const arrived = await send(browser, page, authenticator.get(asked(page)));
      const tokens = await request.redeem(arrived.url);
      const claims = decodeJwt(tokens.id_token ?? '');
      assert.deepEqual(claims.amr, [method, 'mfa']);
      assert.equal(claims.acr, 'urn:gatehouse:acr:phishing-resistant');
      const kinds = (await lastEvents(4)).map(({ kind }) => kind);
      assert.ok(kinds.includes('sign_in.succeeded') && kinds.includes('passkey.used'), `${kinds}`);
    }
  });

  it('satisfies whoever asks for a sign-in that nobody can phish', async () => {
    const acr = 'urn:gatehouse:acr:phishing-resistant';
    const { browser, request, page } = await start(visitor(deployment), { acr_values: acr });
    const arrived = await send(browser, page, hers.get(asked(page)));
    assert.equal(decodeJwt((await request.redeem(arrived.url)).id_token ?? '').acr, acr);
  });

  it('keeps the session beyond the browser only when the person says so', async () => {
    for (const [remember, persistent] of [
      ['', false],
      ['yes', true],
    ] as const) {
      const { browser, page } = await start();
      await send(browser, page, hers.get(asked(page)), { remember });
      const cookies = await browser.jar.getCookies(`${deployment.publicUrl}/auth`);
      const session = cookies.find(({ key }) => key === 'gatehouse_session_default');
      assert.equal(session?.expires instanceof Date, persistent, remember);
    }
  });

  it('stands beside the password, for the browser to offer, and says no more than before', async () => {
    const { page } = await start();
    const field = page.document.querySelector('#identifier');
    assert.equal(field?.getAttribute('autocomplete'), 'username webauthn');
    const form = page.document.querySelector(ASKS);
    assert.ok(form !== null);
    assert.ok(form.hasAttribute('hidden'), 'only a script shows what only a script can do');
    assert.ok(form.hasAttribute('data-autofill'));
    assert.match(page.headers.get('content-security-policy') ?? '', /script-src 'self';/);
  });

  it('takes one row for an interaction, however often its page is shown', async () => {
    const rows = async () =>
      Number((await deployment.backends.db('passkey_challenges').count())[0]?.count);
    const before = await rows();
    const { browser, page } = await start();
    let shown = page;
    for (let turn = 0; turn < 3; turn += 1) shown = await browser.open(page.url);
    shown = await browser.submit(shown, { ...ALICE, password: 'wrong' }, { action: '/sign-in' });
    assert.equal(await rows(), before + 1);
    const arrived = await send(browser, shown, hers.get(asked(shown)));
    assert.ok(answerAt(arrived, payroll).code);
    assert.equal(await rows(), before);
  });

  describe('of somebody who has to confirm', () => {
    const confirm = async () => {
      const { browser, page } = await start();
      await send(browser, page, hers.get(asked(page)));
      const again = await start(browser, { prompt: 'login' });
      assert.match(titleOf(again.page) ?? '', /^Confirm/);
      return again;
    };

    it('stands in for the password', async () => {
      const { browser, request, page } = await confirm();
      const { allowCredentials } = asked(page);
      assert.ok(allowCredentials.some(({ id }) => hers.ids.includes(id)));
      assert.equal(page.document.querySelector(ASKS)?.hasAttribute('data-autofill'), false);
      const arrived = await send(browser, page, hers.get(asked(page)));
      const claims = decodeJwt((await request.redeem(arrived.url)).id_token ?? '');
      assert.deepEqual(claims.amr, ['hwk', 'mfa']);
    });

    it('is not asked for where they have none', async () => {
      const notes = await demoParty(deployment, 'notes-web');
      const browser = visitor(deployment);
      await signIn(browser, notes, BOB);
      const page = await browser.open((await notes.begin({ prompt: 'login' })).url.href);
      assert.match(titleOf(page) ?? '', /^Confirm/);
      assert.equal(page.document.querySelector(ASKS), null);
      assert.match(page.headers.get('content-security-policy') ?? '', /script-src 'none'/);
    });

    it('is no other person’s', async () => {
      const { browser, page } = await confirm();
      const his = await device(BOB.identifier);
      const response = his.get({ ...asked(page), allowCredentials: [] });
      const again = await send(browser, page, response);
      assert.equal(again.status, 422);
      assert.match(textOf(again), REFUSED);
      assert.match(titleOf(again) ?? '', /Confirm/);
      assert.equal((await lastEvents(1))[0]?.detail.reason, 'other_account');
      const [passkey] = await passkeysOf(BOB.identifier);
      assert.ok(passkey);
      await forget(BOB.identifier, passkey.id);
    });
  });

  const tenantId = async (slug = 'default') =>
    (await deployment.backends.tenants.findBySlug(slug))?.id ?? '';
  const accountId = async (identifier: string) =>
    (await deployment.backends.accounts.findByIdentifier(await tenantId(), identifier))?.account
      .id ?? '';
  const passkeysOf = async (identifier: string) =>
    deployment.backends.passkeys.list(await tenantId(), await accountId(identifier));
  const forget = async (identifier: string, id: string) =>
    deployment.backends.passkeys.remove(await tenantId(), await accountId(identifier), id, {
      way: false,
      factor: false,
    });

  describe('signs nobody in', () => {
    const refused = (page: PlainPage, words: RegExp) => {
      assert.equal(page.status, 422, page.text);
      assert.match(titleOf(page) ?? '', /^Error: Sign in/);
      assert.match(page.document.querySelector('[role=alert]')?.text ?? '', words);
      // It may be tried again, from this page.
      assert.ok(asked(page).challenge);
    };

    it('when another tenant of the same origin knows it', async () => {
      const foreign = await device('alice', 'acme');
      const { browser, page } = await start();
      refused(await send(browser, page, foreign.get(asked(page))), REFUSED);
      assert.equal((await lastEvents(1))[0]?.detail.reason, 'unknown_passkey');
    });

    it('with an answer to another browser’s page', async () => {
      const mine = await start();
      const theirs = await start();
      const response = hers.get(asked(mine.page));
      refused(await send(theirs.browser, theirs.page, response), OUTDATED);
      // Nothing was used up where it belongs.
      assert.ok(answerAt(await send(mine.browser, mine.page, response), payroll).code);
    });

    it('twice with one answer', async () => {
      const { browser, page } = await start();
      const response = hers.get(asked(page));
      assert.ok(answerAt(await send(browser, page, response), payroll).code);
      const again = await start();
      refused(await send(again.browser, again.page, response), OUTDATED);
      const same = await send(browser, page, response);
      assert.ok(same.status >= 400 && same.status < 500, 'that interaction is over');
    });

    it('twice at once', async () => {
      const { browser, page } = await start();
      const response = hers.get(asked(page));
      const body = new URLSearchParams({ csrf: tokenOf(page), [PASSKEY_FIELD]: response });
      const answers = await Promise.all(
        [0, 1, 2].map(() =>
          browser.request(`${page.url}/passkey`, {
            method: 'POST',
            body,
            headers: { origin: new URL(page.url).origin },
          }),
        ),
      );
      const statuses = answers.map(({ status }) => status).sort();
      assert.deepEqual(statuses, [303, 422, 422]);
    });

    it('with an answer to an older page of the same interaction', async () => {
      const { browser, page } = await start();
      const later = await browser.open(page.url);
      refused(await send(browser, later, hers.get(asked(page))), OUTDATED);
    });

    it('when its account is disabled, and reads as any other', async () => {
      const his = await device(BOB.identifier);
      const { browser, page } = await start();
      const set = async (disabled: boolean) =>
        deployment.backends.accounts.setDisabled(
          await tenantId(),
          await accountId(BOB.identifier),
          disabled,
        );
      await set(true);
      try {
        refused(await send(browser, page, his.get(asked(page))), REFUSED);
        assert.equal((await lastEvents(1))[0]?.detail.reason, 'account_disabled');
      } finally {
        await set(false);
      }
    });

    const LIES: Readonly<Record<string, Lies>> = {
      'for another site’s page': { origin: 'https://login.evil.example' },
      'for another host': { rpId: 'evil.example' },
      'without a look at its holder': { userVerified: false },
      'without a touch': { userPresent: false },
      'in a frame': { crossOrigin: true },
      'that was made for a registration': { type: 'webauthn.create' },
      'in somebody else’s name': { userHandle: 'AAAA' },
      'in nobody’s name': { userHandle: null },
    };
    for (const [how, lies] of Object.entries(LIES)) {
      it(`with an answer ${how}`, async () => {
        const { browser, page } = await start();
        refused(await send(browser, page, hers.get(asked(page), lies)), REFUSED);
      });
    }

    it('from a foreign page, or without its token', async () => {
      const { browser, page } = await start();
      const response = hers.get(asked(page));
      const { origin } = new URL(page.url);
      for (const [from, csrf] of [
        ['https://login.evil.example', tokenOf(page)],
        ['null', tokenOf(page)],
        [origin, ''],
      ] as const) {
        const answer = await browser.request(`${page.url}/passkey`, {
          method: 'POST',
          body: new URLSearchParams({ csrf, [PASSKEY_FIELD]: response }),
          headers: { origin: from },
        });
        assert.equal(answer.status, 403, from);
        await answer.body?.cancel();
      }
      assert.ok(answerAt(await send(browser, page, response), payroll).code, 'nothing was used up');
    });

    it('with nonsense, which is the caller’s fault', async () => {
      const { browser, page } = await start();
      const good = JSON.parse(hers.get(asked(page)));
      let shown = page;
      for (const nonsense of [
        '',
        '{',
        'null',
        '[]',
        '0',
        '"passkey"',
        '{"__proto__":{"id":"x"}}',
        JSON.stringify({ ...good, id: 'x'.repeat(2000) }),
        JSON.stringify({ ...good, id: '\u0000' }),
        JSON.stringify({ ...good, response: { ...good.response, clientDataJSON: 'AAAA' } }),
        JSON.stringify({ ...good, response: { ...good.response, signature: 7 } }),
        'x'.repeat(20_000),
      ]) {
        shown = await send(browser, shown, nonsense);
        assert.equal(shown.status, 422, `${nonsense.slice(0, 60)}: ${shown.status}`);
        assert.match(textOf(shown), REFUSED, nonsense.slice(0, 60));
      }
      const broken = { ...good.response, authenticatorData: 'AAAA', signature: 'AAAA' };
      const fresh = JSON.parse(hers.get(asked(shown)));
      shown = await send(
        browser,
        shown,
        JSON.stringify({
          ...fresh,
          response: { ...broken, clientDataJSON: fresh.response.clientDataJSON },
        }),
      );
      refused(shown, REFUSED);
      const huge = await send(browser, shown, 'x'.repeat(1024 * 1024));
      assert.equal(huge.status, 413);
    });
  });

  it('is neither asked for nor taken where nobody has a second factor', async () => {
    await seedMore(deployment, PASSWORDS_ONLY);
    const theirs = await device('carol', 'plain');
    const party = await createRelyingParty({
      issuer: `${deployment.publicUrl}/t/plain`,
      clientId: 'app',
      redirectUri: 'http://localhost:8083/callback',
    });
    const browser = visitor(deployment);
    const page = await browser.open((await party.begin()).url.href);
    assert.equal(page.document.querySelector(ASKS), null);
    const field = page.document.querySelector('#identifier');
    assert.equal(field?.getAttribute('autocomplete'), 'username');

    const { page: other } = await start();
    const answer = await browser.request(`${page.url}/passkey`, {
      method: 'POST',
      body: new URLSearchParams({
        csrf: tokenOf(page),
        [PASSKEY_FIELD]: theirs.get(asked(other)),
      }),
      headers: { origin: new URL(page.url).origin },
    });
    assert.equal(answer.status, 422);
    await answer.body?.cancel();
  });
});

/** What a page asks an authenticator. */
function asked(page: PlainPage): PasskeyRequestOptions {
  const options = page.document.querySelector(ASKS)?.getAttribute('data-options');
  assert.ok(options, `no passkey is asked for: ${textOf(page)}`);
  return JSON.parse(options);
}
