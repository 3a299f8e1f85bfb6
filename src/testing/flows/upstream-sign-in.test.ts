import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { ALICE } from '../gatehouse.ts';
import { codeIn } from '../mail.ts';
import { createPlainBrowser } from '../plain-browser.ts';
import { pollUntil } from '../poll.ts';
import {
  arrived,
  says,
  startUpstreamFlowWorld,
  textOf,
  type UpstreamFlowWorld,
} from '../upstream-flow-world.ts';
import type { UpstreamServer } from '../upstream-server.ts';

describe('signing in with a provider of others', () => {
  let world: UpstreamFlowWorld;
  let trusted: UpstreamServer;
  let plain: UpstreamServer;
  before(async () => {
    world = await startUpstreamFlowWorld();
    ({ trusted, plain } = world);
  });
  beforeEach(() => world.nextPerson());
  after(() => world.stop());

  it('asks whoever has an account to sign in to it once, and from then on lets them in', async () => {
    trusted.person = {
      sub: 'alice-at-trusted',
      name: 'Alice T.',
      email: 'alice@example.com',
      email_verified: true,
    };
    const browser = world.newBrowser();
    const { request, page } = await world.continueWith(browser, 'trusted');
    says(page, /You have signed in with Trusted as alice@example\.com, which no account here/);
    assert.equal(
      page.document.querySelector('[name=identifier]')?.getAttribute('value'),
      'alice@example.com',
    );
    assert.deepEqual(await world.linksNow(), []);

    const asked = await browser.submit(page, { password: ALICE.password }, { action: '/sign-in' });
    says(asked, /Connect Trusted\?/);
    says(asked, /whoever signs in with Trusted as alice@example\.com can sign in to this account/);
    assert.deepEqual(await world.linksNow(), []);
    const done = await browser.submit(asked, {}, { action: '/upstream-link', button: 'link' });
    await request.redeem(arrived(done));
    assert.equal((await world.linksNow()).length, 1);
    const notice = await world.deployment.mail.waitForMail({
      to: 'alice@example.com',
      kind: 'security_notice.sign_in_method_linked',
    });
    assert.match(notice.text, /Trusted/);

    const again = await world.continueWith(world.newBrowser(), 'trusted');
    const tokens = await again.request.redeem(arrived(again.page));
    const claims = tokens.claims();
    assert.deepEqual(claims?.amr, ['fed']);
    assert.equal(claims?.acr, 'urn:gatehouse:acr:single-factor');
    const [alice] = await world
      .accountsOf('default')
      .then((rows) => rows.filter(({ username }) => username === 'alice'));
    assert.equal(claims?.sub, alice.id);
    const [signedIn] = await world.events('sign_in.succeeded');
    assert.deepEqual(signedIn?.detail, { amr: ['fed'], provider: 'trusted' });
    assert.equal((await world.events('upstream.linked')).length, 1);

    // Whatever the provider says of her from now on changes nothing here.
    trusted.person = { ...trusted.person, email: 'bob@example.com', email_verified: true };
    const later = await world.continueWith(world.newBrowser(), 'trusted');
    assert.equal((await later.request.redeem(arrived(later.page))).claims()?.sub, alice.id);
    const [same] = (await world.accountsOf('default')).filter(({ id }) => id === alice.id);
    assert.equal(same.email, 'alice@example.com');
  });

  it('links nothing when the person says no', async () => {
    const before = await world.linksNow();
    const browser = world.newBrowser();
    const { request, page } = await world.continueWith(browser, 'plain');
    const asked = await browser.submit(page, ALICE, { action: '/sign-in' });
    const done = await browser.submit(asked, {}, { action: '/upstream-link', button: 'later' });
    await request.redeem(arrived(done));
    assert.deepEqual(await world.linksNow(), before);
  });

  it('signs nobody in who has proved no more than an identity that nobody has', async () => {
    const browser = world.newBrowser();
    const { start } = await world.continueWith(browser, 'plain');
    const uid = start.url.split('/').at(-1);
    const resumed = await browser.open(`${world.deployment.publicUrl}/auth/${uid}`);
    assert.match(resumed.url, /\/interaction\//);
    says(resumed, /Sign in/);
  });

  it('keeps an identity that nobody has for the browser that proved it', async () => {
    plain.person = { sub: 'pat-at-plain', name: 'Pat', email: 'pat@up.example' };
    // Whoever began has put their cookies into her browser, and would link what is hers to them.
    const attacker = world.newBrowser();
    const planted = await attacker.open((await world.begin()).url.href);
    const victim = createPlainBrowser();
    for (const cookie of await attacker.jar.getCookies(planted.url)) {
      await victim.jar.setCookie(String(cookie), planted.url);
    }
    says(
      await world.press(victim, planted, 'plain'),
      /You have signed in with Plain as pat@up\.example/,
    );
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
    const { request, page } = await world.continueWith(world.newBrowser(), 'trusted', 'open');
    const tokens = await request.redeem(arrived(page));
    const rows = await world.accountsOf('open');
    const [nadia] = rows.filter(({ username }) => username === 'nadia@up.example');
    assert.equal(tokens.claims()?.sub, nadia.id);
    assert.equal(nadia.email_verified, true);
    assert.deepEqual(nadia.claims, { name: 'Nadia New', locale: 'fr' });
    const again = await world.continueWith(world.newBrowser(), 'trusted', 'open');
    assert.equal((await again.request.redeem(arrived(again.page))).claims()?.sub, nadia.id);
    assert.equal((await world.accountsOf('open')).length, rows.length);
  });

  it('lets whoever has no account make one, with an address that they prove themselves', async () => {
    plain.person = { sub: 'nora-1', email: 'nora@up.example' };
    const browser = world.newBrowser();
    const { request, page } = await world.continueWith(browser, 'plain', 'open');
    const form = await browser.submit(page, {}, { action: '/way', button: 'register' });
    const [address] = form.document.querySelectorAll('[name=email]');
    assert.equal(address?.getAttribute('value'), 'nora@up.example');
    const fields = { email: 'nora@up.example', name: 'Nora', password: 'grey otters at breakfast' };
    const code = await browser.submit(form, fields, { action: '/register' });
    const mail = await world.deployment.mail.waitForMail({
      to: 'nora@up.example',
      kind: 'verify_email_code',
    });
    const asked = await browser.submit(code, { code: codeIn(mail) });
    says(asked, /Connect Plain\?/);
    const done = await browser.submit(asked, {}, { action: '/upstream-link', button: 'link' });
    const first = (await request.redeem(arrived(done))).claims();
    const again = await world.continueWith(world.newBrowser(), 'plain', 'open');
    assert.equal((await again.request.redeem(arrived(again.page))).claims()?.sub, first?.sub);
  });

  it('asks for a second factor as after a password', async () => {
    const { db } = world.deployment.backends;
    await db('tenants')
      .where({ slug: 'open' })
      .update({ settings: JSON.stringify({ registration: 'open', mfa: 'required' }) });
    const [tenant] = await db('tenants').where({ slug: 'open' });
    await world.deployment.backends.tenants.touch(tenant.id);
    plain.person = { sub: 'nora-1', email: 'nora@up.example' };
    try {
      await pollUntil(
        async () => {
          const { page } = await world.continueWith(world.newBrowser(), 'plain', 'open');
          return /What do you want to use/.test(textOf(page));
        },
        { deadlineMs: 10_000 },
      );
    } finally {
      await db('tenants')
        .where({ slug: 'open' })
        .update({ settings: JSON.stringify({ registration: 'open' }) });
      await world.deployment.backends.tenants.touch(tenant.id);
    }
  });

  it('tells nobody who has an account by addresses that are not proved', async () => {
    const pages: string[] = [];
    for (const email of ['alice@example.com', 'nobody@example.com']) {
      const who = { sub: `claims ${email}`, email, email_verified: true };
      plain.person = who;
      trusted.person = { ...who, email_verified: false };
      for (const key of ['plain', 'trusted'] as const) {
        const { page } = await world.continueWith(world.newBrowser(), key);
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
    const { page } = await world.continueWith(world.newBrowser(), 'trusted');
    says(page, /There is no account here for who you are at Trusted/);
    const [failed] = await world.events('upstream.sign_in_failed');
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
      const browser = world.newBrowser();
      const { request, page } = await world.continueWith(browser, 'trusted');
      says(page, expected);
      assert.match(page.document.querySelector('title')?.text ?? '', /^Error: /);
      const [failed] = await world.events('upstream.sign_in_failed');
      assert.equal(failed?.detail?.reason, reason);
      const done = await browser.submit(page, ALICE, { action: '/sign-in' });
      await request.redeem(arrived(done));
    }
  });

  it('refuses the identity of a disabled account as if it were nobody’s', async () => {
    trusted.person = { sub: 'new-1', email: 'nadia@up.example', email_verified: true };
    const { backends } = world.deployment;
    const [nadia] = (await world.accountsOf('open')).filter(
      (one) => one.username === 'nadia@up.example',
    );
    await backends.accounts.setDisabled(nadia.tenant_id, nadia.id, true);
    const { page } = await world.continueWith(world.newBrowser(), 'trusted', 'open');
    says(page, /There is no account here for who you are at Trusted/);
    await backends.accounts.setDisabled(nadia.tenant_id, nadia.id, false);
  });
});
