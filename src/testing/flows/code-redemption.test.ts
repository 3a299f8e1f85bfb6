import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { AuditEventKind } from '../../audit/audit-event.ts';
import { CODE_RACE_SECONDS } from '../../provider/adapter.ts';
import { askReplica, type ReplicaAnswer, type ReplicaQuestion } from '../ask-replica.ts';
import { DEMO_CLIENTS, demoParty, visitor } from '../demo-clients.ts';
import { ALICE, STORES, startDeployment, type TestDeployment } from '../gatehouse.ts';
import { obtainCode } from '../obtain-code.ts';
import { seedMore } from '../seed-more.ts';

const WEB = DEMO_CLIENTS['notes-web'];
const API = 'https://api.notes.example';
const REDEMPTIONS = 100;
const CODE_SECONDS = 30;

for (const store of STORES) {
  describe(`an authorization code on three replicas, artifacts in ${store}`, () => {
    let deployment: TestDeployment;
    let offsetMs = 0;
    let stoppedAt: number | undefined;
    before(async () => {
      deployment = await startDeployment({
        store,
        replicas: 3,
        now: () => new Date((stoppedAt ?? Date.now()) + offsetMs),
      });
    });
    after(() => deployment.stop());

    const advance = (seconds: number) => {
      offsetMs += seconds * 1000;
    };
    const ask = (
      at: number,
      path: string,
      form: Record<string, string>,
      client: ReplicaQuestion['client'] = WEB,
    ) => {
      const replica = deployment.replicas[at % deployment.replicas.length];
      assert.ok(replica);
      return askReplica(deployment, replica, path, { form, client });
    };
    const newCode = async (parameters?: Record<string, string>) =>
      obtainCode(visitor(deployment), await demoParty(deployment, 'notes-web'), ALICE, parameters);
    const isActive = async (token: unknown) =>
      (await ask(0, '/token/introspection', { token: String(token) })).json.active;
    const audited = async (kind: AuditEventKind) => {
      for (const { backends } of deployment.replicas) await backends.audit.flush();
      return deployment.backends.audit.list({ kinds: [kind], limit: 100 });
    };

    for (const [what, resource] of [
      ['opaque tokens', {}],
      ['a JWT for an API', { resource: API }],
    ] as const) {
      it(`that asks for ${what} is redeemed once of ${REDEMPTIONS} times at once, and a replay undoes it`, async () => {
        const form = { ...(await newCode(resource)), ...resource };
        const replaysBefore = (await audited('authorization_code.replayed')).length;
        // However slow this machine is, they come at the same time.
        stoppedAt = Date.now();
        const answers = await Promise.all(
          Array.from({ length: REDEMPTIONS }, (_, at) => ask(at, '/token', form)),
        );
        stoppedAt = undefined;

        const [won, ...alsoWon] = answers.filter(({ status }) => status === 200);
        assert.ok(won);
        assert.deepEqual(alsoWon, []);
        const lost = answers.filter((answer) => answer !== won);
        for (const answer of lost) assertRefused(answer);

        // Whoever sends a request twice keeps what the first one got.
        assert.equal(await isActive(won.json.access_token), true);
        const refresh = (token: unknown) =>
          ask(1, '/token', { grant_type: 'refresh_token', refresh_token: String(token) });
        const refreshed = await refresh(won.json.refresh_token);
        assert.equal(refreshed.status, 200, refreshed.text);
        assert.equal((await audited('authorization_code.replayed')).length, replaysBefore);

        advance(CODE_RACE_SECONDS + 1);
        assertRefused(await ask(2, '/token', form));
        for (const issued of [won.json, refreshed.json]) {
          assert.equal(await isActive(issued.access_token), false);
          assert.equal(await isActive(issued.refresh_token), false);
        }
        assertRefused(await refresh(refreshed.json.refresh_token));
        const replays = await audited('authorization_code.replayed');
        assert.equal(replays.length, replaysBefore + 1);
        assert.equal(replays[0]?.clientId, 'notes-web');
      });
    }

    it('is of no use to another client, which does not use it up', async () => {
      const form = await newCode();
      assertRefused(await ask(0, '/token', form, DEMO_CLIENTS['notes-spa']));
      assertRefused(await ask(1, '/token', form, DEMO_CLIENTS['payroll-web']));
      assert.equal((await ask(2, '/token', form)).status, 200);
    });

    for (const [what, wrong] of [
      ['another verifier', { code_verifier: 'v'.repeat(43) }],
      ['no verifier', { code_verifier: '' }],
      ['another redirect URI', { redirect_uri: 'http://localhost:8080/' }],
      ['another code', { code: 'c'.repeat(43) }],
    ] as const) {
      it(`is refused with ${what}`, async () => {
        assertRefused(await ask(0, '/token', { ...(await newCode()), ...wrong }));
      });
    }

    it('lives as long as the tenant’s settings say, and no longer', async () => {
      await seedMore(deployment, {
        slug: 'default',
        name: 'Gatehouse Demo',
        settings: { lifetimes: { authorizationCodeSeconds: CODE_SECONDS } },
      });
      for (const { gatehouse } of deployment.replicas) await gatehouse.feed.lookNow();

      const soon = await newCode();
      advance(CODE_SECONDS - 2);
      assert.equal((await ask(0, '/token', soon)).status, 200);
      const late = await newCode();
      advance(CODE_SECONDS);
      assertRefused(await ask(1, '/token', late));
    });
  });
}

function assertRefused({ status, json, text }: ReplicaAnswer): void {
  assert.deepEqual([status, json.error], [400, 'invalid_grant'], text);
}
