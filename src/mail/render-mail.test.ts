import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'node-html-parser';
import { contrast } from '../http/accent-colour.ts';
import { DEFAULT_TENANT_SETTINGS, type TenantBranding } from '../tenants/tenant.ts';
import { MAIL_SAMPLES } from '../testing/mail-samples.ts';
import { type MailContent, mailName } from './mail.ts';
import { MAIL_LANGUAGES, mailMessagesFor } from './messages/messages.ts';
import { type MailTenant, renderMail } from './render-mail.ts';

const EN = await mailMessagesFor('en');
const RESET: MailContent = {
  kind: 'reset_password_link',
  data: { link: 'https://login.acme.example/reset?token=abc', validSeconds: 1200 },
};

function tenant(name = 'Acme', branding: TenantBranding = {}): MailTenant {
  return { id: 'tenant-1', name, settings: { ...DEFAULT_TENANT_SETTINGS, branding } };
}

const render = (mail: MailContent & { name?: string }, from = tenant()) =>
  renderMail(EN, from, mail);

for (const lang of MAIL_LANGUAGES) {
  const messages = await mailMessagesFor(lang);
  describe(`every message in ${lang}`, () => {
    for (const [index, mail] of MAIL_SAMPLES.entries()) {
      const rendered = renderMail(messages, tenant(), mail);
      const page = parse(rendered.html);

      it(`says the same in text and in HTML (${index}, ${mailName(mail)})`, () => {
        const words = page.querySelector('[role=article]')?.textContent ?? '';
        const blocks = rendered.text
          .replace(/^-- $/m, '')
          .split(/\n+/)
          .flatMap((line) => (line.includes('://') ? [line] : line.split(/: | {4}/)))
          .map((line) => line.replace(/:$/, '').trim())
          .filter((line) => line !== '');
        for (const block of blocks) {
          const inHtml = block.replaceAll('&', '&amp;');
          assert.ok(words.includes(block) || rendered.html.includes(inHtml), block);
        }
        assert.ok(blocks.length >= 4);
      });

      it(`is simple, accessible HTML (${index}, ${mailName(mail)})`, () => {
        assert.equal(page.querySelector('html')?.getAttribute('lang'), lang);
        assert.equal(page.querySelector('html')?.getAttribute('dir'), messages.dir);
        assert.equal(page.querySelectorAll('h1').length, 1);
        assert.equal(page.querySelector('title')?.text, rendered.subject);
        for (const gone of ['table', 'img', 'script', 'style', 'link', 'form', 'iframe']) {
          assert.equal(page.querySelectorAll(gone).length, 0, gone);
        }
        assert.doesNotMatch(rendered.html, /url\(|\ssrc=|\son\w+=/);
        for (const element of page.querySelectorAll('[style]')) {
          const style = element.getAttribute('style') ?? '';
          const colours = /(?:^|;)color:/.test(style);
          assert.equal(colours, style.includes('background-color:'), style);
        }
        assert.ok(Buffer.byteLength(rendered.html) < 8_000);
      });

      it(`has a subject of one short line (${index}, ${mailName(mail)})`, () => {
        assert.match(rendered.subject, /^\P{Cc}{5,78}$/u);
      });
    }
  });
}

describe('a message', () => {
  it('shows a code as it is typed, and until when it works', () => {
    const { text, html } = render({
      kind: 'sign_in_code',
      data: { code: '012345', validSeconds: 600 },
    });
    assert.match(text, /^ {4}012345$/m);
    assert.match(text, /10 minutes/);
    assert.match(html, />012345<\/p>/);
  });

  it('shows a link as a button, and as it is', () => {
    const { text, html } = render({
      kind: 'invitation',
      data: { link: 'https://login.acme.example/i?a=1&b=2', validSeconds: 7 * 86_400 },
    });
    assert.match(text, /^https:\/\/login\.acme\.example\/i\?a=1&b=2$/m);
    const links = parse(html).querySelectorAll('a');
    assert.deepEqual(
      links.map((link) => link.attributes.href),
      Array(2).fill('https://login.acme.example/i?a=1&b=2'),
    );
  });

  it('says when something happened in the person’s own time', () => {
    const notice = (timeZone?: string) =>
      render({
        kind: 'security_notice',
        data: {
          event: 'password_changed',
          at: new Date('2026-11-26T23:31:00Z'),
          ...(timeZone === undefined ? {} : { timeZone }),
        },
      }).text;
    assert.match(notice('Asia/Tokyo'), /27 November 2026.* 0?8:31/);
    for (const unknown of [undefined, 'Mars/Olympus', '']) {
      assert.match(notice(unknown), /26 November 2026.* 23:31 UTC/);
    }
  });

  it('shows the new address to the owner of the old one, but not all of it', () => {
    const { text } = render({
      kind: 'change_email_notice',
      data: { newAddress: 'newalice@elsewhere.example' },
    });
    assert.match(text, /n•••@elsewhere\.example/);
    assert.doesNotMatch(text, /newalice/);
    const odd = render({
      kind: 'change_email_notice',
      data: { newAddress: 'http://evil.example' },
    });
    assert.doesNotMatch(odd.text, /evil/);
  });

  it('has the tenant’s name, colour and help, and nothing of it as markup', () => {
    const name = '<b>Ac&me</b> "x"';
    const supportUrl = 'https://acme.example/help?a="><script>';
    const { html, text, from, subject } = render(
      RESET,
      tenant(name, { accentColor: '#FFD400', supportUrl }),
    );
    assert.equal(from, name);
    assert.ok(subject.includes(name) && text.includes(name));
    assert.ok(html.includes('&lt;b&gt;Ac&amp;me&lt;/b&gt; &quot;x&quot;'));
    assert.doesNotMatch(html, /<script|<b>/);
    assert.match(html, /background-color:#ffd400/);
    const evil = render(
      RESET,
      tenant('A', { accentColor: 'red"><script>', supportUrl: 'javascript:x' }),
    );
    assert.doesNotMatch(evil.html, /script/);
    assert.match(evil.html, /background-color:#2b50c8/);
  });

  it('has a button that can be read, whatever the colour', () => {
    for (const accentColor of ['#ffffff', '#000000', '#ffd400', '#7f7f7f', '#2b50c8', '#00ff00']) {
      const { html } = render(RESET, tenant('A', { accentColor }));
      const [, behind = '', ink = ''] = /background-color:(#\w{6});color:(#\w{6})/.exec(html) ?? [];
      assert.equal(behind, accentColor);
      assert.ok(contrast(behind, ink) >= 4.5, `${behind} ${ink}`);
    }
  });
});

describe('a name', () => {
  const greeted = { ...RESET, name: 'Zoë' };

  it('greets the owner of an account', () => {
    assert.match(render(greeted).text, /^Hello Zoë,$/m);
    assert.match(render(greeted).html, /<p>Hello Zoë,<\/p>/);
  });

  it('written from right to left stays in its place', () => {
    const { text } = render({ ...RESET, name: 'ليلى' });
    assert.match(text, /^Hello \u2068ليلى\u2069,$/m);
    const { subject, html } = render(RESET, tenant('متجر'));
    assert.equal(subject, 'Set a new password for \u2068متجر\u2069');
    assert.match(html, /<bdi>متجر<\/bdi>/);
  });

  it('never reaches an address that nobody has proved', () => {
    for (const mail of MAIL_SAMPLES) {
      const { text, html } = render({ ...mail, name: 'Chosen Words' });
      const known = [
        'sign_in_code',
        'reset_password_link',
        'change_email_notice',
        'security_notice',
      ];
      assert.equal(text.includes('Chosen Words'), known.includes(mail.kind), mail.kind);
      assert.equal(html.includes('Chosen Words'), known.includes(mail.kind), mail.kind);
    }
  });

  it('carries no link, no markup and no advertisement', () => {
    for (const name of ['www.evil.example', '<a href=x>', 'Win at evil.example', 'x'.repeat(400)]) {
      const { text, html } = render({ ...RESET, name });
      assert.doesNotMatch(text + html, /evil|Hello|<a href=x|xxxx/, name);
      const invited = render({
        kind: 'invitation',
        data: { link: 'https://login.acme.example/i', validSeconds: 60, invitedBy: name },
      });
      assert.doesNotMatch(invited.text + invited.html, /evil|<a href=x|xxxx/, name);
    }
  });

  it('of a browser, a thing or a network that is none is left out', () => {
    const { text } = render({
      kind: 'security_notice',
      data: {
        event: 'passkey_added',
        at: new Date(),
        item: 'my key at evil.example',
        browser: 'Mozilla/5.0 (http://evil.example)',
        address: 'evil.example',
      },
    });
    assert.doesNotMatch(text, /evil|Browser|Network|^Name/m);
  });
});

describe('no line of a header', () => {
  const evil = 'Acme\r\nBcc: victim@example.com\r\n\r\nbody\u2028x\0';

  it('can be added through the tenant’s name', () => {
    const { from, subject } = render(RESET, tenant(evil));
    for (const line of [from, subject]) assert.doesNotMatch(line, /[\p{Cc}\u2028\u2029]/u);
  });

  it('can be added through anything else', () => {
    for (const mail of MAIL_SAMPLES) {
      const { from, subject } = render({ ...mail, name: evil });
      for (const line of [from, subject]) assert.doesNotMatch(line, /[\p{Cc}\u2028\u2029]|victim/u);
    }
  });
});

describe('what is no code and no link of ours', () => {
  for (const code of ['', '12', '123\n456', '<b>1234', 'a'.repeat(33), 'http://evil.example']) {
    it(`is not sent as a code: ${JSON.stringify(code)}`, () => {
      const data = { code, validSeconds: 600 };
      assert.throws(() => render({ kind: 'verify_email_code', data }), TypeError);
    });
  }
  for (const link of ['', 'javascript:alert(1)', '/account', 'data:text/html,x']) {
    it(`is not sent as a link: ${JSON.stringify(link)}`, () => {
      const data = { link, validSeconds: 600 };
      assert.throws(() => render({ kind: 'reset_password_link', data }), TypeError);
    });
  }
});
