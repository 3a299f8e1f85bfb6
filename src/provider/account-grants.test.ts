import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { listConnectedApplications } from '../grants/list-connected-applications.ts';
import { withdrawGrant } from '../grants/withdraw-grant.ts';
import { createPostgresApplicationStore } from '../storage/postgres/application-store.ts';
import { createPostgresAuditLog } from '../storage/postgres/audit-log.ts';
import { insertAccount } from '../testing/fixtures.ts';
import { createHeldArtifacts } from '../testing/held-artifacts.ts';
import type { PlainBrowser } from '../testing/plain-browser.ts';
import { authorize, post, redeem, refresh, SECRET, userinfo } from '../testing/plain-client.ts';
import { addCast, NOTES_API, type ProviderCast } from '../testing/provider-cast.ts';
import { type ProviderWorld, startProviderWorld } from '../testing/provider-world.ts';
import { listLiveGrants, revokeClientGrants } from './account-grants.ts';

const WEB = { id: 'web', secret: SECRET };
const LEDGER = { id: 'ledger-web', secret: SECRET };
const PAYROLL = { id: 'payroll-web', secret: SECRET };
const OFFLINE = { scope: 'openid offline_access', prompt: 'consent' };

type Tokens = Record<string, unknown>;

const held = createHeldArtifacts();
let world: ProviderWorld;
let cast: ProviderCast;
let issuer: string;
let tenantId: string;
/** Somebody new for each test, who has allowed nobody anything. */
let person: string;

before(async () => {
  world = await startProviderWorld({
    wrap: (deps) => ({ ...deps, artifacts: held.wrap(deps.artifacts) }),
  });
  cast = await addCast(world);
  issuer = world.origin;
  tenantId = (await world.tenant()).id;
});
after(() => world.close());
beforeEach(async () => {
  person = await insertAccount(world.db, tenantId, {});
  world.signsIn = person;
  world.steps.length = 0;
});

async function tokensIn(
  browser: PlainBrowser,
  client = WEB,
  parameters: Record<string, string> = {},
): Promise<Tokens> {
  const { code } = await authorize(browser, issuer, client.id, parameters);
  const { resource } = parameters;
  const answer = await redeem(issuer, code, client, resource === undefined ? {} : { resource });
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
}

const deps = () => ({
  grants: world.grants,
  audit: createPostgresAuditLog(world.db, world),
  revokeClientGrants: (...args: [string, string, string]) => revokeClientGrants(world, ...args),
  listLiveGrants: (...args: [string, string]) => listLiveGrants(world, ...args),
  findClient: createPostgresApplicationStore(world.db).findClient,
});
const withdraw = async (clientId = 'web', accountId = person, slug = 'default') =>
  withdrawGrant(deps(), await world.tenant(slug), {
    accountId,
    clientId,
    by: { actor: { type: 'account', id: accountId } },
  });
const connected = async (accountId = person) =>
  listConnectedApplications(deps(), await world.tenant(), accountId);
const refreshes = async (tokens: Tokens, client = WEB): Promise<boolean> =>
  (await refresh(issuer, tokens.refresh_token, client)).status === 200;
const isActive = async (token: unknown): Promise<unknown> =>
  (await post(`${issuer}/token/introspection`, { token: String(token) }, WEB)).json.active;

describe('withdrawing consent', () => {
  it('ends every token of the client, in whatever session and however long-lived', async () => {
    const [here, there] = [world.browser(), world.browser()];
    const online = await tokensIn(here);
    const offline = await tokensIn(there, WEB, OFFLINE);
    const jwt = await tokensIn(there, WEB, { resource: NOTES_API });
    const { code: unused } = await authorize(here, issuer, 'web');
    assert.equal(await withdraw(), 'withdrawn');

    for (const tokens of [online, offline, jwt]) {
      assert.equal(await isActive(tokens.access_token), false);
      assert.equal(await refreshes(tokens), false);
    }
    assert.equal((await userinfo(issuer, online.access_token)).status, 401);
    assert.equal((await redeem(issuer, unused, WEB)).json.error, 'invalid_grant');
    assert.equal(await withdraw(), 'unknown');
  });

  it('leaves the session, other clients and other people alone', async () => {
    const browser = world.browser();
    await tokensIn(browser);
    const ledger = await tokensIn(browser, LEDGER);
    world.signsIn = cast.bob;
    const bobs = await tokensIn(world.browser());
    await withdraw();
    assert.equal(await refreshes(ledger, LEDGER), true);
    assert.equal(await refreshes(bobs), true);
    assert.equal(await withdraw('web', person, 'acme'), 'unknown');
    assert.equal(await withdraw('nobody'), 'unknown');
    assert.equal(await withdraw('a\0b'), 'unknown');
  });

  it('is asked for anew in the same session, whose grant is dead', async () => {
    const browser = world.browser();
    await tokensIn(browser, WEB, { scope: 'openid email' });
    await withdraw();
    world.steps.length = 0;
    const silent = await authorize(browser, issuer, 'web', { prompt: 'none' });
    assert.equal(silent.error, 'consent_required');
    const again = await tokensIn(browser, WEB, { scope: 'openid' });
    assert.deepEqual(world.steps, ['consent op_scopes_missing']);
    assert.deepEqual(world.promptDetails, { missingOIDCScope: ['openid'] });
    assert.equal(await refreshes(again), true);
    assert.deepEqual((await connected())[0]?.scopes, ['openid']);
  });

  it('from a first-party application ends its tokens; it needs no consent to begin again', async () => {
    world.signsIn = cast.alice;
    const browser = world.browser();
    const tokens = await tokensIn(browser, PAYROLL);
    assert.equal(await withdraw('payroll-web', cast.alice), 'withdrawn');
    assert.equal(await refreshes(tokens, PAYROLL), false);
    world.steps.length = 0;
    const again = await tokensIn(browser, PAYROLL);
    assert.deepEqual(world.steps, []);
    assert.equal(await refreshes(again, PAYROLL), true);
  });

  for (const model of ['Grant', 'AuthorizationCode'] as const) {
    it(`reaches a request that read the consent before and waits to save its ${model}`, async () => {
      await tokensIn(world.browser());
      // A new session: its Grant is made of what was recorded.
      const browser = world.browser();
      await authorize(browser, issuer, 'ledger-web');
      const saving = held.hold('save', model);
      const arriving = browser.request(
        `${issuer}/auth?${new URLSearchParams({ ...REQUEST, prompt: 'none' })}`,
      );
      await saving.reached;
      await withdraw();
      saving.release();
      const answer = await arriving;
      const { searchParams } = new URL(answer.headers.get('location') ?? 'https://nowhere.example');
      assert.equal(searchParams.get('code'), null);
      assert.deepEqual(
        (await connected()).map(({ client }) => client.clientId),
        ['ledger-web'],
      );
    });
  }

  it('reaches a refresh and an exchange in flight', async () => {
    const tokens = await tokensIn(world.browser(), WEB, OFFLINE);
    const refreshing = held.hold('save', 'RefreshToken');
    const inFlight = refresh(issuer, tokens.refresh_token, WEB);
    await refreshing.reached;
    await withdraw();
    refreshing.release();
    const refreshed = await inFlight;
    assert.deepEqual([refreshed.status, refreshed.json.error], [400, 'invalid_grant']);

    const { code } = await authorize(world.browser(), issuer, 'web');
    const exchanging = held.hold('save', 'AccessToken');
    const exchange = redeem(issuer, code, WEB);
    await exchanging.reached;
    await withdraw();
    exchanging.release();
    const exchanged = await exchange;
    assert.deepEqual([exchanged.status, exchanged.json.error], [400, 'invalid_grant']);
  });
});

const REQUEST = {
  client_id: 'web',
  response_type: 'code',
  redirect_uri: 'https://client.example/callback',
  scope: 'openid',
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  code_challenge_method: 'S256',
};

describe('connected applications', () => {
  it('are none at first', async () => {
    assert.deepEqual(await connected(), []);
  });

  it('say what they were allowed, when first and when last, the last used first', async () => {
    const seconds = () => Math.floor(world.now().getTime() / 1000) * 1000;
    const browser = world.browser();
    const began = seconds();
    await tokensIn(browser, WEB, { scope: 'openid email' });
    await tokensIn(browser, LEDGER, { scope: 'openid' });
    world.advance(3600);
    await authorize(browser, issuer, 'web', { scope: 'openid' });
    const [web, ledger, ...more] = await connected();
    assert.ok(web && ledger);
    assert.deepEqual(more, []);
    assert.deepEqual([web.client.clientId, web.client.application.key], ['web', 'notes']);
    assert.deepEqual([web.scopes, web.claims, web.resourceScopes], [['email', 'openid'], [], {}]);
    assert.equal(ledger.client.clientId, 'ledger-web');
    assert.ok(web.firstUsedAt.getTime() >= began && web.firstUsedAt.getTime() < began + 3_600_000);
    assert.ok(web.lastUsedAt.getTime() >= began + 3_600_000);
    assert.ok(ledger.lastUsedAt.getTime() < began + 3_600_000);
  });

  it('list a first-party application by what it holds, and APIs by their scopes', async () => {
    world.signsIn = cast.alice;
    const browser = world.browser();
    await tokensIn(browser, PAYROLL);
    await tokensIn(browser, WEB, { scope: 'openid notes:read', resource: NOTES_API });
    const list = await connected(cast.alice);
    assert.deepEqual(list.map(({ client }) => client.clientId).sort(), ['payroll-web', 'web']);
    const web = list.find(({ client }) => client.clientId === 'web');
    assert.deepEqual(web?.resourceScopes, { [NOTES_API]: ['notes:read'] });
  });

  it('list what was allowed even when nothing is held any more', async () => {
    await tokensIn(world.browser());
    await world.artifacts.endAccount(tenantId, person, { tombstoneUntil: world.now() });
    const [web, ...more] = await connected();
    assert.equal(web?.client.clientId, 'web');
    assert.deepEqual(more, []);
    await withdraw();
    assert.deepEqual(await connected(), []);
  });

  it('leave out a client that is gone', async () => {
    world.signsIn = cast.alice;
    await tokensIn(world.browser(), LEDGER);
    await world.db('clients').where({ client_id: 'ledger-web' }).delete();
    const ids = (await connected(cast.alice)).map(({ client }) => client.clientId);
    assert.ok(!ids.includes('ledger-web'), ids.join());
  });
});
