import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { decodeJwt } from 'jose';
import { parse } from 'node-html-parser';
import { ACR_SINGLE_FACTOR } from '../../accounts/acr.ts';
import { answerAt, demoParty, visitor } from '../demo-clients.ts';
import { ALICE, BOB, startDeployment, type TestDeployment } from '../gatehouse.ts';
import type { PlainBrowser } from '../plain-browser.ts';
import { pollUntil } from '../poll.ts';
import { type RelyingParty, signIn, walkThrough } from '../relying-party.ts';

describe('an authorization request', () => {
  let deployment: TestDeployment;
  /** First-party: consent is never in the way. */
  let payroll: RelyingParty;
  /** Third-party: people are asked. */
  let notes: RelyingParty;
  let alice: PlainBrowser;

  before(async () => {
    deployment = await startDeployment();
    payroll = await demoParty(deployment, 'payroll-web');
    notes = await demoParty(deployment, 'notes-web');
    alice = visitor(deployment);
    await signIn(alice, payroll, ALICE);
  });
  after(() => deployment.stop());

  const open = async (
    party: RelyingParty,
    parameters: Record<string, string>,
    browser: PlainBrowser = alice,
  ) => {
    const request = await party.begin(parameters);
    return { request, page: await browser.open(request.url.href) };
  };

  describe('with prompt=none', () => {
    it('says login_required where nobody is signed in', async () => {
      const { request, page } = await open(payroll, { prompt: 'none' }, visitor(deployment));
      const answer = answerAt(page, payroll);
      assert.equal(answer.error, 'login_required');
      assert.equal(answer.state, request.checks.expectedState);
      assert.equal(answer.iss, deployment.publicUrl);
    });

    it('says consent_required where something was never allowed', async () => {
      const { page } = await open(notes, { prompt: 'none' });
      assert.equal(answerAt(page, notes).error, 'consent_required');
    });

    it('gives a code, without a page, to whom everything was allowed', async () => {
      const { request, page } = await open(payroll, { prompt: 'none' });
      const answer = answerAt(page, payroll);
      assert.equal(answer.state, request.checks.expectedState);
      assert.equal(answer.iss, deployment.publicUrl);
      const tokens = await request.redeem(page.url);
      assert.equal(tokens.claims()?.nonce, request.checks.expectedNonce);
    });

    it('stands alone', async () => {
      const { page } = await open(payroll, { prompt: 'none login' });
      assert.equal(answerAt(page, payroll).error, 'invalid_request');
    });
  });

  describe('with prompt=login', () => {
    it('has a signed-in person prove it again, and says when', async () => {
      const before = await signIn(alice, payroll, ALICE);
      const { request, page } = await open(payroll, { prompt: 'login' });
      assert.match(page.text, /Confirm it’s you/);
      assert.match(page.text, /Alice Example/);

      const wrong = await alice.submit(page, { password: 'not hers' }, { action: '/sign-in' });
      assert.match(wrong.text, /don’t match/);
      const arrived = await alice.submit(
        wrong,
        { password: ALICE.password },
        { action: '/sign-in' },
      );
      const tokens = await request.redeem(arrived.url);
      const [earlier, later] = [before.claims()?.auth_time, tokens.claims()?.auth_time];
      assert.ok(Number(later) >= Number(earlier));
      assert.equal(tokens.claims()?.sub, before.claims()?.sub);
    });

    it('keeps the session when the person goes away instead', async () => {
      const { page } = await open(payroll, { prompt: 'login' });
      const cancelled = await alice.submit(page, {}, { action: '/abort' });
      assert.equal(answerAt(cancelled, payroll).error, 'access_denied');
      const { page: silent } = await open(payroll, { prompt: 'none' });
      assert.ok(answerAt(silent, payroll).code);
    });
  });

  it('with prompt=consent asks even a first-party application’s visitor', async () => {
    for (const party of [payroll, notes]) {
      const { request, page } = await open(party, { prompt: 'consent' });
      assert.ok(page.document.querySelector('form[action$="/consent"]'));
      const arrived = await alice.submit(page, {}, { action: '/consent' });
      await request.redeem(arrived.url);
    }
  });

  it('with prompt=login consent asks both, one after the other', async () => {
    const { request, page } = await open(notes, { prompt: 'login consent' });
    assert.match(page.text, /Confirm it’s you/);
    const consent = await alice.submit(page, { password: ALICE.password }, { action: '/sign-in' });
    const arrived = await alice.submit(consent, {}, { action: '/consent' });
    await request.redeem(arrived.url);
  });

  describe('with prompt=select_account', () => {
    it('offers who is signed in, and goes on without a password', async () => {
      const { request, page } = await open(payroll, { prompt: 'select_account' });
      assert.match(page.text, /Choose an account/);
      assert.match(page.text, /Alice Example/);
      const arrived = await alice.submit(page, {}, { action: '/continue' });
      await request.redeem(arrived.url);
    });

    it('takes another account as well', async () => {
      const browser = visitor(deployment);
      await signIn(browser, notes, ALICE);
      const { request, page } = await open(notes, { prompt: 'select_account' }, browser);
      const other = await browser.submit(page, {}, { action: '/switch' });
      assert.equal(
        other.document.querySelector('input[name=identifier]')?.getAttribute('value'),
        '',
      );
      const arrived = await walkThrough(browser, other.url, BOB);
      const tokens = await request.redeem(arrived.url);
      const hers = await signIn(alice, payroll, ALICE);
      assert.notEqual(tokens.claims()?.sub, hers.claims()?.sub);
    });

    it('asks once where nobody is signed in, and beside login both', async () => {
      await signIn(visitor(deployment), payroll, ALICE, { prompt: 'select_account' });
      const { request, page } = await open(payroll, { prompt: 'select_account login' });
      const confirm = await alice.submit(page, {}, { action: '/continue' });
      assert.match(confirm.text, /Confirm it’s you/);
      const arrived = await alice.submit(
        confirm,
        { password: ALICE.password },
        { action: '/sign-in' },
      );
      await request.redeem(arrived.url);
    });
  });

  it('with an unknown prompt is refused', async () => {
    const { page } = await open(payroll, { prompt: 'create' });
    assert.equal(answerAt(page, payroll).error, 'invalid_request');
  });

  it('with max_age asks whoever signed in longer ago, and nobody else', async () => {
    const { page: fresh } = await open(payroll, { max_age: '3600' });
    assert.ok(answerAt(fresh, payroll).code);
    // The library measures with its own clock, in whole seconds.
    await pollUntil(
      async () => {
        const { page } = await open(payroll, { max_age: '1', prompt: 'none' });
        return answerAt(page, payroll).error === 'login_required';
      },
      { deadlineMs: 5_000, everyMs: 200 },
    );
    const tokens = await signIn(alice, payroll, ALICE, { max_age: '1' });
    const now = Math.floor(Date.now() / 1000);
    assert.ok(now - Number(tokens.claims()?.auth_time) <= 2);

    const { page: zero } = await open(payroll, { max_age: '0' });
    assert.match(zero.text, /Confirm it’s you/);
    const { page: nonsense } = await open(payroll, { max_age: '-1' });
    assert.equal(answerAt(nonsense, payroll).error, 'invalid_request');
  });

  it('with login_hint fills the name in, whatever it holds', async () => {
    for (const hint of ['alice@example.com', `"><script>alert(1)</script>`]) {
      const { page } = await open(payroll, { login_hint: hint }, visitor(deployment));
      const field = page.document.querySelector('input[name=identifier]');
      assert.equal(field?.getAttribute('value'), hint);
      assert.equal(page.document.querySelector('script:not([src])'), null);
    }
  });

  it('with ui_locales gets the nearest language that there is', async () => {
    for (const [locales, language] of [
      ['fr-CA fr en', 'fr'],
      ['zh-TW ja', 'ja'],
      ['xx', 'en'],
      ['not/a\\tag', 'en'],
    ] as const) {
      const { page } = await open(payroll, { ui_locales: locales }, visitor(deployment));
      assert.equal(page.status, 200);
      assert.equal(page.document.querySelector('html')?.getAttribute('lang'), language);
    }
  });

  it('with id_token_hint holds the session against it', async () => {
    const bob = visitor(deployment);
    const hers = (await signIn(alice, payroll, ALICE)).id_token ?? '';
    const his = (await signIn(bob, notes, BOB)).id_token ?? '';

    const { page: right } = await open(payroll, { id_token_hint: hers, prompt: 'none' });
    assert.ok(answerAt(right, payroll).code);
    // The hint may have been issued to another client.
    const { page: wrong } = await open(notes, { id_token_hint: his, prompt: 'none' });
    assert.equal(answerAt(wrong, notes).error, 'login_required');
    const { request, page } = await open(notes, { id_token_hint: his });
    assert.match(page.text, /different account/);
    const stillWrong = await alice.submit(page, { ...ALICE }, { action: '/sign-in' });
    assert.match(stillWrong.text, /different account/);
    const { page: unchanged } = await open(payroll, { prompt: 'none' });
    assert.ok(answerAt(unchanged, payroll).code);
    const arrived = await walkThrough(alice, stillWrong.url, BOB);
    const tokens = await request.redeem(arrived.url);
    assert.equal(tokens.claims()?.sub, decodeJwt(his).sub);

    await signIn(alice, payroll, ALICE, { prompt: 'login' });
    const { page: forged } = await open(payroll, { id_token_hint: `${hers.slice(0, -6)}AAAAAA` });
    assert.equal(answerAt(forged, payroll).error, 'invalid_request');
  });

  describe('with an acr', () => {
    const essential = (acr: Record<string, unknown>) => ({
      claims: JSON.stringify({ id_token: { acr: { essential: true, ...acr } } }),
    });

    it('that is wished for goes on without it', async () => {
      const tokens = await signIn(alice, payroll, ALICE, { acr_values: 'urn:mace:gold' });
      assert.equal(tokens.claims()?.acr, ACR_SINGLE_FACTOR);
    });

    it('that is essential and met goes on', async () => {
      for (const acr of [{ value: ACR_SINGLE_FACTOR }, { values: ['urn:x', ACR_SINGLE_FACTOR] }]) {
        const tokens = await signIn(alice, payroll, ALICE, essential(acr));
        assert.equal(tokens.claims()?.acr, ACR_SINGLE_FACTOR);
      }
    });

    it('that is essential and not to be had says so, whoever is there', async () => {
      for (const browser of [alice, visitor(deployment)]) {
        const parameters = essential({ values: ['urn:mace:gold'] });
        const { page } = await open(payroll, parameters, browser);
        assert.equal(answerAt(page, payroll).error, 'unmet_authentication_requirements');
      }
    });
  });

  describe('with response_mode', () => {
    it('query, fragment or nothing answers in the address', async () => {
      for (const [mode, part] of [
        ['query', 'search'],
        ['fragment', 'hash'],
        [undefined, 'search'],
      ] as const) {
        const { request, page } = await open(
          payroll,
          mode === undefined ? {} : { response_mode: mode },
        );
        const answer = new URLSearchParams(new URL(page.url)[part].slice(1));
        assert.ok(answer.get('code'));
        assert.equal(answer.get('state'), request.checks.expectedState);
        assert.equal(answer.get('iss'), deployment.publicUrl);
        assert.equal(new URL(page.url)[part === 'hash' ? 'search' : 'hash'], '');
      }
    });

    it('form_post answers with a form that sends itself', async () => {
      for (const [parameters, holds] of [
        [{}, 'code'],
        [{ max_age: 'x' }, 'error'],
      ] as const) {
        const request = await payroll.begin({ response_mode: 'form_post', ...parameters });
        const response = await alice.request(request.url.href);
        const form = parse(await response.text()).querySelector('form');
        assert.equal(form?.getAttribute('action'), payroll.redirectUri);
        const fields = Object.fromEntries(
          (form?.querySelectorAll('input') ?? []).map((input) => [
            input.getAttribute('name'),
            input.getAttribute('value'),
          ]),
        );
        assert.ok(fields[holds]);
        assert.equal(fields.state, request.checks.expectedState);
        assert.equal(fields.iss, deployment.publicUrl);
        assert.match(
          response.headers.get('content-security-policy') ?? '',
          /script-src 'sha256-[\w+/=]+'/,
        );
      }
    });
  });

  it('that is nonsense hears so at its redirect URI, with state and iss', async () => {
    for (const [parameters, error] of [
      [{ response_type: 'token' }, 'unsupported_response_type'],
      [{ scope: 'openid', claims: '{' }, 'invalid_request'],
      [{ resource: 'https://nobody.example' }, 'invalid_target'],
      [{ code_challenge: 'short' }, 'invalid_request'],
    ] as const) {
      const { request, page } = await open(payroll, parameters);
      const answer = answerAt(page, payroll);
      assert.equal(answer.error, error, JSON.stringify(parameters));
      assert.equal(answer.state, request.checks.expectedState);
      assert.equal(answer.iss, deployment.publicUrl);
    }
  });

  it('of an unknown client, or for another’s address, leads nowhere', async () => {
    for (const parameters of [
      { client_id: 'nobody' },
      { redirect_uri: 'https://evil.test/callback' },
      { redirect_uri: 'javascript:alert(1)' },
    ]) {
      const { page } = await open(payroll, parameters);
      assert.equal(page.status, 400);
      assert.ok(page.url.startsWith(`${deployment.publicUrl}/auth?`));
      assert.equal(page.document.querySelectorAll('a[href^=javascript], main form').length, 0);
      assert.match(page.text, /application/);
    }
  });
});
