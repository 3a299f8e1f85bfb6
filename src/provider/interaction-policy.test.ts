import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { decodeJwt } from 'jose';
import { ACR_MULTI_FACTOR, ACR_PHISHING_RESISTANT, ACR_SINGLE_FACTOR } from '../accounts/acr.ts';
import { createPostgresAccountStore } from '../storage/postgres/account-store.ts';
import { assignRole, insertAccount, insertGroup } from '../testing/fixtures.ts';
import type { PlainBrowser } from '../testing/plain-browser.ts';
import { authorize, redeem, refresh, SECRET, userinfo } from '../testing/plain-client.ts';
import { addCast, type ProviderCast } from '../testing/provider-cast.ts';
import { type ProviderWorld, startProviderWorld } from '../testing/provider-world.ts';
import { APPLICATION_GATE_PROMPT } from './interaction-policy.ts';

const PAYROLL = { id: 'payroll-web', secret: SECRET };
const WEB = { id: 'web', secret: SECRET };
const OFFLINE = { scope: 'openid roles offline_access', prompt: 'consent' };

let world: ProviderWorld;
let cast: ProviderCast;
let issuer: string;
let tenantId: string;

before(async () => {
  world = await startProviderWorld();
  cast = await addCast(world);
  issuer = world.origin;
  tenantId = (await world.tenant()).id;
});
after(() => world.close());
beforeEach(() => {
  world.signsIn = cast.alice;
  world.steps.length = 0;
});

/** A browser in which somebody has signed in at `web`. */
async function signedIn(accountId: string): Promise<PlainBrowser> {
  const browser = world.browser();
  world.signsIn = accountId;
  await authorize(browser, issuer, 'web');
  world.steps.length = 0;
  return browser;
}

describe('the application gate', () => {
  const clerk = () =>
    world.db('account_roles').where({ tenant_id: tenantId, role_id: cast.roles.clerk });

  it('lets in who has a role, without a page of its own', async () => {
    const browser = await signedIn(cast.alice);
    const { code } = await authorize(browser, issuer, 'payroll-web', { scope: 'openid roles' });
    assert.deepEqual(world.steps, []);
    const { json } = await redeem(issuer, code, PAYROLL);
    const { json: info } = await userinfo(issuer, json.access_token);
    assert.deepEqual(info.roles, ['clerk']);
  });

  it('lets in who has the role through a group', async () => {
    const carol = await insertAccount(world.db, tenantId);
    const group = await insertGroup(world.db, tenantId, { members: [carol] });
    await assignRole(world.db, tenantId, cast.roles.clerk, { groupId: group });
    const { code } = await authorize(await signedIn(carol), issuer, 'payroll-web');
    assert.equal((await redeem(issuer, code, PAYROLL)).status, 200);
  });

  it('refuses who has none, at single sign-on, with the name of the application', async () => {
    const browser = await signedIn(cast.bob);
    const { error, state, iss, code } = await authorize(browser, issuer, 'payroll-web');
    assert.deepEqual([error, state, iss, code], ['access_denied', 'the-state', issuer, undefined]);
    assert.deepEqual(world.steps, [`${APPLICATION_GATE_PROMPT} no_role`]);
    assert.equal(world.promptDetails.applicationName, 'Payroll');
  });

  it('refuses who has none right after signing in', async () => {
    world.signsIn = cast.bob;
    const { error } = await authorize(world.browser(), issuer, 'payroll-web');
    assert.equal(error, 'access_denied');
    assert.deepEqual(world.steps, ['login no_session', `${APPLICATION_GATE_PROMPT} no_role`]);
  });

  it('is met by prompt=none, without a page', async () => {
    const browser = await signedIn(cast.bob);
    const silent = { prompt: 'none' };
    const { error } = await authorize(browser, issuer, 'payroll-web', silent);
    assert.equal(error, 'access_denied');
    assert.deepEqual(world.steps, []);
    const passed = await authorize(await signedIn(cast.alice), issuer, 'payroll-web', silent);
    assert.equal(typeof passed.code, 'string');
  });

  it('is not in the way of other applications', async () => {
    const { code } = await authorize(await signedIn(cast.bob), issuer, 'web');
    assert.equal((await redeem(issuer, code, WEB)).status, 200);
  });

  it('is met by the token endpoint and userinfo, too, and passed again with the role', async () => {
    const browser = await signedIn(cast.alice);
    const { code } = await authorize(browser, issuer, 'payroll-web', OFFLINE);
    const { json: tokens } = await redeem(issuer, code, PAYROLL);
    const { code: unused } = await authorize(browser, issuer, 'payroll-web');
    const row = await clerk().where({ account_id: cast.alice }).first();
    await clerk().where({ account_id: cast.alice }).delete();

    const refused = await refresh(issuer, tokens.refresh_token, PAYROLL);
    assert.equal(refused.json.error, 'invalid_grant');
    assert.equal((await redeem(issuer, unused, PAYROLL)).json.error, 'invalid_grant');
    assert.equal((await userinfo(issuer, tokens.access_token)).status, 401);
    assert.equal((await authorize(browser, issuer, 'payroll-web')).error, 'access_denied');

    await clerk().insert(row);
    assert.equal((await userinfo(issuer, tokens.access_token)).status, 200);
    assert.equal((await refresh(issuer, tokens.refresh_token, PAYROLL)).status, 200);
  });
});

describe('a second factor', () => {
  const TWO = { amr: ['pwd', 'otp', 'mfa'], acr: ACR_MULTI_FACTOR };
  const ONE = { amr: ['pwd'], acr: ACR_SINGLE_FACTOR };
  const setMfa = async (mfa: string | undefined) => {
    const settings = JSON.stringify(mfa === undefined ? {} : { mfa });
    await world.db('tenants').where({ id: tenantId }).update({ settings });
    await world.touch();
  };
  after(() => setMfa(undefined));
  afterEach(() => {
    world.proves = ONE;
    world.secondFactors.clear();
  });

  it('is asked of a session without one, as soon as the account has one', async () => {
    const browser = await signedIn(cast.alice);
    await authorize(browser, issuer, 'web');
    assert.deepEqual(world.steps, []);
    world.secondFactors.add(cast.alice);
    const silent = await authorize(browser, issuer, 'web', { prompt: 'none' });
    assert.equal(silent.error, 'login_required');
    world.proves = TWO;
    await authorize(browser, issuer, 'web');
    assert.deepEqual(world.steps, ['login acr_too_low']);
    await authorize(browser, issuer, 'web');
    assert.deepEqual(world.steps, ['login acr_too_low'], 'and not again');
  });

  it('is asked where a client asks, and its acr is one that the client asked for', async () => {
    const browser = await signedIn(cast.alice);
    const asked = { acr_values: `urn:x ${ACR_MULTI_FACTOR}` };
    const silent = await authorize(browser, issuer, 'web', { ...asked, prompt: 'none' });
    assert.equal(silent.error, 'login_required');
    world.proves = { amr: ['swk', 'mfa'], acr: ACR_PHISHING_RESISTANT };
    const { code } = await authorize(browser, issuer, 'web', asked);
    assert.deepEqual(world.steps, ['login acr_too_low']);
    const { json } = await redeem(issuer, code, WEB);
    const { acr, amr } = decodeJwt(String(json.id_token));
    assert.equal(acr, ACR_MULTI_FACTOR);
    assert.deepEqual(amr, ['swk', 'mfa']);

    const essential = { id_token: { acr: { essential: true, value: ACR_MULTI_FACTOR } } };
    const silently = { prompt: 'none', claims: JSON.stringify(essential) };
    assert.ok((await authorize(browser, issuer, 'web', silently)).code, 'more than it insists on');
  });

  it('is required of everybody where the tenant says so, of refresh tokens, too', async () => {
    const browser = await signedIn(cast.alice);
    const { code } = await authorize(browser, issuer, 'web', OFFLINE);
    const { json: tokens } = await redeem(issuer, code, WEB);
    await setMfa('required');
    assert.equal((await refresh(issuer, tokens.refresh_token, WEB)).json.error, 'invalid_grant');
    const silent = await authorize(browser, issuer, 'web', { prompt: 'none' });
    assert.equal(silent.error, 'login_required');

    world.proves = TWO;
    const { code: better } = await authorize(browser, issuer, 'web', OFFLINE);
    const { json: both } = await redeem(issuer, better, WEB);
    assert.equal((await refresh(issuer, both.refresh_token, WEB)).status, 200);
  });

  it('is nobody’s where the tenant has switched it off', async () => {
    await setMfa('off');
    world.secondFactors.add(cast.alice);
    await signedIn(cast.alice);
    const discovery = await fetch(`${issuer}/.well-known/openid-configuration`);
    assert.deepEqual((await discovery.json()).acr_values_supported, [ACR_SINGLE_FACTOR]);
  });
});

describe('an account that is disabled, or gone', () => {
  const endings: Record<string, (accountId: string) => Promise<unknown>> = {
    disabled: (accountId) =>
      createPostgresAccountStore(world.db, { now: world.now }).setDisabled(
        tenantId,
        accountId,
        true,
      ),
    gone: (accountId) =>
      world.db('accounts').where({ tenant_id: tenantId, id: accountId }).delete(),
  };

  for (const [how, end] of Object.entries(endings)) {
    it(`is signed in nowhere any more: ${how}`, async () => {
      const dora = await insertAccount(world.db, tenantId);
      const browser = await signedIn(dora);
      const { code } = await authorize(browser, issuer, 'web', OFFLINE);
      const { json: tokens } = await redeem(issuer, code, WEB);
      const { code: unused } = await authorize(browser, issuer, 'web');
      await end(dora);

      assert.equal((await userinfo(issuer, tokens.access_token)).status, 401);
      const refreshed = await refresh(issuer, tokens.refresh_token, WEB);
      assert.equal(refreshed.json.error, 'invalid_grant');
      assert.equal((await redeem(issuer, unused, WEB)).json.error, 'invalid_grant');

      world.steps.length = 0;
      const silent = await authorize(browser, issuer, 'web', { prompt: 'none' });
      assert.equal(silent.error, 'login_required');
      assert.deepEqual(world.steps, []);

      world.signsIn = cast.alice;
      const { code: hers } = await authorize(browser, issuer, 'web');
      assert.match(world.steps[0] ?? '', /^login account_unavailable/);
      const { json } = await redeem(issuer, hers, WEB);
      const { json: info } = await userinfo(issuer, json.access_token);
      assert.equal(info.sub, cast.alice, 'somebody else may sign in at that browser');
    });
  }

  it('does not get in by signing in, either', async () => {
    const eve = await insertAccount(world.db, tenantId);
    await endings.disabled?.(eve);
    world.signsIn = eve;
    world.meanwhile = async () => {
      // What the hosted page would never do; the second page is a decent person's.
      world.meanwhile = async () => {
        world.signsIn = cast.alice;
      };
    };
    const browser = world.browser();
    const { code } = await authorize(browser, issuer, 'web');
    assert.match(world.steps[1] ?? '', /^login account_unavailable/);
    const { json } = await redeem(issuer, code, WEB);
    assert.equal((await userinfo(issuer, json.access_token)).json.sub, cast.alice);
  });
});
