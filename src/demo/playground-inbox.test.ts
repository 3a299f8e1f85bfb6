import assert from 'node:assert/strict';
import { createServer, get } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { closeServer, listen } from '../http/create-http-server.ts';
import { isolateInRtl } from '../languages/display-text.ts';
import { VIEWS } from '../testing/page-server.ts';
import { createPlainBrowser } from '../testing/plain-browser.ts';
import { heading, text } from '../testing/playground-pages.ts';
import { type PlaygroundWorld, startPlaygroundWorld } from '../testing/playground-world.ts';
import { createPlayground } from './playground.ts';

describe('the playground’s inbox', () => {
  let world: PlaygroundWorld;
  before(async () => {
    world = await startPlaygroundWorld();
  });
  after(() => world.close());

  const open = (path: string) => createPlainBrowser().open(`${world.url}${path}`);

  it('says that nothing has come, and how to change that', async () => {
    const page = await open('/inbox');
    assert.equal(page.status, 200);
    assert.match(text(page), /Nothing yet\. Ask for a new password/);
    assert.ok(page.document.querySelector('nav a[href="/inbox"]'));
  });

  it('lists messages, newest first, once each', async () => {
    await world.receive({ id: 'first' });
    await world.receive({ id: 'second', recipient: 'bob@example.com' });
    await world.receive({ id: 'second', recipient: 'bob@example.com' });
    const page = await open('/inbox');
    const links = page.document.querySelectorAll('.mails a');
    assert.deepEqual(
      links.map((link) => link.getAttribute('href')),
      ['/inbox?message=second', '/inbox?message=first'],
    );
    assert.match(text(page), /to bob@example\.com, from Acme, 26 Nov 2026/);
  });

  it('shows a message with its code, and with a link that works', async () => {
    const page = await open('/inbox?message=first');
    assert.equal(heading(page), 'Your code to sign in to Acme');
    assert.equal(page.document.querySelector('.mail code')?.text, '482913');
    const link = page.document.querySelector('.mail a');
    assert.equal(link?.getAttribute('href'), 'https://acme.example/help');
    assert.equal(page.headers.get('cache-control'), 'no-store');
  });

  it('shows nothing of a message as markup, and makes links of web addresses alone', async () => {
    const content = {
      from: '<b>Acme</b>',
      subject: '<script>alert(1)</script>',
      text: '<img src=x>\njavascript:alert(1)\nhttps://acme.example/"onclick="x\n',
      html: '',
    };
    await world.receive({ id: 'evil', content });
    for (const path of ['/inbox', '/inbox?message=evil']) {
      const page = await open(path);
      for (const gone of ['script', 'img', 'main b', '[onclick]']) {
        assert.equal(page.document.querySelector(gone), null, `${path} ${gone}`);
      }
    }
    const { document } = await open('/inbox?message=evil');
    assert.equal(document.querySelectorAll('.mail a').length, 1);
  });

  it('shows a subject from right to left as people read it', async () => {
    const subject = `رمز تأكيد عنوانك في ${isolateInRtl('Acme')}`;
    const content = { from: 'Acme', subject: `${subject}\u202e`, text: 'x\n', html: '' };
    await world.receive({ id: 'arabic', content });
    assert.equal(heading(await open('/inbox?message=arabic')), `${subject}\\u202e`);
    const [first] = (await open('/inbox')).document.querySelectorAll('.mails a');
    assert.equal(first?.text, `${subject}\\u202e`);
  });

  it('says so when a message is not there', async () => {
    for (const path of ['/inbox?message=gone', '/inbox?message=a&message=b', '/inbox?message=']) {
      const page = await open(path);
      assert.equal(page.status, 404, path);
      assert.match(text(page), /This message not found/);
    }
  });

  it('is not there where mail goes elsewhere', async () => {
    const { listener } = await createPlayground({
      issuer: world.issuerUrl,
      clientId: 'playground',
      baseUrl: 'http://localhost:1',
      viewsDir: VIEWS,
      now: () => new Date(),
      logger: world.logger,
    });
    const server = createServer(listener);
    const { port } = await listen(server, { what: 'playground', host: '127.0.0.1', port: 0 });
    const answer = await ask(port, '/inbox');
    await closeServer(server);
    assert.equal(answer, 404);
  });
});

/** The status of a GET, for the host that the playground calls its own. */
function ask(port: number, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get({ port, host: '127.0.0.1', path, headers: { host: 'localhost:1' } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).once('error', reject);
  });
}
