import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { decodeJwt, type JWTPayload } from 'jose';
import { StorageUnavailableError } from '../errors.ts';
import { createOutboundFetch } from '../http/outbound-fetch.ts';
import { createPostgresAuditLog } from '../storage/postgres/audit-log.ts';
import { insertClient } from '../testing/fixtures.ts';
import { type LogoutReceiver, startLogoutReceiver } from '../testing/logout-receiver.ts';
import type { PlainBrowser } from '../testing/plain-browser.ts';
import {
  authorize,
  redeem,
  refresh,
  SECRET,
  secretDigest,
  webClient,
} from '../testing/plain-client.ts';
import { addCast, type ProviderCast } from '../testing/provider-cast.ts';
import { type ProviderWorld, startProviderWorld } from '../testing/provider-world.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import { createLogoutCourier, type LogoutCourier } from './deliver-logouts.ts';
import { endAccount } from './end-account.ts';

const LISTENING = ['listening', 'listening-too'];
const HOUR_SECONDS = 60 * 60;

let world: ProviderWorld;
let cast: ProviderCast;
let issuer: string;
let receiver: LogoutReceiver;
let courier: LogoutCourier;
let allow: string[];
const counted: string[] = [];

before(async () => {
  receiver = await startLogoutReceiver();
  world = await startProviderWorld({
    wrap: (deps) => ({
      ...deps,
      fetch: (url, options) => createOutboundFetch(allow)(url, options),
    }),
  });
  cast = await addCast(world);
  issuer = world.origin;
  const { id } = await world.tenant();
  const listens = (clientId: string, more = {}) => ({
    clientId,
    secretDigest: secretDigest(),
    metadata: webClient({ backchannel_logout_uri: receiver.uriOf(clientId), ...more }),
  });
  for (const name of LISTENING) {
    await insertClient(world.db, id, cast.applications.ledger, listens(name));
  }
  const sidless = { backchannel_logout_session_required: false };
  await insertClient(world.db, id, cast.applications.ledger, listens('sidless', sidless));
  const [notes] = await world.db('applications').where({ tenant_id: cast.acme });
  await insertClient(world.db, cast.acme, String(notes.id), listens('listening'));
  receiver.trust(issuer);
  receiver.trust(`${issuer}/t/acme`);
  courier = createLogoutCourier({
    logouts: world.logouts,
    providerFor: async (tenantId) => {
      const tenant = await world.tenants.findById(tenantId);
      return tenant && world.pool.providerForTenant(tenant);
    },
    audit: createPostgresAuditLog(world.db, world),
    count: (outcome) => void counted.push(outcome),
    logger: world.logger,
    now: world.now,
  });
});
after(async () => {
  await world.close();
  await receiver.stop();
});
beforeEach(async () => {
  world.signsIn = cast.alice;
  allow = ['127.0.0.0/8'];
  receiver.answer = 'properly';
  receiver.forget();
  counted.length = 0;
  await world.db('artifacts').delete();
  await world.db('logout_notifications').delete();
});

/** Signs in at a client; the claims of its ID token. */
async function signInAt(browser: PlainBrowser, clientId: string, at = issuer): Promise<JWTPayload> {
  const { code } = await authorize(browser, at, clientId);
  const { json, text } = await redeem(at, code, { id: clientId, secret: SECRET });
  assert.ok(json.id_token, text);
  return decodeJwt(String(json.id_token));
}

async function signOut(browser: PlainBrowser, at = issuer) {
  const asked = await browser.open(`${at}/session/end`);
  const done = await browser.submit(asked, {});
  assert.equal(done.url, `${at}/session/end/success`);
}

const rows = () =>
  world.db('logout_notifications').select('client_id', 'status', 'problem', 'attempts');
const audited = async () =>
  (await world.audited())
    .filter(({ kind }) => kind.startsWith('backchannel_logout.'))
    .map(({ kind, outcome, clientId, subject, detail }) => ({
      kind,
      outcome,
      clientId,
      subject: subject?.id,
      detail,
    }));

describe('signing out', () => {
  it('tells every client of the session that asked to hear of it, and no other', async () => {
    const [browser, other] = [world.browser(), world.browser()];
    const idTokens = new Map<string, JWTPayload>();
    for (const client of [...LISTENING, 'ledger-web']) {
      idTokens.set(client, await signInAt(browser, client));
    }
    await signInAt(other, 'listening');
    await signOut(browser);
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
    assert.deepEqual(counted, ['delivered', 'delivered']);
    assert.deepEqual(
      (await audited()).toSorted((a, b) => (a.clientId ?? '').localeCompare(b.clientId ?? '')),
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
    await signInAt(browser, 'sidless');
    await signOut(browser);
    await courier.deliverDue();
    const [{ claims } = { claims: undefined }] = receiver.received;
    assert.deepEqual([claims?.sub, claims?.sid], [cast.alice, undefined]);
  });

  it('of one client, with the session kept, tells that client alone', async () => {
    const browser = world.browser();
    const { sid } = await signInAt(browser, 'listening');
    await signInAt(browser, 'listening-too');
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
    const again = await signInAt(browser, 'listening');
    assert.notEqual(again.sid, sid);
    await signOut(browser);
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
    const { sid } = await signInAt(browser, 'listening');
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
    await signInAt(browser, 'listening', acme);
    world.signsIn = cast.alice;
    await signInAt(browser, 'listening');
    await signOut(browser, acme);
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
    await signOut(browser);
    await courier.deliverDue();
    assert.equal(receiver.received.length, 1);
    assert.equal((await refresh(issuer, refreshed.refresh_token, client)).status, 400);
  });
});

describe('ending an account', () => {
  it('tells the clients of each of its sessions', async () => {
    const sids: unknown[] = [];
    for (const client of ['listening', 'listening', 'listening-too']) {
      sids.push((await signInAt(world.browser(), client)).sid);
    }
    world.signsIn = cast.bob;
    await signInAt(world.browser(), 'listening');
    const { id } = await world.tenant();
    await endAccount(world, id, cast.alice);
    await endAccount(world, id, cast.alice);
    await courier.deliverDue();
    assert.deepEqual(receiver.received.map(({ claims }) => claims.sid).sort(), sids.sort());
  });
});

describe('a client that does not answer', () => {
  const leave = async () => {
    const browser = world.browser();
    await signInAt(browser, 'listening');
    await signOut(browser);
  };

  it('is tried again after a pause that grows, until it answers', async () => {
    receiver.answer = 503;
    await leave();
    await courier.deliverDue();
    assert.deepEqual(await rows(), [
      { client_id: 'listening', status: 'queued', problem: 'refused', attempts: 1 },
    ]);
    for (const [pause, requests] of [
      [9, 1],
      [1.5, 2],
      [18, 2],
      [2.5, 3],
    ] as const) {
      world.advance(pause);
      await courier.deliverDue();
      assert.equal(receiver.requests.length, requests);
    }
    receiver.answer = 'properly';
    world.advance(41);
    await courier.deliverDue();
    assert.equal(receiver.received.length, 1);
    assert.deepEqual(counted, ['retried', 'retried', 'retried', 'delivered']);
    const last = (await audited()).at(-1);
    assert.deepEqual([last?.kind, last?.detail], ['backchannel_logout.delivered', { attempts: 4 }]);
    assert.deepEqual(await rows(), [
      { client_id: 'listening', status: 'delivered', problem: null, attempts: 4 },
    ]);
  });

  it('is given up after hours, which operators can see', async () => {
    receiver.answer = 500;
    await leave();
    let [row] = await rows();
    for (let tries = 0; row.status === 'queued' && tries < 50; tries += 1) {
      await courier.deliverDue();
      world.advance(HOUR_SECONDS / 2);
      [row] = await rows();
    }
    assert.equal(row.status, 'failed');
    assert.ok(row.attempts >= 10 && row.attempts <= 15, String(row.attempts));
    const last = (await audited()).at(-1);
    assert.deepEqual(last, {
      kind: 'backchannel_logout.failed',
      outcome: 'failure',
      clientId: 'listening',
      subject: cast.alice,
      detail: { attempts: row.attempts, reason: 'refused' },
    });
    assert.equal(await world.logouts.countQueued(), 0);
  });

  it('is one that redirects, that is silent, that is not there, or that may not be reached', async () => {
    const outcomes: unknown[] = [];
    const problemWith = async () => {
      await world.db('logout_notifications').delete();
      await leave();
      await courier.deliverDue();
      outcomes.push((await rows())[0]?.problem);
    };
    receiver.answer = 302;
    await problemWith();
    assert.ok(!receiver.requests.some((request) => request.includes('elsewhere')));
    receiver.answer = 'never';
    await problemWith();
    receiver.answer = 'properly';
    receiver.forget();
    allow = [];
    await problemWith();
    assert.deepEqual(receiver.requests, []);
    assert.deepEqual(outcomes, ['unreachable', 'unreachable', 'forbidden_address']);
  });

  it('does not keep the others waiting for longer than its own time', async () => {
    const browser = world.browser();
    for (const client of LISTENING) await signInAt(browser, client);
    await signOut(browser);
    const slow = { client_id: 'listening' };
    const [{ id }] = await world.db('logout_notifications').where(slow);
    await world
      .db('clients')
      .where(slow)
      .update({
        metadata: world.db.raw(
          `jsonb_set(metadata, '{backchannel_logout_uri}', '"http://127.0.0.1:1/"')`,
        ),
      });
    await world.touch();
    try {
      await courier.deliverDue();
      assert.deepEqual(
        receiver.received.map(({ clientId }) => clientId),
        ['listening-too'],
      );
      const [row] = await world.db('logout_notifications').where({ id });
      assert.deepEqual([row.status, row.problem], ['queued', 'unreachable']);
    } finally {
      await world
        .db('clients')
        .where(slow)
        .update({
          metadata: world.db.raw(
            `jsonb_set(metadata, '{backchannel_logout_uri}', to_jsonb(?::text))`,
            [receiver.uriOf('listening')],
          ),
        });
      await world.touch();
    }
  });

  it('and was disabled since is not asked any more', async () => {
    await leave();
    const disable = async (disabledAt: Date | null) => {
      await world
        .db('clients')
        .where({ client_id: 'listening' })
        .update({ disabled_at: disabledAt });
      await world.touch();
    };
    await disable(new Date());
    try {
      await courier.deliverDue();
    } finally {
      await disable(null);
    }
    assert.deepEqual(receiver.requests, []);
    assert.deepEqual(await rows(), [
      { client_id: 'listening', status: 'failed', problem: 'unregistered', attempts: 1 },
    ]);
  });
});

describe('several workers', () => {
  it('deliver each notification once', async () => {
    for (let n = 0; n < 30; n += 1) await signInAt(world.browser(), 'listening');
    await endAccount(world, (await world.tenant()).id, cast.alice);
    const another = createLogoutCourier({
      logouts: world.logouts,
      providerFor: async () => world.pool.providerForTenant(await world.tenant()),
      audit: { record: async () => undefined },
      count: () => undefined,
      logger: world.logger,
      now: world.now,
    });
    await Promise.all([courier.deliverDue(), another.deliverDue()]);
    const sids = receiver.received.map(({ claims }) => claims.sid);
    assert.equal(new Set(sids).size, 30);
    assert.equal(sids.length, 30);
  });

  it('take over from one that died, and from none before', async () => {
    const browser = world.browser();
    await signInAt(browser, 'listening');
    await signOut(browser);
    const now = world.now();
    // A worker that claims and is not heard of again.
    await world.logouts.claim({ now, until: new Date(now.getTime() + 60_000), limit: 10 });
    world.advance(59);
    await courier.deliverDue();
    assert.deepEqual(receiver.requests, []);
    world.advance(2);
    await courier.deliverDue();
    assert.equal(receiver.received.length, 1);
  });

  it('that are stopped finish what they do, and begin nothing', async () => {
    const browser = world.browser();
    await signInAt(browser, 'listening');
    await signOut(browser);
    const stopping = createLogoutCourier({
      logouts: world.logouts,
      providerFor: async () => world.pool.providerForTenant(await world.tenant()),
      audit: { record: async () => undefined },
      count: () => undefined,
      logger: world.logger,
      now: world.now,
    });
    stopping.wake();
    await stopping.stop();
    assert.equal(receiver.received.length, 1);
    await signInAt(world.browser(), 'listening');
    await endAccount(world, (await world.tenant()).id, cast.alice);
    stopping.wake();
    await stopping.deliverDue();
    assert.equal(receiver.received.length, 1);
  });

  it('that are stopped wait for the rest, too, when the note of one is lost', async () => {
    for (let n = 0; n < 2; n += 1) await signInAt(world.browser(), 'listening');
    await endAccount(world, (await world.tenant()).id, cast.alice);
    const notes: string[] = [];
    const stopping = createLogoutCourier({
      logouts: {
        claim: world.logouts.claim,
        async settle() {
          notes.push('begun');
          if (notes.length === 1) throw new StorageUnavailableError('postgres');
          for (let turns = 0; turns < 100; turns += 1) await setImmediate();
          notes.push('ended');
          return true;
        },
      },
      providerFor: async () => world.pool.providerForTenant(await world.tenant()),
      audit: { record: async () => undefined },
      count: () => undefined,
      logger: silentLogger,
      now: world.now,
    });
    stopping.wake();
    await stopping.stop();
    assert.deepEqual(notes, ['begun', 'begun', 'ended']);
  });
});
