import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createTestDatabase, type TestDatabase } from '../database.ts';
import { demoParty } from '../demo-clients.ts';
import { ALICE } from '../gatehouse.ts';
import { linesOf, startReplica, stopReplica } from '../observed-replica.ts';
import { startOtlpReceiver } from '../otlp-receiver.ts';
import { createPlainBrowser } from '../plain-browser.ts';
import { pollUntil } from '../poll.ts';
import { startTestRedis, type TestRedis } from '../redis.ts';
import { signIn } from '../relying-party.ts';
import { dsnOf, startSentryReceiver } from '../sentry-receiver.ts';
import { startSeqReceiver } from '../seq-receiver.ts';

const SEQ_KEY = 'key-of-seq-0123456789';
const SOON = { deadlineMs: 20_000 };
const HOOK = fileURLToPath(new URL('../print-loaded.ts', import.meta.url));

describe('a replica whose receivers of telemetry', () => {
  let database: TestDatabase;
  let redis: TestRedis;
  before(async () => {
    [database, redis] = await Promise.all([createTestDatabase(), startTestRedis()]);
  });
  after(async () => {
    await redis.stop();
    await database.drop();
  });

  /** Serves a sign-in, and stops. */
  async function serveAndStop(
    t: { after: (end: () => unknown) => void },
    env: Record<string, string>,
  ) {
    const server = await startReplica(database, redis, env);
    t.after(() => server.child.kill('SIGKILL'));
    const party = await demoParty({ publicUrl: server.issuer }, 'notes-web');
    const browser = createPlainBrowser({ stopAt: (url) => !url.startsWith(`${server.issuer}/`) });
    assert.ok((await signIn(browser, party, ALICE)).access_token);
    return server;
  }
  const urlsOf = async (silent: boolean) => {
    const receivers = await Promise.all([
      startOtlpReceiver(),
      startSeqReceiver(SEQ_KEY),
      startSentryReceiver(),
    ]);
    for (const receiver of receivers) {
      receiver.behaviour = { silent: true };
      if (!silent) await receiver.stop();
    }
    const [otlp, seq, sentry] = receivers;
    return {
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: otlp.url,
        SEQ_URL: seq.url,
        SEQ_API_KEY: SEQ_KEY,
        SENTRY_DSN: dsnOf(sentry),
      },
      stop: async () => {
        if (silent) await Promise.all(receivers.map((receiver) => receiver.stop()));
      },
    };
  };

  for (const silent of [false, true]) {
    it(`${silent ? 'never answer' : 'are away'} serves all the same, and stops in time`, async (t) => {
      const { env, stop } = await urlsOf(silent);
      t.after(stop);
      const server = await serveAndStop(t, env);
      if (!silent) {
        await pollUntil(() => {
          const warned = linesOf(server).filter(({ message }) =>
            String(message).startsWith('telemetry is not taken'),
          );
          const names = warned.map(({ receiver }) => receiver).toSorted();
          return names.join() === 'otlp,seq';
        }, SOON);
      }
      const metrics = await (await fetch(`${server.adminUrl}/metrics`)).text();
      for (const receiver of ['otlp', 'seq', 'sentry']) {
        const line = `^telemetry_dropped_total\\{receiver="${receiver}"\\} 0$`;
        assert.match(metrics, new RegExp(line, 'm'));
      }
      const tookMs = await stopReplica(server);
      assert.ok(tookMs < 6000, `${Math.round(tookMs)} ms`);
    });
  }

  it('are none loads nothing of OpenTelemetry’s SDK, nor of the others', async (t) => {
    const directory = await mkdtemp(join(tmpdir(), 'gatehouse-loaded-'));
    t.after(() => rm(directory, { recursive: true }));
    const loadedBy = async (name: string, env: Record<string, string>) => {
      const file = join(directory, name);
      const hook = { NODE_OPTIONS: `--import=${HOOK}`, LOADED_MODULES: file };
      await stopReplica(await serveAndStop(t, { ...hook, ...env }));
      return (await readFile(file, 'utf8')).split('\n');
    };
    const OURS = /telemetry\/(open-telemetry|watch-redis|seq-sink|error-tracker|bounded-sender)\./;
    // Its API is a dependency of prom-client, which loads it.
    const THEIRS = /@opentelemetry\/(?!api\/)/;
    const idle = await loadedBy('idle', {});
    assert.ok(
      idle.some((url) => url.includes('/koa/')),
      'the list is empty',
    );
    assert.deepEqual(
      idle.filter((url) => OURS.test(url) || THEIRS.test(url)),
      [],
    );
    const { env, stop } = await urlsOf(false);
    t.after(stop);
    const busy = await loadedBy('busy', env);
    assert.ok(busy.some((url) => OURS.test(url)) && busy.some((url) => THEIRS.test(url)));
  });
});
