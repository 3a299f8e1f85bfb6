/**
 * Two providers of somebody else beside a deployment, one whose word on addresses counts and one whose
 * word counts for nothing, and people who sign in with them.
 */
import assert from 'node:assert/strict';
import { startDeployment } from './gatehouse.ts';
import { createPlainBrowser, type PlainBrowser, type PlainPage } from './plain-browser.ts';
import { createRecordingLogger } from './recording-logger.ts';
import { createRelyingParty, type RelyingParty } from './relying-party.ts';
import { seedMore } from './seed-more.ts';
import { startUpstreamServer, type UpstreamServer } from './upstream-server.ts';

export const CALLBACK = 'https://app.example/callback';
/** The tenant `default` has alice and bob and takes nobody in; `open` takes everybody in. */
const TENANTS = ['default', 'open'] as const;
type Slug = (typeof TENANTS)[number];

export type UpstreamFlowWorld = Awaited<ReturnType<typeof startUpstreamFlowWorld>>;

export const textOf = (page: PlainPage) =>
  (page.document.querySelector('main')?.text ?? '').replace(/\s+/g, ' ').trim();
/** The page says so. */
export const says = (page: PlainPage, expected: RegExp) => assert.match(textOf(page), expected);
/** The address that an application was answered at. */
export function arrived(page: PlainPage): string {
  assert.ok(page.url.startsWith(CALLBACK), `still at ${page.url}: ${textOf(page)}`);
  return page.url;
}

/** Call `stop` in `after`. */
export async function startUpstreamFlowWorld() {
  const logger = createRecordingLogger();
  const [trusted, plain] = await Promise.all([startUpstreamServer(), startUpstreamServer()]);
  const deployment = await startDeployment({ logger, mail: true });
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
  const parties = new Map<Slug, RelyingParty>();
  for (const slug of TENANTS) {
    const issuer = `${deployment.publicUrl}${slug === 'default' ? '' : `/t/${slug}`}`;
    const party = await createRelyingParty({ issuer, clientId: 'app', redirectUri: CALLBACK });
    parties.set(slug, party);
  }
  let person = 0;

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

  return {
    deployment,
    logger,
    trusted,
    plain,
    newBrowser,
    begin,
    press,
    continueWith,
    answerFor,
    events,
    accountsOf,
    linksNow,
    /** Both say the truth, of somebody new. */
    nextPerson() {
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
    },
    async stop() {
      await deployment.stop();
      await Promise.all([trusted.close(), plain.close()]);
    },
  };
}
