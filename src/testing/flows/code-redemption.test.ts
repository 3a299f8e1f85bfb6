import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CODE_RACE_SECONDS } from '../../provider/adapter.ts';
import type { ReplicaAnswer } from '../ask-replica.ts';
import { DEMO_CLIENTS } from '../demo-clients.ts';
import { STORES } from '../gatehouse.ts';
import { seedMore } from '../seed-more.ts';
import { startTokenWorld, type TokenWorld } from '../token-world.ts';

const API = 'https://api.notes.example';
const REDEMPTIONS = 100;
const CODE_SECONDS = 30;

for (const store of STORES) {
  describe(`an authorization code on three replicas, artifacts in ${store}`, () => {
    let world: TokenWorld;
    before(async () => {
      world = await startTokenWorld({ store, replicas: 3 });
    });
    after(() => world.stop());

    for (const [what, resource] of [
      ['opaque tokens', {}],
      ['a JWT for an API', { resource: API }],
    ] as const) {
      it(`that asks for ${what} is redeemed once of ${REDEMPTIONS} times at once, and a replay undoes it`, async () => {
        const form = { ...(await world.newCode(undefined, resource)), ...resource };
        const replaysBefore = (await world.audited('authorization_code.replayed')).length;
        const answers = await world.atOnce(() =>
          Promise.all(
            Array.from({ length: REDEMPTIONS }, (_, at) => world.ask(at, '/token', form)),
          ),
        );

        const [won, ...alsoWon] = answers.filter(({ status }) => status === 200);
        assert.ok(won);
        assert.deepEqual(alsoWon, []);
        const lost = answers.filter((answer) => answer !== won);
        for (const answer of lost) assertRefused(answer);

        // Whoever sends a request twice keeps what the first one got.
        assert.equal(await world.isActive(won.json.access_token), true);
        const refreshed = await world.refresh(1, won.json.refresh_token);
        assert.equal(refreshed.status, 200, refreshed.text);
        assert.equal((await world.audited('authorization_code.replayed')).length, replaysBefore);

        world.advance(CODE_RACE_SECONDS + 1);
        assertRefused(await world.ask(2, '/token', form));
        for (const issued of [won.json, refreshed.json]) {
          assert.equal(await world.isActive(issued.access_token), false);
          assert.equal(await world.isActive(issued.refresh_token), false);
        }
        assertRefused(await world.refresh(0, refreshed.json.refresh_token));
        const replays = await world.audited('authorization_code.replayed');
        assert.equal(replays.length, replaysBefore + 1);
        assert.equal(replays[0]?.clientId, 'notes-web');
      });
    }

    it('is of no use to another client, which does not use it up', async () => {
      const form = await world.newCode();
      assertRefused(await world.ask(0, '/token', form, DEMO_CLIENTS['notes-spa']));
      assertRefused(await world.ask(1, '/token', form, DEMO_CLIENTS['payroll-web']));
      assert.equal((await world.ask(2, '/token', form)).status, 200);
    });

    for (const [what, wrong] of [
      ['another verifier', { code_verifier: 'v'.repeat(43) }],
      ['no verifier', { code_verifier: '' }],
      ['another redirect URI', { redirect_uri: 'http://localhost:8080/' }],
      ['another code', { code: 'c'.repeat(43) }],
    ] as const) {
      it(`is refused with ${what}`, async () => {
        assertRefused(await world.ask(0, '/token', { ...(await world.newCode()), ...wrong }));
      });
    }

    it('lives as long as the tenant’s settings say, and no longer', async () => {
      await seedMore(world.deployment, {
        slug: 'default',
        name: 'Gatehouse Demo',
        settings: { lifetimes: { authorizationCodeSeconds: CODE_SECONDS } },
      });
      for (const { gatehouse } of world.deployment.replicas) await gatehouse.feed.lookNow();

      const soon = await world.newCode();
      world.advance(CODE_SECONDS - 2);
      assert.equal((await world.ask(0, '/token', soon)).status, 200);
      const late = await world.newCode();
      world.advance(CODE_SECONDS);
      assertRefused(await world.ask(1, '/token', late));
    });
  });
}

function assertRefused({ status, json, text }: ReplicaAnswer): void {
  assert.deepEqual([status, json.error], [400, 'invalid_grant'], text);
}
