import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as client from 'openid-client';
import { answerAt, demoParty, visitor } from '../demo-clients.ts';
import { ALICE, BOB, startDeployment, type TestDeployment } from '../gatehouse.ts';
import { createRelyingParty, type RelyingParty, signIn, walkThrough } from '../relying-party.ts';
import { seedMore } from '../seed-more.ts';

const CALLBACK = 'http://localhost:9000/callback';
const ERIN = { identifier: 'erin', password: 'erin-demo-password' };

/** A third-party application behind the gate, and somebody who may or may not pass. */
function world(erinsRoles: readonly string[]) {
  return {
    slug: 'default',
    applications: [
      {
        key: 'club',
        name: 'Club',
        requireAssignment: true,
        roles: [{ key: 'member' }],
        clients: [
          {
            client_id: 'club-web',
            client_name: 'Club site',
            token_endpoint_auth_method: 'none',
            redirect_uris: [CALLBACK],
            grant_types: ['authorization_code', 'refresh_token'],
          },
        ],
      },
    ],
    accounts: [{ username: 'erin', password: { value: ERIN.password }, roles: erinsRoles }],
  };
}

describe('the gate of an application', () => {
  let deployment: TestDeployment;
  let payroll: RelyingParty;
  let club: RelyingParty;
  before(async () => {
    deployment = await startDeployment();
    await seedMore(deployment, world(['club:member']));
    payroll = await demoParty(deployment, 'payroll-web');
    club = await createRelyingParty({
      issuer: deployment.publicUrl,
      clientId: 'club-web',
      redirectUri: CALLBACK,
    });
  });
  after(() => deployment.stop());

  /** Takes Erin's role away for as long as `act` takes. */
  const withoutRole = async (act: () => Promise<void>) => {
    await seedMore(deployment, world([]));
    try {
      await act();
    } finally {
      await seedMore(deployment, world(['club:member']));
    }
  };

  it('stops who has no role, says why, and tells the application', async () => {
    const browser = visitor(deployment);
    const request = await payroll.begin();
    const gate = await walkThrough(browser, request.url, BOB);
    assert.equal(gate.status, 403);
    assert.match(gate.text, /You don’t have access to .*Payroll/);
    assert.match(gate.text, /Bob Example/);
    const back = await browser.submit(gate, {}, { action: '/gate' });
    const answer = answerAt(back, payroll);
    assert.equal(answer.error, 'access_denied');
    assert.equal(answer.state, request.checks.expectedState);
    assert.equal(answer.iss, deployment.publicUrl);
    assert.equal(answer.code, undefined);

    const tenant = await deployment.backends.tenants.findBySlug('default');
    await deployment.backends.audit.flush();
    const denied = await deployment.backends.db('audit_events').where({
      tenant_id: tenant?.id,
      kind: 'application.access_denied',
    });
    assert.equal(denied.length, 1);
    assert.equal(denied[0].client_id, 'payroll-web');
  });

  it('lets in who has one, directly or through a group', async () => {
    for (const [party, person] of [
      [payroll, ALICE],
      [club, ERIN],
    ] as const) {
      const tokens = await signIn(visitor(deployment), party, person);
      await party.refresh(tokens.refresh_token ?? '');
    }
  });

  it('stands before consent: nobody allows what they may not have', async () => {
    const browser = visitor(deployment);
    const { url } = await club.begin();
    const signInPage = await browser.open(url.href);
    const gate = await browser.submit(signInPage, { ...BOB }, { action: '/sign-in' });
    assert.match(gate.text, /You don’t have access to .*Club/);
    assert.equal(gate.document.querySelector('form[action$="/consent"]'), null);
    const forced = await browser.submit(gate, {}, { action: '/gate' });
    assert.equal(answerAt(forced, club).error, 'access_denied');
    const { db, grants } = deployment.backends;
    const bob = await db('accounts').where({ username: 'bob' }).first('id', 'tenant_id');
    assert.equal(await grants.find(bob.tenant_id, bob.id, 'club-web'), undefined);
  });

  it('is not passed by posting a consent to it', async () => {
    const browser = visitor(deployment);
    const { url } = await club.begin();
    const gate = await walkThrough(browser, url, BOB);
    const csrf = gate.document.querySelector('input[name=csrf]')?.getAttribute('value') ?? '';
    const posted = await browser.request(`${gate.url}/consent`, {
      method: 'POST',
      body: new URLSearchParams({ csrf }),
      headers: { origin: deployment.publicUrl },
    });
    assert.equal(posted.status, 303);
    assert.equal(new URL(posted.headers.get('location') ?? '', gate.url).href, gate.url);
  });

  it('stops a session that other applications began', async () => {
    const browser = visitor(deployment);
    await signIn(browser, await demoParty(deployment, 'notes-web'), BOB);
    const { url } = await payroll.begin();
    const gate = await browser.open(url.href);
    assert.match(gate.text, /You don’t have access to .*Payroll/);
    const silent = await payroll.begin({ prompt: 'none' });
    const answer = answerAt(await browser.open(silent.url.href), payroll);
    assert.equal(answer.error, 'access_denied');
  });

  it('closes on who lost the role: single sign-on, refresh and userinfo', async () => {
    const browser = visitor(deployment);
    const tokens = await signIn(browser, club, ERIN);
    await withoutRole(async () => {
      await assert.rejects(club.refresh(tokens.refresh_token ?? ''), { error: 'invalid_grant' });
      await assert.rejects(
        client.fetchUserInfo(club.config, tokens.access_token, client.skipSubjectCheck),
      );
      const { url } = await club.begin();
      assert.match((await browser.open(url.href)).text, /You don’t have access to .*Club/);
      // Elsewhere the person is as welcome as before.
      const notes = await demoParty(deployment, 'notes-web');
      await signIn(browser, notes, ERIN);
    });
    await signIn(browser, club, ERIN);
  });

  it('closes on a code that was not yet redeemed', async () => {
    const browser = visitor(deployment);
    const request = await club.begin();
    const arrived = await walkThrough(browser, request.url, ERIN);
    assert.ok(answerAt(arrived, club).code);
    await withoutRole(async () => {
      await assert.rejects(request.redeem(arrived.url), { error: 'invalid_grant' });
    });
  });

  it('opens for another account of the same person', async () => {
    const browser = visitor(deployment);
    const request = await payroll.begin();
    const gate = await walkThrough(browser, request.url, BOB);
    const signInPage = await browser.submit(gate, {}, { action: '/switch' });
    assert.equal(
      signInPage.document.querySelector('input[name=identifier]')?.getAttribute('value'),
      '',
    );
    const arrived = await browser.submit(signInPage, { ...ALICE }, { action: '/sign-in' });
    const tokens = await request.redeem(arrived.url);
    const info = await client.fetchUserInfo(
      payroll.config,
      tokens.access_token,
      tokens.claims()?.sub ?? '',
    );
    assert.equal(info.name, 'Alice Example');
  });

  it('stays shut for another account without a role', async () => {
    const browser = visitor(deployment);
    const { url } = await payroll.begin();
    const gate = await walkThrough(browser, url, BOB);
    const signInPage = await browser.submit(gate, {}, { action: '/switch' });
    const again = await browser.submit(signInPage, { ...ERIN }, { action: '/sign-in' });
    assert.match(again.text, /You don’t have access to .*Payroll/);
    assert.match(again.text, /erin/);
  });
});
