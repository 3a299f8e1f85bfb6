import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { sha256 } from '../crypto/digest.ts';
import { createPostgresAuditLog } from '../storage/postgres/audit-log.ts';
import { createPlainBrowser, type PlainBrowser } from '../testing/plain-browser.ts';
import { authorize, CALLBACK, post, redeem, refresh, SECRET } from '../testing/plain-client.ts';
import { addCast, type ProviderCast } from '../testing/provider-cast.ts';
import { type ProviderWorld, startProviderWorld } from '../testing/provider-world.ts';
import { endOtherSessions, endSessionOfAccount, listSessions } from './account-sessions.ts';
import type { ArtifactModel } from './artifact-store.ts';

const WEB = { id: 'web', secret: SECRET };
const LEDGER = { id: 'ledger-web', secret: SECRET };
const OFFLINE = { scope: 'openid offline_access', prompt: 'consent' };
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

let world: ProviderWorld;
let cast: ProviderCast;
let issuer: string;
const calls: string[] = [];

before(async () => {
  world = await startProviderWorld({
    wrap: (deps) => ({
      ...deps,
      artifacts: {
        ...deps.artifacts,
        find(tenantId, model, key) {
          calls.push(`find ${model}`);
          return deps.artifacts.find(tenantId, model, key);
        },
        findSessionByUid(tenantId, key) {
          calls.push('findSessionByUid');
          return deps.artifacts.findSessionByUid(tenantId, key);
        },
        save(write) {
          calls.push(`save ${write.model}`);
          return deps.artifacts.save(write);
        },
      },
    }),
  });
  cast = await addCast(world);
  issuer = world.origin;
});
after(() => world.close());
beforeEach(async () => {
  world.signsIn = cast.alice;
  await world.db('artifacts').delete();
});

const browserNamed = (userAgent: string): PlainBrowser =>
  createPlainBrowser({
    stopAt: (url) => url.startsWith(CALLBACK),
    fetch: (input, init = {}) => {
      const headers = new Headers(init.headers);
      headers.set('user-agent', userAgent);
      return fetch(input, { ...init, headers });
    },
  });

const sessions = async (accountId = cast.alice, currentUid?: string) =>
  listSessions(world, await world.tenant(), accountId, currentUid);

async function uidOf(handle: string): Promise<string> {
  const stored = await world.artifacts.findSessionByUid((await world.tenant()).id, handle);
  return String(stored?.payload.uid);
}

async function tokensIn(browser: PlainBrowser, client = WEB, parameters = {}) {
  const { code } = await authorize(browser, issuer, client.id, parameters);
  const answer = await redeem(issuer, code, client);
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
}

const refreshes = async (tokens: Record<string, unknown>, client = WEB): Promise<boolean> =>
  (await refresh(issuer, tokens.refresh_token, client)).status === 200;
const isActive = async (token: unknown): Promise<unknown> =>
  (await post(`${issuer}/token/introspection`, { token: String(token) }, WEB)).json.active;

const ending = () => ({
  artifacts: world.artifacts,
  queueLogouts: world.queueLogouts,
  audit: createPostgresAuditLog(world.db, world),
  now: world.now,
});
const BY = {
  actor: { type: 'account', id: 'alice' },
  address: '192.0.2.7',
  requestId: 'r1',
} as const;

describe('the sessions of an account', () => {
  it('say where and with which browser they began and were last seen, and for what', async () => {
    const began = Math.floor(world.now().getTime() / 1000) * 1000;
    await authorize(browserNamed(FIREFOX), issuer, 'web');
    const [session, ...others] = await sessions();
    assert.ok(session);
    assert.deepEqual(others, []);
    assert.equal(session.current, false);
    assert.deepEqual(session.clientIds, ['web']);
    for (const moment of [session.signedIn, session.lastSeen]) {
      assert.equal(moment.address, '127.0.0.1');
      assert.equal(moment.userAgent, FIREFOX);
      assert.ok(moment.at.getTime() >= began && moment.at <= world.now());
    }
  });

  it('remember the sign-in when they are seen again, or proved again', async () => {
    const browser = browserNamed(FIREFOX);
    await authorize(browser, issuer, 'web');
    const [first] = await sessions();
    world.advance(3600);
    await authorize(browser, issuer, 'ledger-web');
    const [later] = await sessions();
    assert.deepEqual(later?.signedIn, first?.signedIn);
    assert.equal(later?.handle, first?.handle);
    assert.ok(
      later && first && later.lastSeen.at.getTime() >= first.lastSeen.at.getTime() + 3_600_000,
    );
    assert.deepEqual(later.clientIds, ['ledger-web', 'web']);

    world.advance(3600);
    await authorize(browser, issuer, 'web', { prompt: 'login' });
    const [proved] = await sessions();
    assert.deepEqual(proved?.signedIn, first.signedIn);
    assert.deepEqual(proved?.clientIds, ['web', 'ledger-web']);
  });

  it('begin anew for whoever signs in next at the same browser', async () => {
    const browser = browserNamed(FIREFOX);
    await authorize(browser, issuer, 'web');
    world.signsIn = cast.bob;
    await authorize(browser, issuer, 'web', { prompt: 'login' });
    assert.deepEqual(await sessions(), []);
    assert.equal((await sessions(cast.bob)).length, 1);
  });

  it('are listed last seen first, the one that asks marked, and nobody else is', async () => {
    const [here, there] = [browserNamed('here'), browserNamed('there')];
    await authorize(there, issuer, 'web');
    world.advance(60);
    await authorize(here, issuer, 'web');
    world.signsIn = cast.bob;
    await authorize(world.browser(), issuer, 'web');
    const [first, second, ...more] = await sessions();
    assert.deepEqual([first?.lastSeen.userAgent, second?.lastSeen.userAgent], ['here', 'there']);
    assert.deepEqual(more, []);
    const asking = await sessions(cast.alice, await uidOf(second?.handle ?? ''));
    assert.deepEqual(
      asking.map(({ current }) => current),
      [false, true],
    );
    const acme = await world.tenant('acme');
    assert.deepEqual(await listSessions(world, acme, cast.alice), []);
  });

  it('keep no more than 300 characters of what a browser calls itself', async () => {
    await authorize(browserNamed('x'.repeat(5000)), issuer, 'web');
    const [session] = await sessions();
    assert.equal(session?.lastSeen.userAgent, 'x'.repeat(300));
  });

  it('cost no round trip, and the library sees nothing of them', async () => {
    const browser = browserNamed(FIREFOX);
    await authorize(browser, issuer, 'web');
    calls.length = 0;
    await authorize(browser, issuer, 'web');
    const about = calls.filter((call) => call.includes('Session'));
    assert.deepEqual(about, ['find Session', 'save Session']);

    const [session] = await sessions();
    const provider = await world.pool.providerForTenant(await world.tenant());
    const found = await provider.Session.findByUid(await uidOf(session?.handle ?? ''));
    assert.ok(found && !JSON.stringify(found).includes('Firefox'));
    const adapter = provider.Session.adapter;
    assert.equal('facts' in ((await adapter.findByUid(String(found.uid))) ?? {}), false);
  });
});

describe('ending a session of an account', () => {
  it('ends what was issued in it, and nothing of the others', async () => {
    const [here, there] = [browserNamed('here'), browserNamed('there')];
    const mine = await tokensIn(here);
    const stolen = await tokensIn(there);
    const offline = await tokensIn(there, LEDGER, OFFLINE);
    const handle = (await sessions()).find(
      ({ lastSeen }) => lastSeen.userAgent === 'there',
    )?.handle;
    const tenant = await world.tenant();
    const outcome = await endSessionOfAccount(ending(), tenant, cast.alice, handle ?? '', BY);
    assert.equal(outcome, 'ended');

    assert.equal(await isActive(stolen.access_token), false);
    assert.equal(await refreshes(stolen), false);
    assert.equal(await refreshes(offline, LEDGER), true);
    assert.equal(await refreshes(mine), true);
    assert.deepEqual(
      (await sessions()).map(({ lastSeen }) => lastSeen.userAgent),
      ['here'],
    );
    world.steps.length = 0;
    await authorize(there, issuer, 'web');
    assert.match(world.steps.join(), /^login no_session/);

    const events = (await world.audited()).filter(
      ({ kind, detail }) => kind === 'session.ended' && detail?.elsewhere === true,
    );
    assert.deepEqual(
      events.map(({ actor, subject, address, requestId }) => [actor, subject, address, requestId]),
      [[BY.actor, { type: 'account', id: cast.alice }, BY.address, BY.requestId]],
    );
  });

  it('knows only handles of that account, of that tenant, and is done once', async () => {
    await authorize(browserNamed('here'), issuer, 'web');
    const handle = (await sessions())[0]?.handle ?? '';
    const [tenant, acme] = [await world.tenant(), await world.tenant('acme')];
    const end = (...[where, who, what]: [typeof tenant, string, string]) =>
      endSessionOfAccount(ending(), where, who, what, BY);
    assert.equal(await end(tenant, cast.bob, handle), 'unknown');
    assert.equal(await end(acme, cast.alice, handle), 'unknown');
    for (const nonsense of ['', 'x', '\0', sha256('x'), `${handle}\n`, await uidOf(handle)]) {
      assert.equal(await end(tenant, cast.alice, nonsense), 'unknown');
    }
    assert.equal((await sessions()).length, 1);
    assert.equal(await end(tenant, cast.alice, handle), 'ended');
    assert.equal(await end(tenant, cast.alice, handle), 'unknown');
  });

  it('of all but one ends the others, and them alone', async () => {
    const browsers = ['a', 'b', 'c', 'here'].map(browserNamed);
    const tokens: Record<string, unknown>[] = [];
    for (const browser of browsers) tokens.push(await tokensIn(browser));
    world.signsIn = cast.bob;
    const bobs = await tokensIn(world.browser());
    const here = (await sessions()).find(({ lastSeen }) => lastSeen.userAgent === 'here');
    const uid = await uidOf(here?.handle ?? '');
    const tenant = await world.tenant();
    assert.equal(await endOtherSessions(ending(), tenant, cast.alice, uid, BY), 3);
    assert.deepEqual(
      (await sessions(cast.alice, uid)).map(({ current, handle }) => [current, handle]),
      [[true, here?.handle]],
    );
    const alive: boolean[] = [];
    for (const one of [...tokens, bobs]) alive.push(await refreshes(one));
    assert.deepEqual(alive, [false, false, false, true, true]);
  });
});

describe('an artifact', () => {
  it('of another model gets no facts', async () => {
    await tokensIn(browserNamed(FIREFOX));
    const rows = await world.db('artifacts').whereNot({ model: 'Session' satisfies ArtifactModel });
    assert.ok(rows.length > 1);
    assert.ok(!JSON.stringify(rows).includes('Firefox'));
  });
});
