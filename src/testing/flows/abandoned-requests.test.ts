import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { DEMO_CLIENTS } from '../demo-clients.ts';
import { STORES } from '../gatehouse.ts';
import { createHeldArtifacts } from '../held-artifacts.ts';
import { pollUntil } from '../poll.ts';
import { startTokenWorld, type TokenWorld } from '../token-world.ts';

const WEB = DEMO_CLIENTS['notes-web'];

for (const store of STORES) {
  describe(`a token request that a client gave up, artifacts in ${store}`, () => {
    const held = createHeldArtifacts();
    let world: TokenWorld;
    before(async () => {
      world = await startTokenWorld({
        store,
        replicas: 2,
        withBackends: (backends) => ({ ...backends, artifacts: held.wrap(backends.artifacts) }),
      });
    });
    after(() => world.stop());

    const begin = async () => {
      const { json } = await world.ask(0, '/token', await world.newCode(WEB), WEB);
      return String(json.refresh_token);
    };
    const refresh = async (token: string) => {
      const { status, json, text } = await world.refresh(1, token, WEB);
      assert.equal(status, 200, text);
      return String(json.refresh_token);
    };
    /** A replica stalls with a request, and its client hangs up. */
    const stall = async (token: string) => {
      const call = held.hold('find', 'RefreshToken');
      const { publicUrl, replicas } = world.deployment;
      const sent = request(new URL('/token', replicas[0]?.url), {
        method: 'POST',
        agent: false,
        headers: {
          host: new URL(publicUrl).host,
          'content-type': 'application/x-www-form-urlencoded',
          authorization: `Basic ${Buffer.from(`${WEB.clientId}:${WEB.secret}`).toString('base64')}`,
        },
      });
      sent.on('error', () => undefined);
      const closed = new Promise((resolve) => sent.once('close', resolve));
      sent.end(
        new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token }).toString(),
      );
      await call.reached;
      sent.destroy();
      await closed;
      return {
        /** The replica goes on, and is done with the request. */
        async goOn() {
          const before = await world.audited('token.refused');
          call.release();
          await pollUntil(
            async () => (await world.audited('token.refused')).length > before.length,
            { deadlineMs: 10_000 },
          );
        },
      };
    };

    it('is no theft, though the token was used and its successor, too, in the meantime', async () => {
      const token = await begin();
      const stalled = await stall(token);
      const latest = await refresh(await refresh(token));
      const reused = await world.audited('refresh_token.reused');
      await stalled.goOn();
      await refresh(latest);
      assert.deepEqual(await world.audited('refresh_token.reused'), reused);
    });

    it('uses nothing up', async () => {
      const token = await begin();
      const stalled = await stall(token);
      await stalled.goOn();
      const [first, second] = [await refresh(token), await refresh(token)];
      // As ever: one that nobody had used may be asked for again.
      assert.notEqual(first, second);
    });
  });
}
