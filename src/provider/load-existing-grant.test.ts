import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { assignRole, insertAccount, insertApplication, insertClient } from '../testing/fixtures.ts';
import {
  authorize,
  redeem,
  refresh,
  SECRET,
  secretDigest,
  userinfo,
  webClient,
} from '../testing/plain-client.ts';
import { addCast, LEDGER_API, NOTES_API, type ProviderCast } from '../testing/provider-cast.ts';
import { type ProviderWorld, startProviderWorld } from '../testing/provider-world.ts';

const WEB = { id: 'web', secret: SECRET };

let world: ProviderWorld;
let cast: ProviderCast;
let issuer: string;
let tenantId: string;
/** Somebody new for each test, who has allowed nobody anything. */
let person: string;

before(async () => {
  world = await startProviderWorld();
  cast = await addCast(world);
  issuer = world.origin;
  tenantId = (await world.tenant()).id;
});
after(() => world.close());
beforeEach(async () => {
  person = await insertAccount(world.db, tenantId, { claims: { nickname: 'Nick' } });
  world.signsIn = person;
});

/** The prompts that a request of this person meets in a new session, but for the sign-in. */
async function asked(
  parameters: Record<string, string> = {},
  client = 'web',
  browser = world.browser(),
): Promise<string[]> {
  world.steps.length = 0;
  const { error, error_description: why } = await authorize(browser, issuer, client, parameters);
  assert.equal(error, undefined, why);
  return world.steps.filter((step) => !step.startsWith('login'));
}

const CONSENT = ['consent op_scopes_missing'];

describe('consent', () => {
  it('is asked once for the same scopes, in whatever session', async () => {
    assert.deepEqual(await asked({ scope: 'openid profile' }), CONSENT);
    assert.deepEqual(world.promptDetails, { missingOIDCScope: ['openid', 'profile'] });
    assert.deepEqual(await asked({ scope: 'openid profile' }), []);
    assert.deepEqual(await asked({ scope: 'profile openid' }), []);
    assert.deepEqual(await asked({ scope: 'openid' }), []);
  });

  it('is asked for what is new, and only that', async () => {
    await asked({ scope: 'openid profile' });
    assert.deepEqual(await asked({ scope: 'openid profile email' }), CONSENT);
    assert.deepEqual(world.promptDetails, { missingOIDCScope: ['email'] });
    assert.deepEqual(await asked({ scope: 'openid profile email' }), []);
  });

  it('is asked for what is new within one session, and the tokens have it', async () => {
    const browser = world.browser();
    await asked({ scope: 'openid' }, 'web', browser);
    assert.deepEqual(await asked({ scope: 'openid profile' }, 'web', browser), CONSENT);
    assert.deepEqual(world.promptDetails, { missingOIDCScope: ['profile'] });
    const { code } = await authorize(browser, issuer, 'web', { scope: 'openid profile' });
    const { json } = await redeem(issuer, code, WEB);
    const info = await userinfo(issuer, json.access_token);
    assert.equal(info.json.nickname, 'Nick');
  });

  it('counts when it was given in another session meanwhile', async () => {
    const [here, there] = [world.browser(), world.browser()];
    await asked({ scope: 'openid' }, 'web', here);
    await asked({ scope: 'openid phone' }, 'web', there);
    assert.deepEqual(await asked({ scope: 'openid phone' }, 'web', here), []);
  });

  it('is asked for single claims and for the scopes of an API, each once', async () => {
    const claims = { claims: JSON.stringify({ userinfo: { nickname: null } }) };
    assert.deepEqual(await asked({ scope: 'openid', ...claims }), [
      'consent op_scopes_missing op_claims_missing',
    ]);
    assert.deepEqual(await asked({ scope: 'openid', ...claims }), []);
    const api = { resource: NOTES_API, scope: 'openid notes:read' };
    assert.deepEqual(await asked(api), ['consent rs_scopes_missing']);
    assert.deepEqual(world.promptDetails, {
      missingResourceScopes: { [NOTES_API]: ['notes:read'] },
    });
    assert.deepEqual(await asked(api), []);
    const more = { ...api, scope: 'openid notes:read notes:write' };
    assert.deepEqual(await asked(more), ['consent rs_scopes_missing']);
    assert.deepEqual(world.promptDetails, {
      missingResourceScopes: { [NOTES_API]: ['notes:write'] },
    });
    const elsewhere = { resource: LEDGER_API, scope: 'openid ledger:write' };
    assert.deepEqual(await asked(elsewhere), ['consent rs_scopes_missing']);
  });

  it('of one client, person or tenant is not that of another', async () => {
    await asked({ scope: 'openid' });
    assert.deepEqual(await asked({ scope: 'openid' }, 'ledger-web'), CONSENT);
    world.signsIn = await insertAccount(world.db, tenantId);
    assert.deepEqual(await asked({ scope: 'openid' }), CONSENT);
    world.signsIn = cast.acmeAlice;
    world.steps.length = 0;
    await authorize(world.browser(), `${issuer}/t/acme`, 'web');
    assert.deepEqual(world.steps, ['login no_session', 'consent op_scopes_missing']);
  });

  it('is asked again when the client says so, and when it was taken back', async () => {
    await asked({ scope: 'openid' });
    assert.deepEqual(await asked({ scope: 'openid', prompt: 'consent' }), [
      'consent consent_prompt',
    ]);
    await world.grants.remove(tenantId, person, 'web');
    assert.deepEqual(await asked({ scope: 'openid' }), CONSENT);
  });

  it('that is missing is what prompt=none hears; given, there is no page', async () => {
    const browser = world.browser();
    await asked({}, 'ledger-web', browser);
    const silent = { prompt: 'none', scope: 'openid' };
    const { error } = await authorize(browser, issuer, 'web', silent);
    assert.equal(error, 'consent_required');
    await asked({ scope: 'openid' }, 'web', browser);
    world.steps.length = 0;
    const { code } = await authorize(browser, issuer, 'web', silent);
    assert.equal(typeof code, 'string');
    assert.deepEqual(world.steps, []);
  });

  it('for the time without the person is kept apart from the rest', async () => {
    await asked({ scope: 'openid' });
    const offline = { scope: 'openid offline_access', prompt: 'consent' };
    const { code } = await authorize(world.browser(), issuer, 'web', offline);
    assert.deepEqual(world.promptDetails, { missingOIDCScope: ['offline_access'] });
    const { json } = await redeem(issuer, code, WEB);
    assert.equal(json.scope, 'openid offline_access');
  });

  it('of an earlier grant that was revoked still counts, with a new grant', async () => {
    const browser = world.browser();
    const { code } = await authorize(browser, issuer, 'web', { scope: 'openid' });
    const { json: tokens } = await redeem(issuer, code, WEB);
    await refresh(issuer, tokens.refresh_token, WEB);
    world.advance(60);
    await refresh(issuer, tokens.refresh_token, WEB);
    assert.equal((await userinfo(issuer, tokens.access_token)).status, 401);
    assert.deepEqual(await asked({ scope: 'openid' }, 'web', browser), []);
    const { code: next } = await authorize(browser, issuer, 'web');
    const { json } = await redeem(issuer, next, WEB);
    assert.equal((await userinfo(issuer, json.access_token)).status, 200);
  });
});

describe('a grant', () => {
  it('is written once in a session, not with each request', async () => {
    const browser = world.browser();
    const grants = () => world.db('artifacts').where({ model: 'Grant', account_id: person });
    await asked({ scope: 'openid email' }, 'web', browser);
    const first = await grants();
    assert.equal(first.length, 1);
    for (let times = 0; times < 3; times += 1) {
      await asked({ scope: 'openid email' }, 'web', browser);
    }
    assert.deepEqual(await grants(), first);
  });

  it('is not written before anything is allowed', async () => {
    const browser = world.browser();
    await asked({ scope: 'openid' }, 'ledger-web', browser);
    const { error } = await authorize(browser, issuer, 'web', { prompt: 'none' });
    assert.equal(error, 'consent_required');
    const grants = await world.db('artifacts').where({ model: 'Grant', account_id: person });
    assert.equal(grants.length, 1);
  });
});

describe('a first-party application', () => {
  before(async () => {
    const own = await insertApplication(world.db, tenantId, { firstParty: true });
    await insertClient(world.db, tenantId, own, {
      clientId: 'own-web',
      secretDigest: secretDigest(),
      metadata: webClient(),
    });
  });

  it('is allowed what it asks for, without a page', async () => {
    const browser = world.browser();
    const claims = JSON.stringify({ id_token: { nickname: null } });
    const scope = 'openid profile email notes:read';
    const parameters = { scope, claims, resource: NOTES_API };
    assert.deepEqual(await asked(parameters, 'own-web', browser), []);
    assert.deepEqual(await asked({ scope: 'openid address' }, 'own-web', browser), []);
    assert.equal(await world.grants.find(tenantId, person, 'own-web'), undefined);
    const { code } = await authorize(browser, issuer, 'own-web', {
      prompt: 'none',
      scope: 'openid phone',
    });
    assert.equal(typeof code, 'string');
  });

  it('gets no scope of an API that the API does not have', async () => {
    await assignRole(world.db, tenantId, cast.roles.reader, { accountId: person });
    const parameters = { resource: NOTES_API, scope: 'openid notes:read ledger:write' };
    const { code } = await authorize(world.browser(), issuer, 'own-web', parameters);
    const own = { id: 'own-web', secret: SECRET };
    const { json } = await redeem(issuer, code, own, { resource: NOTES_API });
    assert.equal(json.scope, 'notes:read');
  });

  it('is asked for when the client itself asks for consent', async () => {
    assert.deepEqual(await asked({ prompt: 'consent' }, 'own-web'), ['consent consent_prompt']);
  });
});
