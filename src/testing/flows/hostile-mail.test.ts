import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { demoParty } from '../demo-clients.ts';
import { startDeployment, type TestDeployment } from '../gatehouse.ts';
import { codeIn, linkIn, type ReceivedMail } from '../mail.ts';
import { createPlainBrowser, type PlainBrowser, type PlainPage } from '../plain-browser.ts';
import type { RelyingParty } from '../relying-party.ts';
import { seedMore } from '../seed-more.ts';

const PASSWORD = 'violet umbrella at noon';
const EVIL = 'evil.example';
/** Whatever a request can say of where it was sent, and from what. */
const HOSTILE_HEADERS = {
  'x-forwarded-host': EVIL,
  'x-forwarded-proto': 'https',
  'x-forwarded-server': EVIL,
  'x-original-url': `https://${EVIL}/`,
  'x-rewrite-url': `https://${EVIL}/`,
  forwarded: `host=${EVIL};proto=https`,
  'accept-language': `en, x-${EVIL}`,
  'user-agent': `Firefox <a href="https://${EVIL}">update now</a> https://${EVIL}/`,
};
/** Names that would be a message of their own, if somebody else's message held them. */
const HOSTILE_NAMES = [
  `Your account is locked: https://${EVIL}/`,
  `<a href="https://${EVIL}">Carol</a>`,
  `${EVIL}`,
  `Carol, call +49 170 1234567`,
  `carol@${EVIL}`,
  `Carol =?utf-8?q?${EVIL}?=`,
  `{{${EVIL}}} <%= ${EVIL} %>`,
];

describe('mail that a stranger has us send', () => {
  let deployment: TestDeployment;
  let party: RelyingParty;
  before(async () => {
    deployment = await startDeployment({ mail: true });
    await seedMore(deployment, {
      slug: 'default',
      name: 'Gatehouse Demo',
      settings: { registration: 'open', emailCode: true },
      accounts: ['dora', 'erik'].map((name) => ({
        username: name,
        email: `${name}@acme.example`,
        emailVerified: true,
      })),
    });
    party = await demoParty(deployment, 'payroll-web');
  });
  after(() => deployment.stop());

  const hostile = () =>
    createPlainBrowser({
      stopAt: (url) => !url.startsWith(`${deployment.publicUrl}/`),
      fetch: (input, init = {}) => {
        const headers = new Headers(init.headers);
        for (const [name, value] of Object.entries(HOSTILE_HEADERS)) headers.set(name, value);
        return fetch(input, { ...init, headers });
      },
    });
  const take = async (browser: PlainBrowser, way: string): Promise<PlainPage> => {
    const { url } = await party.begin({ login_hint: `"><a href=https://${EVIL}>` });
    return browser.submit(await browser.open(url.href), {}, { action: '/way', button: way });
  };
  const assertOurs = (mail: ReceivedMail, to: string) => {
    assert.equal(mail.to, to);
    for (const header of ['cc', 'bcc', 'reply-to']) assert.equal(mail.headers.has(header), false);
    for (const part of [mail.subject, mail.text, mail.html, mail.source]) {
      assert.doesNotMatch(part, /evil|1234567/i);
    }
    for (const [, href = ''] of mail.html.matchAll(/href="([^"]*)"/g)) {
      assert.ok(href.startsWith(`${deployment.publicUrl}/`), href);
    }
  };

  it('leads to us, whatever its request says of where it was sent', async () => {
    const browser = hostile();
    for (const [way, kind, identifier] of [
      ['recover', 'reset_password_link', 'dora@acme.example'],
      ['email_code', 'sign_in_code', 'erik@acme.example'],
    ] as const) {
      await browser.submit(await take(browser, way), { identifier });
      assertOurs(await deployment.mail.waitForMail({ to: identifier, kind }), identifier);
    }
    const form = await take(browser, 'register');
    await browser.submit(form, { email: 'DORA@acme.example', name: 'D', password: PASSWORD });
    const told = await deployment.mail.waitForMail({
      to: 'dora@acme.example',
      kind: 'address_in_use',
    });
    assertOurs(told, 'dora@acme.example');
  });

  it('carries nobody’s words but ours, even in the name of an account', async () => {
    for (const [at, name] of HOSTILE_NAMES.entries()) {
      const browser = hostile();
      const email = `carol-${at}@acme.example`;
      const form = await take(browser, 'register');
      const page = await browser.submit(form, { email, name, password: PASSWORD });
      const mail = await deployment.mail.waitForMail({ to: email, kind: 'verify_email_code' });
      assertOurs(mail, email);
      await browser.submit(page, { code: codeIn(mail) });
      const stranger = hostile();
      await stranger.submit(await take(stranger, 'recover'), { identifier: email });
      const link = await deployment.mail.waitForMail({ to: email, kind: 'reset_password_link' });
      assertOurs(link, email);
      const reset = await stranger.open(linkIn(link));
      const password = 'another umbrella at noon';
      await stranger.submit(reset, { password, password_again: password });
      assertOurs(await deployment.mail.waitForMail({ to: email, kind: 'security_notice' }), email);
    }
  });

  it('goes to one address, and to nobody who is smuggled into it', async () => {
    const before = deployment.mail.attempts;
    for (const email of [
      `frida@acme.example\r\nBcc: spy@${EVIL}`,
      `frida@acme.example\nRCPT TO:<spy@${EVIL}>`,
      `frida@acme.example,spy@${EVIL}`,
      `frida@acme.example;spy@${EVIL}`,
      `frida@acme.example>,<spy@${EVIL}`,
      `"frida@acme.example"@${EVIL} `,
      `spy%acme.example@${EVIL}@acme.example`,
      `frida@acme.example/${EVIL}`,
      `frida@acme.example#@${EVIL}`,
      `frida@acme.example?x=@${EVIL}`,
      `frida@[127.0.0.1]`,
      `=?utf-8?q?frida?=@acme.example`,
    ]) {
      const browser = hostile();
      const form = await take(browser, 'register');
      const page = await browser.submit(form, { email, name: 'Frida', password: PASSWORD });
      if (page.status !== 200) assert.equal(page.status, 422, email);
      else assert.match(email, /^=/, email);
    }
    await deployment.backends.audit.flush();
    assert.ok(deployment.mail.attempts <= before + 1);
  });

  it('fills no mailbox by writing its address in many ways', async () => {
    const ways = [
      'greta@acme.example',
      'GRETA@acme.example',
      'greta@ACME.example',
      'ｇｒｅｔａ@acme.example',
      'greta@acme．example',
      'greta@acme。example',
      'greta@ａｃｍｅ.example',
    ];
    for (const email of ways) {
      const browser = hostile();
      const form = await take(browser, 'register');
      const page = await browser.submit(form, { email, name: 'Greta', password: PASSWORD });
      assert.ok([200, 422, 429].includes(page.status), `${email} ${page.status}`);
    }
    await deployment.mail.waitForMail({ to: ways[0] ?? '', kind: 'verify_email_code' });
    const { db } = deployment.backends;
    const sent = await db('mail_outbox')
      .whereRaw("lower(recipient) like 'greta@%'")
      .whereNot({ status: 'decoy' });
    assert.equal(sent.length, 1);
  });
});
