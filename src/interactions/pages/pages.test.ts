import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { HTMLElement } from 'node-html-parser';
import { createPageAssets } from '../../http/page-assets.ts';
import { createPageRenderer, type Page, type RenderPage } from '../../http/render-page.ts';
import { aroundName, displayName, isolate, isolateInRtl } from '../../languages/display-text.ts';
import { DEFAULT_TENANT_SETTINGS, type Tenant } from '../../tenants/tenant.ts';
import {
  awkwardNames,
  hostileNames,
  ordinaryNames,
  pageSamples,
  type SampleNames,
  sampleFrame,
} from '../../testing/page-samples.ts';
import { VIEWS } from '../../testing/page-server.ts';
import { parseHtml } from '../../testing/parse-html.ts';
import { en } from '../messages/en.ts';
import { type Messages, messagesFor, PAGE_LANGUAGES } from '../messages/messages.ts';
import { pageFrame } from '../page-frame.ts';

let render: RenderPage;

before(async () => {
  render = await createPageRenderer(VIEWS, await createPageAssets(`${VIEWS}assets`, '/base'));
});

function tenant(names: SampleNames, custom?: string): Tenant {
  const { link } = names;
  return {
    id: 't1',
    slug: 'acme',
    name: names.site,
    customIssuer: custom,
    settings: {
      ...DEFAULT_TENANT_SETTINGS,
      branding: { accentColor: link, privacyUrl: link, termsUrl: link, supportUrl: link },
    },
    version: 1,
    disabled: false,
  };
}

const samples = new WeakMap<Messages, WeakMap<SampleNames, Record<string, Page>>>();

/** Making them all takes longer than all that is looked at here: once for a language and names. */
function samplesOf(messages: Messages, names: SampleNames): Record<string, Page> {
  const ofLanguage = samples.get(messages) ?? new WeakMap();
  const made = ofLanguage.get(names) ?? pageSamples(messages, names);
  samples.set(messages, ofLanguage.set(names, made));
  return made;
}

function draw(
  name: string,
  names: SampleNames,
  of: Tenant | undefined = tenant(names),
  messages: Messages = en,
) {
  const headers: Record<string, string> = {};
  const answer = {
    status: 0,
    type: '',
    body: undefined as unknown,
    set: (field: string | object, value?: unknown) => {
      headers[String(field).toLowerCase()] = String(value);
    },
  };
  const page = samplesOf(messages, names)[name];
  assert.ok(page);
  render(
    answer as unknown as Parameters<RenderPage>[0],
    pageFrame(of, messages, sampleFrame(messages, names).languages),
    page,
  );
  const html = String(answer.body);
  return { ...answer, html, headers, document: parseHtml(html, { comment: true }) };
}

const isAbout = (form: HTMLElement) => form.querySelector('button.primary') !== null;

/** Attributes that may hold text; everything else is ours alone. */
const INLINE = /^(on|style$)/;
/** A script is a file of ours, or it is somebody's. */
const FOREIGN = 'script:not([src^="/base/assets/"]:empty), style, img, iframe, b, i';
/** Pages with a QR code. */
const DRAWN = /^(new-totp|account-app-add)/;
/** Links that open no page: what an authenticator app reads, and a file that is in the page. */
const OWN_SCHEMES: Readonly<Record<string, RegExp>> = {
  'open-app': /^otpauth:\/\/totp\//,
  'save-file': /^data:text\/plain;charset=utf-8,[\w%.~!*'()-]+$/,
};

function checkAttributes({ tagName, attributes }: HTMLElement): void {
  for (const [attribute, value] of Object.entries(attributes)) {
    assert.ok(!INLINE.test(attribute), `${tagName} has ${attribute}`);
    if (attribute === 'href' && tagName === 'A') {
      assert.match(value, OWN_SCHEMES[attributes.class ?? ''] ?? /^(https?:|\/|#)/);
    }
    if (attribute === 'action') assert.match(value, /^\//);
  }
}

for (const name of Object.keys(pageSamples(en, ordinaryNames))) {
  describe(`the page ${name}`, () => {
    for (const [kind, names] of Object.entries({ ordinaryNames, hostileNames, awkwardNames })) {
      it(`holds no script, style or foreign address with ${kind}`, () => {
        const { html, document } = draw(name, names);
        assert.equal(document.querySelectorAll(FOREIGN).length, 0);
        // Ours alone: what is in it was drawn, not printed.
        assert.equal(document.querySelectorAll('svg').length, DRAWN.test(name) ? 1 : 0);
        assert.equal(document.querySelectorAll('svg > :not(rect, path)').length, 0);
        for (const element of document.querySelectorAll('*')) checkAttributes(element);
        assert.doesNotMatch(html, /undefined|\[object|NaN/);
      });
    }

    it('has its title, language, one heading and one primary button at most', () => {
      const { document } = draw(name, ordinaryNames);
      assert.match(document.querySelector('title')?.text ?? '', /^.{5,} · Acme$/);
      const html = document.querySelector('html');
      assert.deepEqual([html?.getAttribute('lang'), html?.getAttribute('dir')], ['en', 'ltr']);
      assert.equal(document.querySelectorAll('h1').length, 1);
      // Other forms are beside the matter: of things in a list, or a way out.
      const forms = document.querySelectorAll('main form').filter(isAbout);
      const primary = document.querySelectorAll('button[type=submit]');
      assert.equal(primary.length, forms.length > 0 ? 1 : 0);
      // Whoever presses the first form's button does what the page is about.
      if (primary[0] !== undefined) assert.ok(forms[0]?.querySelector('button[type=submit]'));
    });

    it('protects every form', () => {
      const { document } = draw(name, ordinaryNames);
      for (const form of document.querySelectorAll('main form')) {
        assert.equal(form.getAttribute('method'), 'post');
        const token = form.querySelector('input[name=csrf], input[name=xsrf]');
        assert.ok(token?.getAttribute('value'));
      }
    });

    it('sends the headers of a page', () => {
      const page = draw(name, ordinaryNames);
      assert.equal(page.type, 'text/html; charset=utf-8');
      assert.equal(page.headers['cache-control'], 'no-store');
      assert.equal(page.headers['content-language'], 'en');
      assert.match(page.headers['content-security-policy'] ?? '', /^default-src 'none'; /);
      const reset =
        /^(reset-password|invitation|account-email-(approve$|link))/.test(name) &&
        !name.endsWith('-done');
      const secret = reset || name === 'upstream-returning';
      assert.equal(page.headers['referrer-policy'], secret ? 'strict-origin' : 'same-origin');
      const failed =
        /^(error|expired|application-gate)|-(missing|rejected|reused|outdated|locked|different|invalid|refused|no-cookie)$/;
      assert.equal(page.status >= 400, failed.test(name), String(page.status));
    });
  });
}

for (const tag of PAGE_LANGUAGES) {
  it(`every page is whole in ${tag}`, async () => {
    const messages = await messagesFor([tag]);
    for (const name of Object.keys(samplesOf(messages, ordinaryNames))) {
      const { document, html, headers } = draw(name, ordinaryNames, undefined, messages);
      const root = document.querySelector('html');
      const { dir } = messages;
      assert.deepEqual([root?.getAttribute('lang'), root?.getAttribute('dir')], [tag, dir], name);
      assert.equal(headers['content-language'], tag);
      assert.doesNotMatch(html, /undefined|\[object|NaN|\ue000/, name);
      assert.ok((document.querySelector('h1')?.text ?? '').length > 1, name);
      // WCAG 2.2, 2.5.3: whoever speaks to a button says what they read on it.
      for (const button of document.querySelectorAll('button[aria-label]')) {
        const label = button.getAttribute('aria-label') ?? '';
        assert.ok(
          label.toLowerCase().includes(button.text.trim().toLowerCase()),
          `${name}: ${label}`,
        );
      }
    }
  });
}

describe('what a page is drawn with', () => {
  it('is escaped once', () => {
    const { document, html } = draw('sign-in', { ...ordinaryNames, client: 'Tom & "Jerry" <3' });
    assert.equal(document.querySelector('.lead strong')?.text, 'Tom & "Jerry" <3');
    assert.ok(html.includes('Tom &amp; &quot;Jerry&quot; &lt;3'));
  });

  it('gives back what was typed, exactly', () => {
    const typed = '"><b>a&amp;\u00a0';
    const { document } = draw('sign-in-rejected', { ...ordinaryNames, typed });
    assert.equal(document.querySelector('#identifier')?.getAttribute('value'), typed);
  });

  it('works for nobody’s tenant and for a host of its own', () => {
    const nobody = draw('error-not-found', ordinaryNames, undefined);
    assert.match(nobody.html, /href="\/base\/assets\//);
    const own = draw('sign-in', ordinaryNames, tenant(ordinaryNames, 'https://login.acme.example'));
    assert.match(own.html, /href="\/assets\//);
  });

  it('tells password managers what is what', () => {
    const field = (page: string, selector: string, attribute: string) =>
      draw(page, ordinaryNames).document.querySelector(selector)?.getAttribute(attribute);
    assert.equal(field('sign-in', '[name=identifier]', 'autocomplete'), 'username');
    assert.equal(field('sign-in', '[name=identifier]', 'autocapitalize'), 'none');
    assert.equal(field('sign-in', '[name=password]', 'autocomplete'), 'current-password');
    assert.equal(field('reset-password', '[name=username]', 'autocomplete'), 'username');
    assert.equal(field('reset-password', '[name=password]', 'autocomplete'), 'new-password');
  });
});

describe('names in sentences', () => {
  it('lose what hides or reorders text, and what is too much of them', () => {
    assert.equal(displayName(' a\n\tb\u202e\u2066c\u0000 '), 'a b c');
    assert.equal([...displayName('x'.repeat(500))].length, 120);
    assert.equal(displayName('👩'.repeat(200)).isWellFormed(), true);
  });

  it('are isolated when they run the other way', () => {
    assert.equal(isolate('Notes'), 'Notes');
    assert.equal(isolate('תוכנה'), '\u2068תוכנה\u2069');
    assert.equal(isolateInRtl('Notes'), '\u2068Notes\u2069');
  });

  it('stand where the language puts them', () => {
    const { document } = draw('sign-in', ordinaryNames);
    assert.equal(document.querySelector('.lead')?.text, 'to continue to Notes');
    assert.deepEqual(
      aroundName((name) => `「${name}」に進む`),
      { before: '「', after: '」に進む' },
    );
  });
});

describe('messagesFor', () => {
  it('finds a language by its tag, and English for everybody else', async () => {
    for (const preferred of [[], ['en-GB-oxendict'], ['xx', 'en'], ['*'], ['-'], ['']]) {
      assert.equal(await messagesFor(preferred), en);
    }
  });

  it('says a wait in words', () => {
    assert.deepEqual(
      [1, 30, 60, 61, 290, 3600, 7300].map((seconds) => en.wait(seconds)),
      ['1 second', '30 seconds', '60 seconds', '2 minutes', '5 minutes', '1 hour', '3 hours'],
    );
  });
});
