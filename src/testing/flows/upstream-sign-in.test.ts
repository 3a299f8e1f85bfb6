import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createTestCli } from '../cli.ts';
import { ALICE, startDeployment, type TestDeployment } from '../gatehouse.ts';
import { codeIn } from '../mail.ts';
import { createPlainBrowser, type PlainBrowser, type PlainPage } from '../plain-browser.ts';
import { pollUntil } from '../poll.ts';
import { createRecordingLogger, type RecordingLogger } from '../recording-logger.ts';
import { createRelyingParty, type RelyingParty } from '../relying-party.ts';
import { copyEverything, searchCopy } from '../search-at-rest.ts';
import { seedMore } from '../seed-more.ts';
import { startUpstreamServer, type UpstreamServer } from '../upstream-server.ts';

const CALLBACK = 'https://app.example/callback';
/** The tenant `default` has alice and bob and takes nobody in; `open` takes everybody in. */
const TENANTS = ['default', 'open'] as const;
type Slug = (typeof TENANTS)[number];

describe('signing in with a provider of others', () => {
  let deployment: TestDeployment;
  let logger: RecordingLogger;
  /** Its word on addresses counts. */
  let trusted: UpstreamServer;
  /** Its word counts for nothing. */
  let plain: UpstreamServer;
  const parties = new Map<Slug, RelyingParty>();
  let person = 0;

  before(async () => {
    logger = createRecordingLogger();
    [trusted, plain] = await Promise.all([startUpstreamServer(), startUpstreamServer()]);
    deployment = await startDeployment({ logger, mail: true });
    const upstream = (key: string, name: string, server: UpstreamServer, more: object = {}) => ({
      key,
      name,
      issuer: server.issuer,
      client_id: server.clientId,
      client_secret: { value: server.clientSecret },
      ...more,
    });
    const rest = {
      upstreams: [
        upstream('trusted', 'Trusted', trusted, { trustEmail: true, registration: 'allow' }),
        upstream('plain', 'Plain', plain, { registration: 'allow' }),
      ],
      applications: [
        {
          key: 'app',
          firstParty: true,
          clients: [
            {
              client_id: 'app',
              token_endpoint_auth_method: 'none',
              redirect_uris: [CALLBACK],
              scope: 'openid profile email',
            },
          ],
        },
      ],
    };
    await seedMore(
      deployment,
      { slug: 'default', name: 'Demo', settings: { registration: 'closed' }, ...rest },
      { slug: 'open', name: 'Open', settings: { registration: 'open' }, ...rest },
    );
    for (const slug of TENANTS) {
      const issuer = `${deployment.publicUrl}${slug === 'default' ? '' : `/t/${slug}`}`;
      const party = await createRelyingParty({ issuer, clientId: 'app', redirectUri: CALLBACK });
      parties.set(slug, party);
    }
  });
  beforeEach(() => {
    person += 1;
    for (const server of [trusted, plain]) {
      Object.assign(server, {
        person: { sub: `person-${person}`, name: 'Pat', email: `pat-${person}@up.example` },
        forged: {},
        answer: {},
        signing: 'honest',
      });
      server.instead.clear();
    }
  });
  after(async () => {
    await deployment.stop();
    await Promise.all([trusted.close(), plain.close()]);
  });

  const newBrowser = () => createPlainBrowser({ stopAt: (url) => url.startsWith(CALLBACK) });
  async function begin(slug: Slug = 'default', parameters: Record<string, string> = {}) {
    const party = parties.get(slug);
    assert.ok(party);
    return party.begin(parameters);
  }
  /** Opens the sign-in page and presses a provider's button. */
  async function continueWith(
    browser: PlainBrowser,
    key: 'trusted' | 'plain',
    slug: Slug = 'default',
  ) {
    const request = await begin(slug);
    const start = await browser.open(request.url.href);
    const page = await press(browser, start, key);
    return { request, start, page };
  }
  const press = (browser: PlainBrowser, page: PlainPage, key: string) =>
    browser.submit(page, {}, { action: '/upstream', button: key });
  const textOf = (page: PlainPage) =>
    (page.document.querySelector('main')?.text ?? '').replace(/\s+/g, ' ').trim();
  const says = (page: PlainPage, expected: RegExp) => assert.match(textOf(page), expected);
  function arrived(page: PlainPage): string {
    assert.ok(page.url.startsWith(CALLBACK), `still at ${page.url}: ${textOf(page)}`);
    return page.url;
  }
  async function events(kind: string) {
    await deployment.backends.audit.flush();
    const all = await deployment.backends.audit.list({ limit: 1000 });
    return all.filter((event) => event.kind === kind);
  }
  const accountsOf = async (slug: Slug) =>
    deployment.backends
      .db('accounts')
      .whereIn('tenant_id', deployment.backends.db('tenants').where({ slug }).select('id'));
  const linksNow = () => deployment.backends.db('upstream_links').select();

  it('asks whoever has an account to sign in to it once, and from then on lets them in', async () => {
    trusted.person = {
      sub: 'alice-at-trusted',
      name: 'Alice T.',
      email: 'alice@example.com',
      email_verified: true,
    };
    const browser = newBrowser();
    const { request, page } = await continueWith(browser, 'trusted');
    says(page, /You have signed in with Trusted as alice@example\.com, which no account here/);
    assert.equal(
      page.document.querySelector('[name=identifier]')?.getAttribute('value'),
      'alice@example.com',
    );
    assert.deepEqual(await linksNow(), []);

    const asked = await browser.submit(page, { password: ALICE.password }, { action: '/sign-in' });
    says(asked, /Connect Trusted\?/);
    says(asked, /whoever signs in with Trusted as alice@example\.com can sign in to this account/);
    assert.deepEqual(await linksNow(), []);
    const done = await browser.submit(asked, {}, { action: '/upstream-link', button: 'link' });
    await request.redeem(arrived(done));
    assert.equal((await linksNow()).length, 1);
    const notice = await deployment.mail.waitForMail({
      to: 'alice@example.com',
      kind: 'security_notice.sign_in_method_linked',
    });
    assert.match(notice.text, /Trusted/);

    const again = await continueWith(newBrowser(), 'trusted');
    const tokens = await again.request.redeem(arrived(again.page));
    const claims = tokens.claims();
    assert.deepEqual(claims?.amr, ['fed']);
    assert.equal(claims?.acr, 'urn:gatehouse:acr:single-factor');
    const [alice] = await accountsOf('default').then((rows) =>
      rows.filter(({ username }) => username === 'alice'),
    );
    assert.equal(claims?.sub, alice.id);
    const [signedIn] = await events('sign_in.succeeded');
    assert.deepEqual(signedIn?.detail, { amr: ['fed'], provider: 'trusted' });
    assert.equal((await events('upstream.linked')).length, 1);

    // Whatever the provider says of her from now on changes nothing here.
    trusted.person = { ...trusted.person, email: 'bob@example.com', email_verified: true };
    const later = await continueWith(newBrowser(), 'trusted');
    assert.equal((await later.request.redeem(arrived(later.page))).claims()?.sub, alice.id);
    const [same] = (await accountsOf('default')).filter(({ id }) => id === alice.id);
    assert.equal(same.email, 'alice@example.com');
  });

  it('links nothing when the person says no', async () => {
    const before = await linksNow();
    const browser = newBrowser();
    const { request, page } = await continueWith(browser, 'plain');
    const asked = await browser.submit(page, ALICE, { action: '/sign-in' });
    const done = await browser.submit(asked, {}, { action: '/upstream-link', button: 'later' });
    await request.redeem(arrived(done));
    assert.deepEqual(await linksNow(), before);
  });

  it('signs nobody in who has proved no more than an identity that nobody has', async () => {
    const browser = newBrowser();
    const { start } = await continueWith(browser, 'plain');
    const uid = start.url.split('/').at(-1);
    const resumed = await browser.open(`${deployment.publicUrl}/auth/${uid}`);
    assert.match(resumed.url, /\/interaction\//);
    says(resumed, /Sign in/);
  });

  it('keeps an identity that nobody has for the browser that proved it', async () => {
    plain.person = { sub: 'pat-at-plain', name: 'Pat', email: 'pat@up.example' };
    // Whoever began has put their cookies into her browser, and would link what is hers to them.
    const attacker = newBrowser();
    const planted = await attacker.open((await begin()).url.href);
    const victim = createPlainBrowser();
    for (const cookie of await attacker.jar.getCookies(planted.url)) {
      await victim.jar.setCookie(String(cookie), planted.url);
    }
    says(await press(victim, planted, 'plain'), /You have signed in with Plain as pat@up\.example/);
    const seen = await attacker.open(planted.url);
    assert.doesNotMatch(seen.text, /pat@up\.example/);
    const done = await attacker.submit(seen, ALICE, { action: '/sign-in' });
    arrived(done);
  });

  it('makes an account where the tenant and the provider allow it, with the address proved', async () => {
    trusted.person = {
      sub: 'new-1',
      name: 'Nadia New',
      locale: 'fr',
      email: 'nadia@up.example',
      email_verified: true,
    };
    const { request, page } = await continueWith(newBrowser(), 'trusted', 'open');
    const tokens = await request.redeem(arrived(page));
    const rows = await accountsOf('open');
    const [nadia] = rows.filter(({ username }) => username === 'nadia@up.example');
    assert.equal(tokens.claims()?.sub, nadia.id);
    assert.equal(nadia.email_verified, true);
    assert.deepEqual(nadia.claims, { name: 'Nadia New', locale: 'fr' });
    const again = await continueWith(newBrowser(), 'trusted', 'open');
    assert.equal((await again.request.redeem(arrived(again.page))).claims()?.sub, nadia.id);
    assert.equal((await accountsOf('open')).length, rows.length);
  });

  it('lets whoever has no account make one, with an address that they prove themselves', async () => {
    plain.person = { sub: 'nora-1', email: 'nora@up.example' };
    const browser = newBrowser();
    const { request, page } = await continueWith(browser, 'plain', 'open');
    const form = await browser.submit(page, {}, { action: '/way', button: 'register' });
    const [address] = form.document.querySelectorAll('[name=email]');
    assert.equal(address?.getAttribute('value'), 'nora@up.example');
    const fields = { email: 'nora@up.example', name: 'Nora', password: 'grey otters at breakfast' };
    const code = await browser.submit(form, fields, { action: '/register' });
    const mail = await deployment.mail.waitForMail({
      to: 'nora@up.example',
      kind: 'verify_email_code',
    });
    const asked = await browser.submit(code, { code: codeIn(mail) });
    says(asked, /Connect Plain\?/);
    const done = await browser.submit(asked, {}, { action: '/upstream-link', button: 'link' });
    const first = (await request.redeem(arrived(done))).claims();
    const again = await continueWith(newBrowser(), 'plain', 'open');
    assert.equal((await again.request.redeem(arrived(again.page))).claims()?.sub, first?.sub);
  });

  it('asks for a second factor as after a password', async () => {
    const { db } = deployment.backends;
    await db('tenants')
      .where({ slug: 'open' })
      .update({ settings: JSON.stringify({ registration: 'open', mfa: 'required' }) });
    const [tenant] = await db('tenants').where({ slug: 'open' });
    await deployment.backends.tenants.touch(tenant.id);
    plain.person = { sub: 'nora-1', email: 'nora@up.example' };
    try {
      await pollUntil(
        async () => {
          const { page } = await continueWith(newBrowser(), 'plain', 'open');
          return /What do you want to use/.test(textOf(page));
        },
        { deadlineMs: 10_000 },
      );
    } finally {
      await db('tenants')
        .where({ slug: 'open' })
        .update({ settings: JSON.stringify({ registration: 'open' }) });
      await deployment.backends.tenants.touch(tenant.id);
    }
  });

  it('tells nobody who has an account by addresses that are not proved', async () => {
    const pages: string[] = [];
    for (const email of ['alice@example.com', 'nobody@example.com']) {
      const who = { sub: `claims ${email}`, email, email_verified: true };
      plain.person = who;
      trusted.person = { ...who, email_verified: false };
      for (const key of ['plain', 'trusted'] as const) {
        const { page } = await continueWith(newBrowser(), key);
        pages.push(
          textOf(page)
            .replaceAll(email, 'ADDRESS')
            .replaceAll(/Plain|Trusted/g, 'X'),
        );
      }
    }
    assert.equal(new Set(pages).size, 1, pages.join('\n'));
  });

  it('says that there is no account, where nobody is taken in', async () => {
    trusted.person = { sub: 'new-2', email: 'new-2@up.example', email_verified: true };
    const { page } = await continueWith(newBrowser(), 'trusted');
    says(page, /There is no account here for who you are at Trusted/);
    const [failed] = await events('upstream.sign_in_failed');
    assert.deepEqual(failed?.detail, { reason: 'not_registered' });
    assert.deepEqual(failed?.subject, { type: 'upstream_provider', id: 'trusted' });
  });

  it('says in a person’s words why it came to nothing, and lets them go on', async () => {
    const failures: readonly [string, () => void, RegExp][] = [
      [
        'refused',
        () => {
          trusted.person = undefined;
        },
        /You did not sign in with Trusted/,
      ],
      [
        'unreachable',
        () => trusted.instead.set('/token', (_req, res) => void res.writeHead(503).end()),
        /Trusted cannot be reached at the moment/,
      ],
      [
        'invalid_response',
        () => {
          trusted.signing = 'stranger';
        },
        /Signing in with Trusted did not work/,
      ],
    ];
    for (const [reason, break_, expected] of failures) {
      trusted.person = { sub: 'alice-at-trusted' };
      trusted.signing = 'honest';
      trusted.instead.clear();
      break_();
      const browser = newBrowser();
      const { request, page } = await continueWith(browser, 'trusted');
      says(page, expected);
      assert.match(page.document.querySelector('title')?.text ?? '', /^Error: /);
      const [failed] = await events('upstream.sign_in_failed');
      assert.equal(failed?.detail?.reason, reason);
      const done = await browser.submit(page, ALICE, { action: '/sign-in' });
      await request.redeem(arrived(done));
    }
  });

  /** Presses a button and stops with the address that the provider sends the browser back to. */
  async function answerFor(browser: PlainBrowser, key: 'trusted' | 'plain') {
    const request = await begin();
    const start = await browser.open(request.url.href);
    const form = new URLSearchParams({
      csrf: start.document.querySelector('[name=csrf]')?.getAttribute('value') ?? '',
      provider: key,
    });
    const response = await browser.request(`${start.url}/upstream`, {
      method: 'POST',
      body: form,
      headers: { origin: deployment.publicUrl },
    });
    const leaving = await response.text();
    const [, escaped = ''] = /content="0; url=([^"]*)"/.exec(leaving) ?? [];
    const address = escaped.replaceAll('&amp;', '&');
    const { headers } = await fetch(address, { redirect: 'manual' });
    return { request, start, leaving, address, answer: headers.get('location') ?? '' };
  }

  it('takes an answer once', async () => {
    trusted.person = { sub: 'alice-at-trusted' };
    const browser = newBrowser();
    const { request, answer } = await answerFor(browser, 'trusted');
    await request.redeem(arrived(await browser.open(answer)));
    const replayed = await browser.open(answer);
    assert.ok(!replayed.url.startsWith(CALLBACK));
    says(replayed, /This sign-in has expired/);
  });

  it('takes no answer in a browser that did not ask for it', async () => {
    trusted.person = { sub: 'alice-at-trusted' };
    const mine = newBrowser();
    const { answer } = await answerFor(mine, 'trusted');
    const stranger = newBrowser();
    await stranger.open((await begin()).url.href);
    says(await stranger.open(answer), /This sign-in has expired/);
    // It is still good where it belongs.
    arrived(await mine.open(answer));
  });

  it('takes no answer of another request, or by the way of another provider', async () => {
    trusted.person = { sub: 'alice-at-trusted' };
    const victim = newBrowser();
    const { start, answer } = await answerFor(victim, 'trusted');
    const attacker = await answerFor(newBrowser(), 'trusted');
    // The attacker's code, under the state that the victim's browser waits for.
    const injected = new URL(answer);
    injected.searchParams.set('code', new URL(attacker.answer).searchParams.get('code') ?? '');
    const page = await victim.open(injected.href);
    says(page, /Signing in with Trusted did not work/);
    // The request was used up by that.
    says(await victim.open(answer), /took too long, or was finished before/);
    assert.ok(page.url.startsWith(start.url));

    const other = newBrowser();
    const mixed = await answerFor(other, 'trusted');
    says(
      await other.open(mixed.answer.replace('/upstream/trusted/', '/upstream/plain/')),
      /Signing in with Plain did not work/,
    );
  });

  it('answers nonsense at the redirect URI with a page', async () => {
    for (const query of ['', '?state=', '?state=a.b', `?state=${'x'.repeat(60)}`]) {
      const page = await newBrowser().open(
        `${deployment.publicUrl}/upstream/trusted/callback${query}`,
      );
      assert.equal(page.status, 400);
    }
    const unknown = `${deployment.publicUrl}/upstream/nobody/callback?code=x&state=${'u'.repeat(21)}.${'r'.repeat(43)}`;
    says(await newBrowser().open(unknown), /This sign-in has expired/);
  });

  it('offers none that is disabled, and takes no answer of it', async () => {
    const cli = createTestCli({
      databaseUrl: deployment.databaseUrl,
      environment: deployment.environment,
    });
    trusted.person = { sub: 'alice-at-trusted' };
    const browser = newBrowser();
    const { answer, start } = await answerFor(browser, 'trusted');
    const buttons = (page: PlainPage) =>
      page.document.querySelectorAll('[name=provider]').map((one) => one.getAttribute('value'));
    const offered = async () => buttons(await newBrowser().open((await begin()).url.href));
    assert.deepEqual(buttons(start), ['plain', 'trusted']);
    await cli.run('upstream', 'disable', 'trusted');
    try {
      await pollUntil(async () => (await offered()).join() === 'plain', { deadlineMs: 10_000 });
      const stopped = await browser.open(answer);
      assert.ok(!stopped.url.startsWith(CALLBACK), stopped.url);
    } finally {
      await cli.run('upstream', 'enable', 'trusted');
    }
    await pollUntil(async () => (await offered()).length === 2, { deadlineMs: 10_000 });
  });

  it('refuses the identity of a disabled account as if it were nobody’s', async () => {
    trusted.person = { sub: 'new-1', email: 'nadia@up.example', email_verified: true };
    const { backends } = deployment;
    const [nadia] = (await accountsOf('open')).filter((one) => one.username === 'nadia@up.example');
    await backends.accounts.setDisabled(nadia.tenant_id, nadia.id, true);
    const { page } = await continueWith(newBrowser(), 'trusted', 'open');
    says(page, /There is no account here for who you are at Trusted/);
    await backends.accounts.setDisabled(nadia.tenant_id, nadia.id, false);
  });

  it('asks the provider anew where the person has to prove themselves again', async () => {
    trusted.person = { sub: 'alice-at-trusted' };
    const browser = newBrowser();
    arrived((await continueWith(browser, 'trusted')).page);
    const again = await begin('default', { prompt: 'login' });
    const confirm = await browser.open(again.url.href);
    // Only what is linked to the account can confirm it.
    const offered = confirm.document.querySelectorAll('[name=provider]');
    assert.deepEqual(
      offered.map((one) => one.getAttribute('value')),
      ['trusted'],
    );
    trusted.forged = { auth_time: Math.floor(Date.now() / 1000) - 3600 };
    const stale = await press(browser, confirm, 'trusted');
    says(stale, /Trusted did not confirm that it was you just now/);
    trusted.forged = {};
    const fresh = await press(browser, stale, 'trusted');
    assert.equal(trusted.received.at(-2)?.prompt, 'login');
    await again.redeem(arrived(fresh));
  });

  it('keeps what it waits for from the address, the log, and a copy of the database', async () => {
    trusted.person = { sub: 'alice-at-trusted' };
    const browser = newBrowser();
    const { address, answer, leaving } = await answerFor(browser, 'trusted');
    const asked = new URL(address).searchParams;
    const answered = new URL(answer).searchParams;
    const secrets = new Map([
      ['nonce', asked.get('nonce') ?? ''],
      ['state', (asked.get('state') ?? '').split('.')[1] ?? ''],
      ['code', answered.get('code') ?? ''],
      ['client secret', trusted.clientSecret],
    ]);
    for (const [name, value] of secrets) assert.ok(value.length >= 16, name);
    const { db, redis } = deployment.backends;
    assert.deepEqual(searchCopy(await copyEverything(db, redis), secrets), []);
    assert.ok(!leaving.includes(trusted.clientSecret));
    const verifierOf = () => trusted.received.at(-1)?.code_verifier ?? '';
    const page = await browser.open(answer);
    arrived(page);
    secrets.set('verifier', verifierOf());
    assert.match(verifierOf(), /^[\w-]{43}$/);
    assert.deepEqual(searchCopy(await copyEverything(db, redis), secrets), []);
    for (const [name, value] of secrets) assert.ok(!logger.text().includes(value), name);
  });
});
