import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { StorageUnavailableError } from '../errors.ts';
import type { LogoutReceiver } from '../testing/logout-receiver.ts';
import { LISTENING, type LogoutWorld, startLogoutWorld } from '../testing/logout-world.ts';
import type { ProviderCast } from '../testing/provider-cast.ts';
import type { ProviderWorld } from '../testing/provider-world.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import { createLogoutCourier, type LogoutCourier } from './deliver-logouts.ts';
import { endAccount } from './end-account.ts';

const HOUR_SECONDS = 60 * 60;

let logouts: LogoutWorld;
let world: ProviderWorld;
let cast: ProviderCast;
let receiver: LogoutReceiver;
let courier: LogoutCourier;

before(async () => {
  logouts = await startLogoutWorld();
  ({ world, cast, receiver, courier } = logouts);
});
after(() => logouts.close());
beforeEach(() => logouts.reset());

describe('a client that does not answer', () => {
  const leave = async () => {
    const browser = world.browser();
    await logouts.signInAt(browser, 'listening');
    await logouts.signOut(browser);
  };

  it('is tried again after a pause that grows, until it answers', async () => {
    receiver.answer = 503;
    await leave();
    await courier.deliverDue();
    assert.deepEqual(await logouts.rows(), [
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
    assert.deepEqual(logouts.counted, ['retried', 'retried', 'retried', 'delivered']);
    const last = (await logouts.audited()).at(-1);
    assert.deepEqual([last?.kind, last?.detail], ['backchannel_logout.delivered', { attempts: 4 }]);
    assert.deepEqual(await logouts.rows(), [
      { client_id: 'listening', status: 'delivered', problem: null, attempts: 4 },
    ]);
  });

  it('is given up after hours, which operators can see', async () => {
    receiver.answer = 500;
    await leave();
    let [row] = await logouts.rows();
    for (let tries = 0; row.status === 'queued' && tries < 50; tries += 1) {
      await courier.deliverDue();
      world.advance(HOUR_SECONDS / 2);
      [row] = await logouts.rows();
    }
    assert.equal(row.status, 'failed');
    assert.ok(row.attempts >= 10 && row.attempts <= 15, String(row.attempts));
    const last = (await logouts.audited()).at(-1);
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
      outcomes.push((await logouts.rows())[0]?.problem);
    };
    receiver.answer = 302;
    await problemWith();
    assert.ok(!receiver.requests.some((request) => request.includes('elsewhere')));
    receiver.answer = 'never';
    await problemWith();
    receiver.answer = 'properly';
    receiver.forget();
    logouts.reachNobody();
    await problemWith();
    assert.deepEqual(receiver.requests, []);
    assert.deepEqual(outcomes, ['unreachable', 'unreachable', 'forbidden_address']);
  });

  it('does not keep the others waiting for longer than its own time', async () => {
    const browser = world.browser();
    for (const client of LISTENING) await logouts.signInAt(browser, client);
    await logouts.signOut(browser);
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
    assert.deepEqual(await logouts.rows(), [
      { client_id: 'listening', status: 'failed', problem: 'unregistered', attempts: 1 },
    ]);
  });
});

describe('several workers', () => {
  it('deliver each notification once', async () => {
    for (let n = 0; n < 30; n += 1) await logouts.signInAt(world.browser(), 'listening');
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
    await logouts.signInAt(browser, 'listening');
    await logouts.signOut(browser);
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
    await logouts.signInAt(browser, 'listening');
    await logouts.signOut(browser);
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
    await logouts.signInAt(world.browser(), 'listening');
    await endAccount(world, (await world.tenant()).id, cast.alice);
    stopping.wake();
    await stopping.deliverDue();
    assert.equal(receiver.received.length, 1);
  });

  it('that are stopped wait for the rest, too, when the note of one is lost', async () => {
    for (let n = 0; n < 2; n += 1) await logouts.signInAt(world.browser(), 'listening');
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
