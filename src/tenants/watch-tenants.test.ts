import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { StorageUnavailableError } from '../errors.ts';
import type { TenantVersion } from './tenant-store.ts';
import { watchTenants } from './watch-tenants.ts';

/** Changes in memory, with a switch for an outage and a gate to hold a look open. */
function fakeTenants() {
  const changes: TenantVersion[] = [];
  return {
    looks: 0,
    atOnce: 0,
    mostAtOnce: 0,
    away: false,
    gate: undefined as Promise<void> | undefined,
    change(tenantId: string, version: number) {
      changes.push({ tenantId, version });
    },
    async changesSince(cursor: string | undefined) {
      this.looks += 1;
      this.atOnce += 1;
      this.mostAtOnce = Math.max(this.mostAtOnce, this.atOnce);
      try {
        const changed = cursor === undefined ? [] : changes.slice(Number(cursor));
        const next = String(changes.length);
        await this.gate;
        if (this.away) throw new StorageUnavailableError('postgres');
        return { changed, cursor: next };
      } finally {
        this.atOnce -= 1;
      }
    },
  };
}

function fakeNotifications() {
  const listeners: (() => void)[] = [];
  return {
    onAnnouncement: (listener: () => void) => void listeners.push(listener),
    arrive: () => {
      for (const listener of listeners) listener();
    },
  };
}

const POLL_SECONDS = 5;

/** A watch on mocked timers, so that a tick of the timer is an instruction of the test. */
async function startWatch(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const tenants = fakeTenants();
  const notifications = fakeNotifications();
  const seen: string[] = [];
  const logged: string[] = [];
  const log = (message: string) => void logged.push(message);
  const watch = await watchTenants(
    { tenants, notifications, pollSeconds: POLL_SECONDS, logger: { warn: log, error: log } },
    (tenantId, version) => {
      if (tenantId === 'bad') throw new Error('the listener is broken');
      seen.push(`${tenantId}@${version}`);
    },
  );
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return {
    tenants,
    notifications,
    seen,
    logged,
    watch,
    turn,
    async poll() {
      t.mock.timers.tick(POLL_SECONDS * 1000);
      await turn();
    },
  };
}

describe('watchTenants', () => {
  test('reports a change at the next look of its timer, once', async (t) => {
    const { tenants, seen, poll, watch } = await startWatch(t);
    await poll();
    assert.deepEqual(seen, []);
    tenants.change('a', 2);
    await poll();
    await poll();
    assert.deepEqual(seen, ['a@2']);
    await watch.stop();
  });

  test('reports nothing that happened before it began', async (t) => {
    const { tenants, seen, poll, watch } = await startWatch(t);
    assert.equal(tenants.looks, 1);
    await poll();
    assert.deepEqual(seen, []);
    await watch.stop();
  });

  test('looks at once when a notification comes', async (t) => {
    const { tenants, notifications, seen, turn, watch } = await startWatch(t);
    tenants.change('a', 2);
    notifications.arrive();
    await turn();
    assert.deepEqual(seen, ['a@2']);
    await watch.stop();
  });

  test('is only later when the notification is lost', async (t) => {
    const { tenants, seen, turn, poll, watch } = await startWatch(t);
    tenants.change('a', 2);
    await turn();
    assert.deepEqual(seen, []);
    await poll();
    assert.deepEqual(seen, ['a@2']);
    await watch.stop();
  });

  test('survives PostgreSQL being away and then reports what it missed', async (t) => {
    const { tenants, seen, logged, poll, watch } = await startWatch(t);
    tenants.away = true;
    tenants.change('a', 2);
    await poll();
    await poll();
    assert.deepEqual(seen, []);
    assert.equal(logged.length, 2);
    tenants.away = false;
    await poll();
    assert.deepEqual(seen, ['a@2']);
    await watch.stop();
  });

  test('never looks twice at once, and looks again for what asked meanwhile', async (t) => {
    const { tenants, notifications, seen, turn, poll, watch } = await startWatch(t);
    const gate = Promise.withResolvers<void>();
    tenants.gate = gate.promise;
    const first = watch.lookNow();
    // Asks again the moment the first ends, before the look that waits for it can begin.
    const third = first.then(() => watch.lookNow());
    tenants.change('a', 2); // after the first look has read
    const second = watch.lookNow();
    notifications.arrive();
    notifications.arrive();
    await poll();
    assert.equal(tenants.looks, 2);
    gate.resolve();
    await Promise.all([first, second, third]);
    await turn();
    assert.equal(tenants.mostAtOnce, 1);
    assert.deepEqual(seen, ['a@2']);
    assert.ok(tenants.looks <= 4, `${tenants.looks} looks`);
    await watch.stop();
  });

  test('does not repeat a change that comes again while an older transaction is in flight', async () => {
    const found = [{ tenantId: 'a', version: 2 }];
    const seen: string[] = [];
    const silent = { warn: () => {}, error: () => {} };
    const watch = await watchTenants(
      {
        tenants: {
          changesSince: async (cursor) => ({ changed: cursor ? found : [], cursor: '7' }),
        },
        pollSeconds: POLL_SECONDS,
        logger: silent,
      },
      (tenantId, version) => seen.push(`${tenantId}@${version}`),
    );
    await watch.lookNow();
    await watch.lookNow();
    found.push({ tenantId: 'b', version: 5 });
    await watch.lookNow();
    found[0] = { tenantId: 'a', version: 3 };
    await watch.lookNow();
    assert.deepEqual(seen, ['a@2', 'b@5', 'a@3']);
    await watch.stop();
  });

  test('goes on when a listener throws', async (t) => {
    const { tenants, seen, logged, poll, watch } = await startWatch(t);
    tenants.change('bad', 2);
    tenants.change('a', 2);
    await poll();
    assert.deepEqual(seen, ['a@2']);
    assert.equal(logged.length, 1);
    await watch.stop();
  });

  test('stops: a look in progress ends first, and nothing is reported after', async (t) => {
    const { tenants, notifications, seen, poll, watch } = await startWatch(t);
    const gate = Promise.withResolvers<void>();
    tenants.change('a', 2);
    tenants.gate = gate.promise;
    void watch.lookNow();
    const queued = watch.lookNow();
    let stopped = false;
    const stopping = watch.stop().then(() => {
      stopped = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(stopped, false);
    gate.resolve();
    await Promise.all([stopping, queued]);
    const { looks } = tenants;
    notifications.arrive();
    await watch.lookNow();
    await poll();
    assert.equal(tenants.looks, looks);
    assert.deepEqual(seen, []);
  });

  test('does not start when PostgreSQL does not answer', async () => {
    const tenants = fakeTenants();
    tenants.away = true;
    const silent = { warn: () => {}, error: () => {} };
    await assert.rejects(
      watchTenants({ tenants, pollSeconds: POLL_SECONDS, logger: silent }, () => {}),
      StorageUnavailableError,
    );
  });
});
