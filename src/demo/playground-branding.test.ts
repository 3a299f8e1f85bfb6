import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { closeServer, listen } from '../http/create-http-server.ts';
import { parseSeedFile } from '../seeds/parse-seed-file.ts';
import type { SeedProblem } from '../seeds/seed-problem.ts';
import { WEB_PAGE_RULE } from '../seeds/text-rules.ts';
import { readLogoImage } from '../tenants/logo-image.ts';
import { freePort } from '../testing/free-port.ts';
import { VIEWS } from '../testing/page-server.ts';
import { createPlainBrowser, type PlainPage } from '../testing/plain-browser.ts';
import { heading, panel, text } from '../testing/playground-pages.ts';
import { type PlaygroundWorld, startPlaygroundWorld } from '../testing/playground-world.ts';
import { createPlayground } from './playground.ts';

const LOOK = {
  name: 'Acme Bank',
  accent: '#ffd400',
  welcome: 'Staff only.',
  'welcome-de': 'Nur für Personal.',
  privacyUrl: 'https://acme.example/privacy',
  imprintUrl: 'http://localhost:8080/imprint?a=1',
  logo: 'sample',
  language: 'en',
};
const HOSTILE = {
  name: '"><script>alert(1)</script> \u202e: #\ud83d\ude80\u{e0041}',
  welcome: '\' onfocus=\'alert(1) \\ "{{7*7}}": - x',
  'welcome-zh-Hans': '欢迎: # "\u2066',
  supportUrl: 'https://acme.example/"><script>alert(1)</script>#:',
};

let world: PlaygroundWorld;
before(async () => {
  world = await startPlaygroundWorld({ issuerUp: false });
});
after(() => world.close());

const open = (path: string, query: Record<string, string> = {}) =>
  createPlainBrowser().open(`${world.url}${path}?${new URLSearchParams(query)}`);
const fieldOf = (page: PlainPage, id: string) =>
  page.document.querySelector(`#${id}`)?.getAttribute('value');
const sheet = (page: PlainPage) =>
  page.document.querySelector('link[rel=stylesheet]')?.getAttribute('href') ?? '';
/** What somebody copies: the text that the markup stands for. */
const seedOf = (page: PlainPage) =>
  (/aria-label="my-look\.yaml"><code>(.*?)<\/code>/s.exec(page.text)?.[1] ?? '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
/** The welcome texts of a form, by language. */
const textsOf = (look: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(look).flatMap(([field, value]) => {
      const [, language] = /^welcome(?:-(.+))?$/.exec(field) ?? [];
      return field.startsWith('welcome') ? [[language ?? 'default', value]] : [];
    }),
  );
const hrefs = (page: PlainPage, selector: string) =>
  page.document.querySelectorAll(selector).map((link) => link.getAttribute('href') ?? '');

describe('the playground’s page of a look', () => {
  it('begins with the standard one, and says where the pages are', async () => {
    const page = await open('/branding');
    assert.equal(page.status, 200);
    assert.equal(heading(page), 'Try your own look');
    assert.match(sheet(page), /-pages\.css$/);
    assert.match(panel(page, 'contrast'), /The standard colour reads well everywhere/);
    assert.deepEqual(hrefs(page, '.previews a'), [
      '/branding/preview/sign-in?name=Acme&language=en',
      '/branding/preview/consent?name=Acme&language=en',
      '/branding/preview/code?name=Acme&language=en',
    ]);
    assert.ok(page.document.querySelector('nav a[href="/branding"]'));
    assert.equal(page.headers.get('set-cookie'), null, 'nothing is stored');
    assert.match(page.headers.get('content-security-policy') ?? '', /form-action 'self'$/);
  });

  it('wears what was chosen, and says how it reads', async () => {
    const page = await open('/branding', LOOK);
    assert.match(sheet(page), /-pages-ffd400\.css$/);
    assert.equal(fieldOf(page, 'name'), LOOK.name);
    assert.equal(fieldOf(page, 'accent'), '#ffd400');
    assert.equal(fieldOf(page, 'picker'), '#ffd400');
    const contrast = panel(page, 'contrast');
    assert.match(contrast, /#ffd400 is too faint on light pages\./);
    assert.match(contrast, /Words on buttons13\.0:1 Dark words/);
    assert.match(contrast, /On light pages1\.3:1 Too faint/);
    assert.match(contrast, /On dark pages12\.0:1 Links, outlines and marks have the colour/);
    const readable = await open('/branding', { accent: '#7f7f7f' });
    assert.doesNotMatch(panel(readable, 'contrast'), /too faint/i);
  });

  it('takes the colour that was picked or typed, whichever is new', async () => {
    const at = '#0b5c6b';
    for (const [query, expected] of [
      [{ accent: at, picker: at, was: at }, at],
      [{ accent: at, picker: '#aa0000', was: at }, '#aa0000'],
      [{ accent: '#00aa00', picker: at, was: at }, '#00aa00'],
      [{ accent: '#00AA00', picker: '#aa0000', was: at }, '#00aa00'],
      [{ accent: '', picker: at, was: at }, ''],
      [{ accent: '', picker: '#aa0000', was: '#2b50c8' }, '#aa0000'],
    ] as const) {
      const page = await open('/branding', query);
      const accent = expected === '' ? undefined : expected.slice(1);
      assert.match(
        sheet(page),
        new RegExp(`-pages${accent === undefined ? '' : `-${accent}`}.css$`),
      );
    }
  });

  it('says at each field what is wrong with it, and leads back to it', async () => {
    const wrong = {
      name: ' ',
      accent: 'red',
      welcome: 'x'.repeat(301),
      'welcome-ar': 'one line\nand another',
      imprintUrl: 'acme.example/imprint',
    };
    const page = await open('/branding', wrong);
    assert.equal(page.status, 422);
    assert.match(page.document.querySelector('title')?.text ?? '', /^Error: /);
    for (const field of Object.keys(wrong)) {
      const input = page.document.querySelector(`#${field}`);
      assert.equal(input?.getAttribute('aria-invalid'), 'true', field);
      const problem = page.document.querySelector(`#${input?.getAttribute('aria-describedby')}`);
      assert.match(problem?.text ?? '', /^Enter /);
    }
    assert.ok(page.document.querySelector('details[open] #welcome-ar'), 'it is in view');
    assert.equal(page.document.querySelectorAll('[autofocus]').length, 1);
    assert.ok(page.document.querySelector('#name[autofocus]'), 'at the first');
    assert.equal(page.document.querySelector('.previews'), null);
    assert.equal((await open('/branding/preview/sign-in', wrong)).status, 422);
  });

  it('takes the addresses that seed files take, and no others', async () => {
    for (const [address, taken] of [
      ['https://acme.example', true],
      ['http://127.0.0.1:8080/imprint', true],
      ['http://acme.example/imprint', false],
      ['https://alice:password@acme.example/', false],
      ['https://acme.example/an imprint', false],
      ['javascript:alert(1)//https://acme.example', false],
      ['/imprint', false],
      [`https://acme.example/${'a'.repeat(2048)}`, false],
    ] as const) {
      assert.equal(WEB_PAGE_RULE.accepts(address), taken, address);
      const page = await open('/branding', { imprintUrl: address });
      assert.equal(page.status, taken ? 200 : 422, address);
    }
  });

  it('gives a seed file that means the same', async () => {
    const looks: Record<string, string>[] = [
      LOOK,
      { ...HOSTILE, accent: '#0B5C6B' },
      { name: 'Acme' },
    ];
    for (const look of looks) {
      const { name, accent, logo } = look;
      const seed = seedOf(await open('/branding', look));
      const problems: SeedProblem[] = [];
      const [tenant] = parseSeedFile('my-look.yaml', seed, problems) ?? [];
      assert.deepEqual(problems, [], seed);
      assert.equal(tenant?.definition?.name, name);
      const { welcomeText = {}, ...others } = tenant?.definition?.settings?.branding ?? {};
      assert.deepEqual(welcomeText, textsOf(look));
      assert.deepEqual(others, {
        ...(accent === undefined ? {} : { accentColor: accent.toLowerCase() }),
        ...Object.fromEntries(Object.entries(look).filter(([field]) => field.endsWith('Url'))),
      });
      assert.equal(
        tenant?.definition?.logo?.path.endsWith('sample-logo.png') ?? false,
        logo !== undefined,
      );
    }
  });
});

describe('the hosted pages in a look', () => {
  for (const [name, says] of [
    ['sign-in', /^Sign in to continue to Notes Staff only\./],
    ['consent', /Notes asks for access to your account/],
    ['code', /Six-digit code/],
  ] as const) {
    it(`show ${name} as it would be, and its forms lead nowhere`, async () => {
      const page = await open(`/branding/preview/${name}`, LOOK);
      assert.equal(page.status, 200);
      assert.match(page.document.querySelector('title')?.text ?? '', / · Acme Bank$/);
      assert.match(text(page), says);
      assert.match(sheet(page), /-pages-ffd400\.css$/);
      assert.equal(page.document.querySelectorAll('link[rel=stylesheet]').length, 1);
      const image = page.document.querySelector('header img')?.getAttribute('src') ?? '';
      const logo = Buffer.from(image.replace('data:image/png;base64,', ''), 'base64');
      assert.deepEqual(readLogoImage(logo), { logo: image }, 'as a seed file would have it');
      const policy = page.headers.get('content-security-policy') ?? '';
      assert.match(policy, /script-src 'none'/);
      assert.match(policy, /form-action 'none'$/);
      const [privacy, imprint, back, ...others] = hrefs(page, 'footer a');
      assert.deepEqual([privacy, imprint], [LOOK.privacyUrl, LOOK.imprintUrl]);
      assert.equal(back, `/branding?${new URLSearchParams(LOOK)}`, 'the look is not lost');
      assert.deepEqual(others, []);
    });
  }

  it('welcome in the language that is chosen, or as they do in all', async () => {
    for (const [language, welcome] of [
      ['de', 'Nur für Personal.'],
      ['ar', 'Staff only.'],
    ] as const) {
      const page = await open('/branding/preview/sign-in', { ...LOOK, language });
      assert.equal(page.document.querySelector('html')?.getAttribute('lang'), language);
      assert.equal(page.document.querySelector('.notice')?.text.trim(), welcome);
    }
  });

  it('are not there for another page, or where nobody draws them', async () => {
    assert.equal((await open('/branding/preview/nothing')).status, 404);
    const port = await freePort();
    const { listener } = await createPlayground({
      issuer: world.issuerUrl,
      clientId: 'playground',
      baseUrl: `http://localhost:${port}`,
      viewsDir: VIEWS,
      now: () => new Date(),
      logger: world.logger,
    });
    const server = createServer(listener);
    await listen(server, { what: 'playground', host: '127.0.0.1', port });
    try {
      for (const path of ['/branding', '/branding/preview/sign-in']) {
        const page = await createPlainBrowser().open(`http://localhost:${port}${path}`);
        assert.equal(page.status, 404);
        assert.equal(page.document.querySelector('nav'), null);
      }
    } finally {
      await closeServer(server);
    }
  });

  it('hold no markup of whoever wrote the address', async () => {
    for (const path of ['/branding', '/branding/preview/sign-in', '/branding/preview/code']) {
      const page = await open(path, HOSTILE);
      assert.equal(page.status, 200);
      for (const gone of ['script', '[onfocus]', 'main b']) {
        assert.equal(page.document.querySelector(gone), null, `${path} ${gone}`);
      }
    }
  });
});
