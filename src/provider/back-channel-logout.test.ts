import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { JWTPayload } from 'jose';
import type { LogoutReceiver } from '../testing/logout-receiver.ts';
import { LISTENING, type LogoutWorld, startLogoutWorld } from '../testing/logout-world.ts';
import { authorize, redeem, refresh, SECRET } from '../testing/plain-client.ts';
import type { ProviderCast } from '../testing/provider-cast.ts';
import type { ProviderWorld } from '../testing/provider-world.ts';
import type { LogoutCourier } from './deliver-logouts.ts';
import { endAccount } from './end-account.ts';

let logouts: LogoutWorld;
let world: ProviderWorld;
let cast: ProviderCast;
let issuer: string;
let receiver: LogoutReceiver;
let courier: LogoutCourier;

before(async () => {
  logouts = await startLogoutWorld();
  ({ world, cast, receiver, courier } = logouts);
  issuer = world.origin;
});
after(() => logouts.close());
beforeEach(() => logouts.reset());

describe('signing out', () => {
  it('tells every client of the session that asked to hear of it, and no other', async () => {
    const [browser, other] = [world.browser(), world.browser()];
    const idTokens = new Map<string, JWTPayload>();
    for (const client of [...LISTENING, 'ledger-web']) {
      idTokens.set(client, await logouts.signInAt(browser, client));
    }
    await logouts.signInAt(other, 'listening');
    await logouts.signOut(browser);
    assert.deepEqual(receiver.requests, [], 'nobody is made to wait for it');
    await courier.deliverDue();

    assert.deepEqual(receiver.received.map(({ clientId }) => clientId).sort(), LISTENING);
    for (const { clientId, claims } of receiver.received) {
      const idToken = idTokens.get(clientId);
      assert.equal(claims.sub, cast.alice);
      assert.equal(claims.sid, idToken?.sid);
      assert.equal(claims.aud, clientId);
      assert.equal(claims.iss, issuer);
      assert.deepEqual(Object.keys(claims).sort(), [
        'aud',
        'events',
        'exp',
        'iat',
        'iss',
        'jti',
        'sid',
        'sub',
      ]);
    }
    assert.deepEqual(logouts.counted, ['delivered', 'delivered']);
    assert.deepEqual(
      (await logouts.audited()).toSorted((a, b) =>
        (a.clientId ?? '').localeCompare(b.clientId ?? ''),
      ),
      LISTENING.map((clientId) => ({
        kind: 'backchannel_logout.delivered',
        outcome: 'success',
        clientId,
        subject: cast.alice,
        detail: { attempts: 1 },
      })),
    );
    await courier.deliverDue();
    assert.equal(receiver.received.length, 2);
  });

  it('sends no sid to a client that said that it needs none', async () => {
    const browser = world.browser();
    await logouts.signInAt(browser, 'sidless');
    await logouts.signOut(browser);
    await courier.deliverDue();
    const [{ claims } = { claims: undefined }] = receiver.received;
    assert.deepEqual([claims?.sub, claims?.sid], [cast.alice, undefined]);
  });

  it('of one client, with the session kept, tells that client alone', async () => {
    const browser = world.browser();
    const { sid } = await logouts.signInAt(browser, 'listening');
    await logouts.signInAt(browser, 'listening-too');
    const asked = await browser.open(`${issuer}/session/end?client_id=listening`);
    const xsrf = asked.document.querySelector('input[name=xsrf]')?.getAttribute('value') ?? '';
    await browser.request(`${issuer}/session/end/confirm`, {
      method: 'POST',
      body: new URLSearchParams({ xsrf }),
    });
    await courier.deliverDue();
    assert.deepEqual(
      receiver.received.map(({ clientId, claims }) => [clientId, claims.sid]),
      [['listening', sid]],
    );
    // Signed in again, it is another part of the session, which ends too.
    const again = await logouts.signInAt(browser, 'listening');
    assert.notEqual(again.sid, sid);
    await logouts.signOut(browser);
    await courier.deliverDue();
    assert.deepEqual(
      receiver.received
        .slice(1)
        .map(({ clientId }) => clientId)
        .sort(),
      LISTENING,
    );
  });

  it('happens when somebody else signs in at the same browser', async () => {
    const browser = world.browser();
    const { sid } = await logouts.signInAt(browser, 'listening');
    world.signsIn = cast.bob;
    await authorize(browser, issuer, 'ledger-web', { prompt: 'login' });
    await courier.deliverDue();
    assert.deepEqual(
      receiver.received.map(({ claims }) => [claims.sub, claims.sid]),
      [[cast.alice, sid]],
    );
  });

  it('at one tenant says nothing to clients of another', async () => {
    const browser = world.browser();
    world.signsIn = cast.acmeAlice;
    const acme = `${issuer}/t/acme`;
    await logouts.signInAt(browser, 'listening', acme);
    world.signsIn = cast.alice;
    await logouts.signInAt(browser, 'listening');
    await logouts.signOut(browser, acme);
    await courier.deliverDue();
    assert.deepEqual(
      receiver.received.map(({ claims }) => [claims.iss, claims.sub]),
      [[acme, cast.acmeAlice]],
    );
  });

  it('fails as a whole when it cannot be queued, and may be tried again', async () => {
    const browser = world.browser();
    const { code } = await authorize(browser, issuer, 'listening');
    const client = { id: 'listening', secret: SECRET };
    const { json } = await redeem(issuer, code, client);
    const asked = await browser.open(`${issuer}/session/end`);
    await world.db.raw('alter table logout_notifications rename to hidden');
    try {
      assert.equal((await browser.submit(asked, {})).status, 500);
    } finally {
      await world.db.raw('alter table hidden rename to logout_notifications');
    }
    const { json: refreshed, status } = await refresh(issuer, json.refresh_token, client);
    assert.equal(status, 200);
    await logouts.signOut(browser);
    await courier.deliverDue();
    assert.equal(receiver.received.length, 1);
    assert.equal((await refresh(issuer, refreshed.refresh_token, client)).status, 400);
  });
});

describe('ending an account', () => {
  it('tells the clients of each of its sessions', async () => {
    const sids: unknown[] = [];
    for (const client of ['listening', 'listening', 'listening-too']) {
      sids.push((await logouts.signInAt(world.browser(), client)).sid);
    }
    world.signsIn = cast.bob;
    await logouts.signInAt(world.browser(), 'listening');
    const { id } = await world.tenant();
    await endAccount(world, id, cast.alice);
    await endAccount(world, id, cast.alice);
    await courier.deliverDue();
    assert.deepEqual(receiver.received.map(({ claims }) => claims.sid).sort(), sids.sort());
  });
});
