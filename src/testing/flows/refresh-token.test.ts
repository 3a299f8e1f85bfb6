import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DEFAULT_REFRESH_TOKEN_REUSE_WINDOW_SECONDS as WINDOW } from '../../applications/client-metadata.ts';
import type { ReplicaAnswer } from '../ask-replica.ts';
import { DEMO_CLIENTS } from '../demo-clients.ts';
import { STORES } from '../gatehouse.ts';
import { seedMore } from '../seed-more.ts';
import { startTokenWorld, type TokenWorld } from '../token-world.ts';

const API = 'https://api.notes.example';
const AT_ONCE = 50;
/** Clients like `notes-web` but for their reuse window. */
const STRICT = { ...DEMO_CLIENTS['notes-web'], clientId: 'windowless' };
const PATIENT = { ...DEMO_CLIENTS['notes-web'], clientId: 'patient' };
const PATIENT_SECONDS = 60;

type Tokens = ReplicaAnswer['json'];

for (const store of STORES) {
  describe(`refresh tokens on three replicas, artifacts in ${store}`, () => {
    let world: TokenWorld;
    before(async () => {
      world = await startTokenWorld({ store, replicas: 3 });
      await seedMore(world.deployment, {
        slug: 'default',
        name: 'Gatehouse Demo',
        applications: [
          {
            key: 'windows',
            name: 'Windows',
            firstParty: true,
            clients: [
              clientWithWindow(STRICT.clientId, 0),
              clientWithWindow(PATIENT.clientId, PATIENT_SECONDS),
            ],
          },
        ],
      });
    });
    after(() => world.stop());

    const begin = async (client = DEMO_CLIENTS['notes-web'] as typeof STRICT): Promise<Tokens> => {
      const answer = await world.ask(0, '/token', await world.newCode(client), client);
      assert.equal(answer.status, 200, answer.text);
      return answer.json;
    };
    const refresh = async (at: number, tokens: Tokens, client?: typeof STRICT): Promise<Tokens> => {
      const answer = await world.refresh(at, tokens.refresh_token, client);
      assert.equal(answer.status, 200, answer.text);
      return answer.json;
    };
    const assertRefused = async (tokens: Tokens, client?: typeof STRICT) => {
      const { status, json, text } = await world.refresh(1, tokens.refresh_token, client);
      assert.deepEqual([status, json.error], [400, 'invalid_grant'], text);
    };
    /** Runs what must be noticed as a theft: after it nothing of the family is of any use. */
    const assertStolen = async (family: Tokens[], reuse: () => Promise<unknown>) => {
      const before = await world.audited('refresh_token.reused');
      await reuse();
      for (const tokens of family) {
        assert.equal(await world.isActive(tokens.refresh_token), false);
        assert.equal(await world.isActive(tokens.access_token), false);
      }
      for (const tokens of family) await assertRefused(tokens);
      const events = await world.audited('refresh_token.reused');
      assert.equal(events.length, before.length + 1);
      assert.equal(events[0]?.clientId, 'notes-web');
      assert.equal(events[0]?.outcome, 'failure');
    };

    it('are new at every use, and the one before is used up', async () => {
      const first = await begin();
      const second = await refresh(1, first);
      assert.notEqual(second.refresh_token, first.refresh_token);
      assert.equal(await world.isActive(first.refresh_token), false);
      assert.equal(await world.isActive(second.refresh_token), true);
      const third = await refresh(2, second);
      await assertStolen([first, second, third], () => assertRefused(first));
    });

    it('may be retried inside the window by a client that lost our answer', async () => {
      const first = await begin();
      const lost = await refresh(0, first);
      world.advance(WINDOW - 1);
      const second = await refresh(1, first);
      assert.notEqual(second.refresh_token, lost.refresh_token);
      const third = await refresh(2, second);
      await refresh(0, third);
    });

    it('may not be retried after the window', async () => {
      const first = await begin();
      const second = await refresh(0, first);
      world.advance(WINDOW + 1);
      await assertStolen([first, second], () => assertRefused(first));
    });

    it('of one parent: the first to be used ends the others', async () => {
      const first = await begin();
      const siblings = [await refresh(0, first), await refresh(1, first), await refresh(2, first)];
      const [one, other, third] = siblings;
      assert.ok(one && other && third);
      const child = await refresh(0, other);
      assert.equal(await world.isActive(one.refresh_token), false);
      assert.equal(await world.isActive(third.refresh_token), false);
      assert.equal(await world.isActive(child.refresh_token), true);
      await assertStolen([first, ...siblings, child], () => assertRefused(one));
    });

    describe('of a thief who copied one', () => {
      it('end when the honest client, who came second, uses its own', async () => {
        const copied = await begin();
        const theirs = await refresh(0, copied);
        const honest = await refresh(1, copied);
        const further = await refresh(2, theirs);
        await assertStolen([copied, theirs, further, honest], () => assertRefused(honest));
      });

      it('end when the honest client, who came first, uses its own', async () => {
        const copied = await begin();
        const honest = await refresh(0, copied);
        const theirs = await refresh(1, copied);
        const further = await refresh(2, honest);
        assert.equal(await world.isActive(theirs.refresh_token), false);
        assert.equal(await world.isActive(further.refresh_token), true);
        // The thief's next try gives them away.
        await assertStolen([copied, honest, further, theirs], () => assertRefused(theirs));
      });

      it('end however far they went, when the honest client comes at last', async () => {
        const copied = await begin();
        let newest = copied;
        const branch: Tokens[] = [];
        for (let step = 0; step < 4; step += 1) {
          newest = await refresh(step, newest);
          branch.push(newest);
        }
        await assertStolen([copied, ...branch], () => assertRefused(copied));
      });

      it('end nothing but a family that is in doubt', async () => {
        const other = await begin();
        const copied = await begin();
        const theirs = await refresh(0, copied);
        const further = await refresh(0, theirs);
        await assertStolen([copied, theirs, further], () => assertRefused(copied));
        await refresh(1, other);
      });
    });

    it('end with the JWTs for an API that they brought', async () => {
      const code = await world.newCode(undefined, { resource: API });
      const { json: first } = await world.ask(0, '/token', { ...code, resource: API });
      const form = { grant_type: 'refresh_token', refresh_token: String(first.refresh_token) };
      const { json: second } = await world.ask(1, '/token', { ...form, resource: API });
      const third = await refresh(2, second);
      assert.match(String(second.access_token), /^eyJ/);
      assert.equal(await world.isActive(second.access_token), true);
      await assertStolen([first, second, third], () => assertRefused(first));
    });

    it('without a window are used once', async () => {
      const first = await begin(STRICT);
      const second = await refresh(0, first, STRICT);
      const before = (await world.audited('refresh_token.reused')).length;
      await assertRefused(first, STRICT);
      assert.equal(await world.isActive(second.refresh_token, STRICT), false);
      assert.equal(await world.isActive(second.access_token, STRICT), false);
      assert.equal((await world.audited('refresh_token.reused')).length, before + 1);
    });

    it('have the window that their client registered', async () => {
      const first = await begin(PATIENT);
      await refresh(0, first, PATIENT);
      world.advance(PATIENT_SECONDS - 1);
      const second = await refresh(1, first, PATIENT);
      world.advance(2);
      await assertRefused(first, PATIENT);
      await assertRefused(second, PATIENT);
    });

    it(`sent ${AT_ONCE} times at once are all answered, and one answer is good`, async () => {
      const first = await begin();
      const answers = await world.atOnce(() =>
        Promise.all(
          Array.from({ length: AT_ONCE }, (_, at) => world.refresh(at, first.refresh_token)),
        ),
      );
      for (const { status, text } of answers) assert.equal(status, 200, text);
      const different = new Set(answers.map(({ json }) => json.refresh_token));
      assert.equal(different.size, AT_ONCE);

      // And the siblings, all at once: one is the first.
      const used = await Promise.all(
        answers.map(({ json }, at) => world.refresh(at, json.refresh_token)),
      );
      const good = used.filter(({ status }) => status === 200);
      assert.ok(good.length <= 1, `${good.length} siblings were used`);
      for (const { status, json, text } of used) {
        if (status !== 200) assert.deepEqual([status, json.error], [400, 'invalid_grant'], text);
      }
      // The others were reuse: nothing is left of the family.
      for (const { json } of [...answers, ...good]) {
        assert.equal(await world.isActive(json.refresh_token), false);
      }
    });

    it(`without a window, sent ${AT_ONCE} times at once, are used once`, async () => {
      const first = await begin(STRICT);
      const answers = await Promise.all(
        Array.from({ length: AT_ONCE }, (_, at) => world.refresh(at, first.refresh_token, STRICT)),
      );
      const good = answers.filter(({ status }) => status === 200);
      assert.ok(good.length <= 1, `${good.length} were answered`);
      for (const { status, json, text } of answers) {
        if (status !== 200) assert.deepEqual([status, json.error], [400, 'invalid_grant'], text);
      }
    });
  });
}

function clientWithWindow(clientId: string, seconds: number) {
  const { secret, redirectUri } = STRICT;
  return {
    client_id: clientId,
    client_secret: { value: secret },
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    refresh_token_reuse_window: seconds,
  };
}
