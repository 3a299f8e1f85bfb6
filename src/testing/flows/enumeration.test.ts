import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { demoParty } from '../demo-clients.ts';
import { insertSecondFactors } from '../factor-rows.ts';
import { startDeployment, type TestDeployment } from '../gatehouse.ts';
import { createPlainBrowser, type PlainBrowser, type PlainPage } from '../plain-browser.ts';
import type { RelyingParty } from '../relying-party.ts';
import { seedMore } from '../seed-more.ts';

const PASSWORD = 'violet umbrella at noon';
/** Whom a stranger may ask about, each told apart from nobody by something else. */
const PEOPLE = ['nobody', 'somebody', 'disabled', 'unconfirmed', 'with a second factor'] as const;
type Person = (typeof PEOPLE)[number];
const TRIES = 6;

/** What an answer tells a stranger, but for what is different every time. */
interface Told {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Names of what the browser keeps. */
  readonly cookies?: readonly string[];
  readonly text: string;
}

/** One way to ask about somebody: every page on it, in order. */
type Way = (browser: PlainBrowser, start: PlainPage, name: string) => AsyncGenerator<PlainPage>;

async function* typeCodes(browser: PlainBrowser, page: PlainPage, action: string) {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const code = String(100_000 + attempt);
    yield await browser.submit(page, { code }, { action });
  }
}

const WAYS: Readonly<Record<string, Way>> = {
  async *'a wrong password'(browser, start, name) {
    for (const identifier of [name, `${name}@acme.example`]) {
      yield await browser.submit(start, { identifier, password: 'a guess' });
    }
  },
  async *'a forgotten password'(browser, start, name) {
    const form = await browser.submit(start, {}, { action: '/way', button: 'recover' });
    for (const identifier of [name, `${name}@acme.example`, name]) {
      yield await browser.submit(form, { identifier }, { action: '/recover' });
      yield await browser.submit(form, {}, { action: '/way', button: 'recover' });
    }
  },
  async *'a code by mail'(browser, start, name) {
    const way = { action: '/way', button: 'email_code' };
    const form = await browser.submit(start, {}, way);
    const asked = await browser.submit(form, { identifier: `${name}@acme.example` });
    yield asked;
    yield* typeCodes(browser, asked, '/email-code');
    yield await browser.submit(asked, {}, { action: '/email-code-send' });
    // The same mailbox under its other name: a pause would say that they belong together.
    const back = await browser.submit(asked, {}, { action: '/way', button: 'password' });
    const again = await browser.submit(back, {}, way);
    yield await browser.submit(again, { identifier: name }, { action: '/email-code-send' });
  },
  async *'a new account'(browser, start, name) {
    const form = await browser.submit(start, {}, { action: '/way', button: 'register' });
    const fields = { email: `${name}@acme.example`, name: 'Mallory', password: PASSWORD };
    const asked = await browser.submit(form, fields, { action: '/register' });
    yield asked;
    yield* typeCodes(browser, asked, '/register-code');
    yield await browser.submit(asked, {}, { action: '/register-resend' });
  },
};

/** Each way has people of its own, whom no limit knows yet; names of one length weigh the same. */
const GROUPS = [...Object.keys(WAYS), 'waiting', 'a hint'];
const nameOf = (group: string, person: Person) =>
  `p${GROUPS.indexOf(group)}${PEOPLE.indexOf(person)}`;

describe('who has an account', () => {
  let deployment: TestDeployment;
  let party: RelyingParty;
  before(async () => {
    deployment = await startDeployment({
      mail: true,
      env: { TRUSTED_PROXIES: '127.0.0.1/32,::1/128' },
    });
    const { backends } = deployment;
    await seedMore(deployment, {
      slug: 'default',
      name: 'Gatehouse Demo',
      settings: { registration: 'open', emailCode: true },
      accounts: GROUPS.flatMap((group) =>
        PEOPLE.filter((person) => person !== 'nobody').map((person) => {
          const name = nameOf(group, person);
          const email = `${name}@acme.example`;
          const emailVerified = person !== 'unconfirmed';
          return { username: name, email, emailVerified, password: { value: PASSWORD } };
        }),
      ),
    });
    const tenantId = (await backends.tenants.findBySlug('default'))?.id ?? '';
    const idOf = async (name: string) =>
      (await backends.accounts.findByIdentifier(tenantId, name))?.account.id ?? '';
    for (const group of GROUPS) {
      await backends.accounts.setDisabled(tenantId, await idOf(nameOf(group, 'disabled')), true);
      const owner = await idOf(nameOf(group, 'with a second factor'));
      await insertSecondFactors(backends.db, tenantId, owner);
    }
    party = await demoParty(deployment, 'notes-web');
  });
  after(() => deployment.stop());

  let guests = 0;
  /** A stranger with an address of their own: nobody waits because of another. */
  const stranger = () => {
    guests += 1;
    const address = `198.51.${guests >> 8}.${guests & 255}`;
    return createPlainBrowser({
      fetch: (input, init = {}) => {
        const headers = new Headers(init.headers);
        headers.set('x-forwarded-for', address);
        return fetch(input, { ...init, headers });
      },
    });
  };
  const walk = async (way: Way, name: string): Promise<Told[]> => {
    const browser = stranger();
    const start = await browser.open((await party.begin()).url.href);
    const told: Told[] = [];
    for await (const page of way(browser, start, name)) {
      const kept = await browser.jar.getCookies(page.url);
      told.push({ ...toldBy(page, name), cookies: kept.map(({ key }) => key).sort() });
    }
    return told;
  };

  for (const [what, way] of Object.entries(WAYS)) {
    it(`is not told by any page after ${what}`, async () => {
      const [expected, ...others] = await Promise.all(
        PEOPLE.map((person) => walk(way, nameOf(what, person))),
      );
      assert.ok(expected !== undefined && expected.length > 1);
      for (const [index, told] of others.entries()) {
        for (const [at, page] of told.entries()) {
          assert.deepEqual(page, expected[at], `${PEOPLE[index + 1]}: page ${at + 1}`);
        }
      }
    });
  }

  it('is not told by a request that names somebody', async () => {
    const pages = PEOPLE.map(async (person) => {
      const name = nameOf('a hint', person);
      const { url } = await party.begin({ login_hint: `${name}@acme.example` });
      return toldBy(await stranger().open(url.href), name);
    });
    const [first, ...others] = await Promise.all(pages);
    for (const told of others) assert.deepEqual(told, first);
  });

  it('is not told by how soon somebody has to wait', async () => {
    const waits = async (person: Person) => {
      const statuses: number[] = [];
      for (let attempt = 0; attempt < 12; attempt += 1) {
        const browser = stranger();
        const start = await browser.open((await party.begin()).url.href);
        const fields = { identifier: nameOf('waiting', person), password: `guess ${attempt}` };
        statuses.push((await browser.submit(start, fields)).status);
      }
      return statuses;
    };
    const [nobody, ...others] = await Promise.all(PEOPLE.map(waits));
    assert.ok(nobody?.includes(429));
    for (const statuses of others) assert.deepEqual(statuses, nobody);
  });
});

/** Without the name that was typed, and without what is random in every page. */
function toldBy(page: PlainPage, name: string): Told {
  const secrets = [
    ...page.document.querySelectorAll('[name=csrf]').map((field) => field.getAttribute('value')),
    /\/interaction\/([\w-]+)/.exec(page.url)?.[1],
  ];
  let text = page.text.replaceAll(name, 'NAME');
  // What an authenticator is to sign, should the person have one.
  text = text.replaceAll(/challenge&quot;:&quot;[\w-]{43}&quot;/g, 'CHALLENGE');
  for (const secret of secrets) text = text.replaceAll(secret ?? '\0', 'SECRET');
  const headers: Record<string, string> = {};
  for (const [header, value] of page.headers) {
    if (['date', 'content-length', 'x-request-id', 'set-cookie'].includes(header)) continue;
    headers[header] = header === 'retry-after' ? 'A WHILE' : value;
  }
  text = text.replaceAll(/\b\d+ (second|minute)s?\b/g, 'A WHILE');
  return { status: page.status, headers, text };
}
