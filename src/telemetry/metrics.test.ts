import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createMetrics } from './metrics.ts';

/** Lines of one metric, without comments. */
function linesOf(page: string, name: string): string[] {
  return page
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
}

describe('createMetrics', () => {
  it('counts and times requests by method, route pattern and status', async () => {
    const metrics = createMetrics();
    metrics.observeRequest({ method: 'POST', route: '/token', status: 200, seconds: 0.02 });
    metrics.observeRequest({ method: 'POST', route: '/token', status: 200, seconds: 0.3 });
    const page = await metrics.render();
    assert.deepEqual(linesOf(page, 'http_requests_total'), [
      'http_requests_total{method="POST",route="/token",status="200"} 2',
    ]);
    assert.deepEqual(linesOf(page, 'http_request_duration_seconds_count'), [
      'http_request_duration_seconds_count{method="POST",route="/token",status="200"} 2',
    ]);
    assert.match(page, /http_request_duration_seconds_bucket\{le="0\.025",method="POST",[^}]*\} 1/);
  });

  it('keeps labels bounded, whatever it is told', async () => {
    const metrics = createMetrics();
    const seconds = 0.001;
    metrics.observeRequest({ method: 'BREW', route: undefined, status: 0, seconds });
    metrics.observeRequest({ method: 'GET', route: '/x?code=1', status: 404, seconds });
    for (let index = 0; index < 1000; index += 1) {
      metrics.observeRequest({ method: 'GET', route: `/t/tenant-${index}`, status: 200, seconds });
      metrics.countAuthEvent(`kind_${index}`);
      metrics.countEmailEvent(`kind_${index}`, 'sent');
    }
    for (let index = 0; index < 100; index += 1) {
      metrics.countTokensIssued(`urn:example:grant-${index}`);
      metrics.countTokensRefused(`error_${'x'.repeat(index % 50)}`);
    }
    metrics.countTokensIssued(undefined);
    metrics.countTokensRefused('No such thing, Alice');
    metrics.countAuthEvent('Alice@example.com');
    metrics.countEmailEvent('kind_1', 'To Alice');
    const page = await metrics.render();
    assert.ok(linesOf(page, 'http_requests_total').length <= 303);
    assert.ok(linesOf(page, 'auth_events_total').length <= 201);
    assert.ok(linesOf(page, 'email_events_total').length <= 52);
    assert.equal(linesOf(page, 'tokens_issued_total').length, 13);
    assert.equal(linesOf(page, 'tokens_refused_total').length, 31);
    assert.ok(page.includes('http_requests_total{method="other",route="other",status="other"} 1'));
    assert.ok(!page.includes('code=1'));
    assert.ok(!page.includes('Alice'));
  });

  it('reads its gauges at every scrape', async () => {
    const metrics = createMetrics();
    let sessions = 3;
    metrics.watchSessions(async () => sessions);
    metrics.watchHashQueue(() => 4);
    metrics.watchRequestsInFlight(1000, () => 12);
    metrics.watchProviderPool(() => 5);
    for (let built = 0; built < 6; built += 1) metrics.countProviderBuilt();
    metrics.watchDatabasePool(() => ({ used: 1, free: 2, pending: 0, max: 10 }));
    metrics.watchDatabaseWait(() => 0.25);
    metrics.watchMailOutbox(async () => ({ queued: 3, oldestSeconds: 12 }));
    metrics.watchRetention(async () => ({ artifacts: 7, audit_events: 0 }));
    metrics.watchSigningKeys(async () => [{ algorithm: 'ES256', stage: 'active', ageSeconds: 60 }]);
    const page = await metrics.render();
    for (const line of [
      'redis_sessions_active 3',
      'hash_queue_depth 4',
      'http_requests_in_flight 12',
      'http_requests_in_flight_max 1000',
      'provider_pool_size 5',
      'providers_built_total 6',
      'db_pool_connections{state="used"} 1',
      'db_pool_connections{state="free"} 2',
      'db_pool_connections{state="pending"} 0',
      'db_pool_connections_max 10',
      'db_pool_longest_wait_seconds 0.25',
      'email_outbox{measure="queued"} 3',
      'email_outbox{measure="oldest_seconds"} 12',
      'retention_backlog{rule="artifacts"} 7',
      'retention_backlog{rule="audit_events"} 0',
      'signing_key_age_seconds{algorithm="ES256",stage="active"} 60',
    ]) {
      assert.ok(page.split('\n').includes(line), line);
    }
    sessions = 9;
    assert.ok((await metrics.render()).includes('redis_sessions_active 9'));
  });

  it('tells what came of maintenance, and when it was last done', async () => {
    const metrics = createMetrics();
    const at = (seconds: number) => new Date(seconds * 1000);
    metrics.watchMaintenance('retention', at(100));
    const turn = { task: 'retention', seconds: 2 } as const;
    metrics.observeMaintenance({ ...turn, outcome: 'skipped', endedAt: at(160) });
    metrics.observeMaintenance({ ...turn, outcome: 'failed', endedAt: at(220) });
    const done = async () =>
      linesOf(await metrics.render(), 'maintenance_last_success_timestamp_seconds');
    const last = 'maintenance_last_success_timestamp_seconds{task="retention"}';
    assert.deepEqual(await done(), [`${last} 100`]);
    metrics.observeMaintenance({ ...turn, outcome: 'ran', endedAt: at(280) });
    assert.deepEqual(await done(), [`${last} 280`]);

    metrics.countRetained({ artifacts: 500, mail_outbox: 0 });
    metrics.countRetained({ artifacts: 20, mail_outbox: 1 });
    metrics.watchOverdueKeys(async () => 30);
    const page = await metrics.render();
    for (const line of [
      'maintenance_runs_total{task="retention",outcome="skipped"} 1',
      'maintenance_runs_total{task="retention",outcome="failed"} 1',
      'maintenance_runs_total{task="retention",outcome="ran"} 1',
      'maintenance_duration_seconds_count{task="retention"} 2',
      'retention_removed_total{rule="artifacts"} 520',
      'retention_removed_total{rule="mail_outbox"} 1',
      'signing_keys_overdue_seconds 30',
    ]) {
      assert.ok(page.split('\n').includes(line), line);
    }
  });

  it('drops series that their source no longer has', async () => {
    const metrics = createMetrics();
    let stage = 'next';
    metrics.watchSigningKeys(() => [{ algorithm: 'RS256', stage, ageSeconds: 1 }]);
    await metrics.render();
    stage = 'active';
    assert.deepEqual(linesOf(await metrics.render(), 'signing_key_age_seconds'), [
      'signing_key_age_seconds{algorithm="RS256",stage="active"} 1',
    ]);
  });

  it('leaves out a gauge whose source fails, now or later, and answers all the same', async () => {
    const metrics = createMetrics();
    let broken = false;
    metrics.watchSessions(async () => {
      if (broken) throw new Error('redis is away');
      return 3;
    });
    metrics.watchHashQueue(() => {
      throw new Error('at once');
    });
    metrics.watchRetention(async () => Promise.reject(new Error('later')));
    metrics.countAuthEvent('sign_in.succeeded');
    assert.ok((await metrics.render()).includes('redis_sessions_active 3'));
    broken = true;
    const page = await metrics.render();
    for (const name of ['redis_sessions_active', 'hash_queue_depth', 'retention_backlog']) {
      assert.deepEqual(linesOf(page, name), [], name);
    }
    assert.ok(page.includes('auth_events_total{kind="sign_in.succeeded"} 1'));
    assert.match(
      await metrics.render(),
      /metrics_collect_failures_total\{metric="hash_queue_depth"\} [23]/,
    );
    broken = false;
    assert.ok((await metrics.render()).includes('redis_sessions_active 3'));
  });

  it('counts what receivers of telemetry did not take, of each that there is', async () => {
    const metrics = createMetrics();
    const dropped = { seq: 0 };
    metrics.watchDropped(() => dropped);
    const lines = async () => linesOf(await metrics.render(), 'telemetry_dropped_total');
    assert.deepEqual(await lines(), ['telemetry_dropped_total{receiver="seq"} 0']);
    dropped.seq = 7;
    assert.deepEqual(await lines(), ['telemetry_dropped_total{receiver="seq"} 7']);
  });

  it('does not wait for a source that hangs, and asks it once', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const metrics = createMetrics();
    let asked = 0;
    const { promise, resolve } = Promise.withResolvers<number>();
    metrics.watchSessions(() => {
      asked += 1;
      return promise;
    });
    const pages = [metrics.render(), metrics.render()];
    await Promise.resolve();
    context.mock.timers.tick(2000);
    for (const page of await Promise.all(pages)) {
      assert.deepEqual(linesOf(page, 'redis_sessions_active'), []);
    }
    assert.equal(asked, 1);
    resolve(8);
    assert.ok((await metrics.render()).includes('redis_sessions_active 8'));
  });

  it('shows the event loop and memory, and shares nothing with another', async () => {
    const [one, other] = [createMetrics(), createMetrics()];
    one.countAuthEvent('sign_in.failed');
    const page = await one.render();
    for (const name of ['nodejs_eventloop_lag_p99_seconds', 'process_resident_memory_bytes']) {
      assert.equal(linesOf(page, name).length, 1, name);
    }
    assert.ok(!(await other.render()).includes('sign_in.failed'));
    assert.match(one.contentType, /^text\/plain/);
  });
});
