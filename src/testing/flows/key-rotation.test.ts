import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { cliContext } from '../../compose-cli.ts';
import { advanceKeyStages } from '../../keys/advance-key-stages.ts';
import type { KeyDeps } from '../../keys/change-key-set.ts';
import { rotateSigningKeys } from '../../keys/rotate-signing-keys.ts';
import type { Tenant } from '../../tenants/tenant.ts';
import { askReplica, type ReplicaAnswer } from '../ask-replica.ts';
import { answerAt, DEMO_CLIENTS, demoParty, visitor } from '../demo-clients.ts';
import { createGate } from '../gate.ts';
import { ALICE, STORES } from '../gatehouse.ts';
import { obtainCode } from '../obtain-code.ts';
import { pollUntil } from '../poll.ts';
import { type RelyingParty, walkThrough } from '../relying-party.ts';
import { seedMore } from '../seed-more.ts';
import { silentLogger } from '../silent-logger.ts';
import { startTokenWorld, type TokenWorld } from '../token-world.ts';

const API = 'https://api.notes.example';
const WEB = DEMO_CLIENTS['notes-web'];
const MACHINE = DEMO_CLIENTS['reports-job'];
const ROTATIONS = 3;
/** Stages of seconds: what a client caches is older than that for no longer than this. */
const PUBLISH_SECONDS = 1;
const RETIRE_SECONDS = 600;
const CLIENT_CACHE_MS = 300;
const POLL_SECONDS = 1;
/** For a look that is due, and a busy machine. */
const SEEN_DEADLINE_MS = POLL_SECONDS * 1000 + 4000;

for (const store of STORES) {
  describe(`three rotations of the signing keys, artifacts in ${store}`, () => {
    const gate = createGate();
    let world: TokenWorld;
    let notes: RelyingParty;
    let keys: KeyDeps;
    before(async () => {
      world = await startTokenWorld({
        store,
        replicas: 2,
        env: { TENANT_POLL_SECONDS: String(POLL_SECONDS) },
        withBackends: (backends) => ({ ...backends, artifacts: gate.wrap(backends.artifacts) }),
      });
      notes = await demoParty(world.deployment, 'notes-web');
      const { backends, publicUrl } = world.deployment;
      const now = () => new Date();
      keys = {
        ...cliContext({ backends, publicUrl, logger: silentLogger, now }).keys,
        policyOf: () => ({ publishSeconds: PUBLISH_SECONDS, retireSeconds: RETIRE_SECONDS }),
      };
    });
    after(() => world.stop());

    const tenant = async (): Promise<Tenant> => {
      const found = await world.deployment.backends.tenants.findBySlug('default');
      assert.ok(found);
      return found;
    };
    /** Keys that a replica publishes now. */
    const publishedBy = async (at: number) => {
      const replica = world.deployment.replicas[at];
      assert.ok(replica);
      const { json } = await askReplica(world.deployment, replica, '/jwks');
      return (json.keys as { kid: string }[]).map(({ kid }) => kid);
    };
    const everyReplica = (look: (at: number) => Promise<boolean>) =>
      pollUntil(
        async () =>
          (await Promise.all(world.deployment.replicas.map((_, at) => look(at)))).every(Boolean),
        { deadlineMs: SEEN_DEADLINE_MS },
      );

    /** One rotation through its stages; returns the keys that sign afterwards. */
    const rotate = async (): Promise<readonly string[]> => {
      const { published } = await rotateSigningKeys(keys, await tenant(), {
        mode: 'staged',
        actor: { type: 'operator' },
      });
      assert.ok(published.length >= 2);
      await everyReplica(async (at) => {
        const seen = await publishedBy(at);
        return published.every((kid) => seen.includes(kid));
      });
      // From here on a client's cache can be older than the new keys for its max-age.
      const cachesAreNew = Date.now() + CLIENT_CACHE_MS;
      const waiting = new Set(published);
      await pollUntil(
        async () => {
          if (Date.now() < cachesAreNew) return false;
          const { activated } = await advanceKeyStages(keys, await tenant());
          for (const kid of activated) waiting.delete(kid);
          return waiting.size === 0;
        },
        { deadlineMs: PUBLISH_SECONDS * 1000 + SEEN_DEADLINE_MS },
      );
      await everyReplica(async (at) => published.includes(await signerOf(at)));
      return published;
    };
    /** The key that a replica signs a machine's token with. */
    const signerOf = async (at: number) => {
      const form = { grant_type: 'client_credentials', resource: API };
      const { json } = await world.ask(at, '/token', form, MACHINE);
      return String(decodeProtectedHeader(String(json.access_token)).kid);
    };

    /**
     * A third-party client at work: it keeps the JWKS as long as it may and asks for it no
     * earlier, whatever it meets.
     */
    const startClient = () => {
      const remote = createRemoteJWKSet(new URL(`${world.deployment.publicUrl}/jwks`), {
        cacheMaxAge: CLIENT_CACHE_MS,
        cooldownDuration: 3_600_000,
      });
      const signers = new Set<string>();
      let oldest: ReplicaAnswer['json'] | undefined;
      let rounds = 0;
      let lastRound = Number.POSITIVE_INFINITY;
      const verify = async (jwt: unknown, audience: string) => {
        const { protectedHeader } = await jwtVerify(String(jwt), remote, {
          issuer: world.deployment.publicUrl,
          audience,
        });
        signers.add(String(protectedHeader.kid));
      };
      const post = async (path: string, form: Record<string, string>) => {
        const { status, json, text } = await world.ask(rounds, path, form);
        assert.equal(status, 200, text);
        return json;
      };
      const round = async () => {
        const code = await obtainCode(visitor(world.deployment), notes, ALICE, { resource: API });
        const first = await post('/token', { ...code, resource: API });
        const { refresh_token: refreshToken } = first;
        const second = await post('/token', {
          grant_type: 'refresh_token',
          refresh_token: String(refreshToken),
          resource: API,
        });
        oldest ??= first;
        // The oldest was signed by keys that have retired since.
        for (const { access_token: accessToken, id_token: idToken } of [first, second, oldest]) {
          await verify(accessToken, API);
          await verify(idToken, WEB.clientId);
          const answer = await post('/token/introspection', { token: String(accessToken) });
          assert.equal(answer.active, true);
        }
      };
      const work = (async () => {
        for (; rounds < lastRound; rounds += 1) await round();
      })();
      // Awaited by `stop`; until then a failure is not unhandled.
      work.catch(() => undefined);
      return {
        signers,
        /** Works on for two rounds. */
        stop() {
          lastRound = rounds + 2;
          return work;
        },
      };
    };

    it('fail no client, end no session, and leave requests in flight alone', async () => {
      const browser = visitor(world.deployment);
      const opening = await notes.begin();
      const arrived = await walkThrough(browser, opening.url, ALICE);
      const original = await opening.redeem(arrived.url);
      const kidsBefore = await publishedBy(0);
      /** Signing in when it all begins, and done after it. */
      const slow = visitor(world.deployment);
      const slowPage = await slow.open((await notes.begin()).url.href);

      const clients = [startClient(), startClient()];
      const signing: string[] = [];
      for (let rotation = 0; rotation < ROTATIONS; rotation += 1) {
        const code = await obtainCode(browser, notes, ALICE);
        // The clients above ask for JWTs, which are not saved: this one is held, and no other.
        const held = gate.hold('save AccessToken');
        const inFlight = world.ask(rotation, '/token', code);
        await held.reached;
        signing.push(...(await rotate()));
        if (rotation === 1) await changeSettings(world);
        held.open();
        const { status, json, text } = await inFlight;
        assert.equal(status, 200, text);
        await jwtVerify(
          String(json.id_token),
          createRemoteJWKSet(new URL(`${world.deployment.publicUrl}/jwks`)),
          { issuer: world.deployment.publicUrl, audience: WEB.clientId },
        );
      }
      await Promise.all(clients.map((one) => one.stop()));

      // Both were there before, between and after.
      for (const { signers } of clients) assert.ok(signers.size > ROTATIONS, [...signers].join());
      const published = await publishedBy(1);
      for (const kid of [...kidsBefore, ...signing]) assert.ok(published.includes(kid));

      const silent = await notes.begin({
        prompt: 'none',
        id_token_hint: original.id_token ?? '',
      });
      assert.ok(answerAt(await browser.open(silent.url.href), notes).code);
      assert.equal((await world.refresh(0, original.refresh_token)).status, 200);
      const signedIn = await slow.submit(slowPage, { ...ALICE }, { action: '/sign-in' });
      assert.ok(answerAt(signedIn, notes).code);
    });

    it('and changed settings are in force on every replica, without a restart', async () => {
      for (const [at] of world.deployment.replicas.entries()) {
        const form = { grant_type: 'client_credentials', resource: API };
        const { json } = await world.ask(at, '/token', form, MACHINE);
        assert.equal(json.expires_in, CHANGED_SECONDS);
        assert.equal(decodeProtectedHeader(String(json.access_token)).alg, 'ES256');
      }
    });
  });
}

const CHANGED_SECONDS = 123;

/** As an operator does: an edited seed file, applied while everything runs. */
async function changeSettings({ deployment }: TokenWorld): Promise<void> {
  await seedMore(deployment, {
    slug: 'default',
    name: 'Gatehouse Demo',
    settings: {
      accessTokenAlgorithm: 'ES256',
      lifetimes: { accessTokenSeconds: CHANGED_SECONDS },
    },
  });
}
