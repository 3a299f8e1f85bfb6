import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { request } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { Redis } from 'ioredis';
import { DEFAULT_REFRESH_TOKEN_REUSE_WINDOW_SECONDS as WINDOW } from '../../applications/client-metadata.ts';
import { askReplica, type ReplicaAnswer } from '../ask-replica.ts';
import { answerAt, DEMO_CLIENTS, demoParty, visitor } from '../demo-clients.ts';
import { ALICE, BOB } from '../gatehouse.ts';
import { createHeldArtifacts } from '../held-artifacts.ts';
import { pollUntil } from '../poll.ts';
import { signIn } from '../relying-party.ts';
import { startTokenWorld, type TokenWorld } from '../token-world.ts';

const API = 'https://api.notes.example';
const RECOVERY_MS = 5_000;

/** Why a Redis that is connected, and answers what it is asked, takes no writes. */
interface Refusal {
  begin(redis: Redis): Promise<unknown>;
  end(redis: Redis): Promise<unknown>;
}

const REFUSALS: Readonly<Record<string, Refusal>> = {
  'is full (OOM)': {
    begin: (redis) => redis.config('SET', 'maxmemory', '1'),
    end: (redis) => redis.config('SET', 'maxmemory', '0'),
  },
  'cannot write its snapshots (MISCONF)': {
    async begin(redis) {
      const [, directory = ''] = (await redis.config('GET', 'dir')) as string[];
      await rm(directory, { recursive: true });
      await redis.config('SET', 'save', '3600 1');
      await redis.bgsave();
      await pollUntil(
        async () => (await redis.info('persistence')).includes('rdb_last_bgsave_status:err'),
        { deadlineMs: RECOVERY_MS },
      );
    },
    end: (redis) => redis.config('SET', 'save', ''),
  },
  'has lost its replicas (NOREPLICAS)': {
    begin: (redis) => redis.config('SET', 'min-replicas-to-write', '1'),
    end: (redis) => redis.config('SET', 'min-replicas-to-write', '0'),
  },
  'has become a replica (READONLY)': {
    begin: (redis) => redis.replicaof('127.0.0.1', 1),
    end: (redis) => redis.replicaof('NO', 'ONE'),
  },
};

type Tokens = ReplicaAnswer['json'];

describe('a Redis that takes no writes', () => {
  const held = createHeldArtifacts();
  let world: TokenWorld;
  let redis: Redis;
  before(async () => {
    world = await startTokenWorld({
      store: 'redis',
      replicas: 2,
      withBackends: (backends) => ({ ...backends, artifacts: held.wrap(backends.artifacts) }),
    });
    redis = new Redis(world.deployment.redis?.url ?? '');
  });
  after(async () => {
    redis?.disconnect();
    await world?.stop();
  });

  const begin = async (): Promise<Tokens> => {
    const answer = await world.ask(0, '/token', await world.newCode());
    assert.equal(answer.status, 200, answer.text);
    return answer.json;
  };
  const assertLater = ({ status, headers, json, text }: ReplicaAnswer) => {
    assert.equal(status, 503, text);
    assert.match(String(headers['retry-after']), /^\d+$/);
    assert.equal(json.error, 'temporarily_unavailable');
  };
  /** A replica that was told of a READONLY has given up its connection for a new one. */
  const end = async (refusal: Refusal) => {
    await refusal.end(redis);
    const areBack = () =>
      world.deployment.replicas.every(({ backends }) => backends.redis?.status === 'ready');
    await pollUntil(areBack, { deadlineMs: RECOVERY_MS });
  };
  const thefts = async () => [
    ...(await world.audited('refresh_token.reused')),
    ...(await world.audited('authorization_code.replayed')),
  ];

  for (const [why, refusal] of Object.entries(REFUSALS)) {
    describe(`because it ${why}`, () => {
      it('makes no thief of who comes back later, and lets no thief through', async (t) => {
        t.after(() => end(refusal));
        const [honest, copied, code] = [await begin(), await begin(), await world.newCode()];
        // Somebody has a copy, and was first.
        const stolen = await world.refresh(0, copied.refresh_token);
        const before = await thefts();

        await refusal.begin(redis);
        for (const at of [0, 1]) assertLater(await world.refresh(at, honest.refresh_token));
        for (const at of [0, 1]) assertLater(await world.ask(at, '/token', code));
        const tabs = [0, 1, 2, 3].map((at) => world.refresh(at, honest.refresh_token));
        for (const answer of await Promise.all(tabs)) assertLater(answer);
        assertLater(await world.refresh(1, copied.refresh_token));
        world.advance(WINDOW + 1);
        assertLater(await world.refresh(0, honest.refresh_token));
        world.advance(WINDOW + 1);
        await end(refusal);

        const next = await world.refresh(1, honest.refresh_token);
        assert.equal(next.status, 200, next.text);
        assert.equal(await world.isActive(next.json.access_token), true);
        const redeemed = await world.ask(0, '/token', code);
        assert.equal(redeemed.status, 200, redeemed.text);
        assert.deepEqual(await thefts(), before);

        // As ever: what was used up, and answered, is theft when it comes again.
        world.advance(WINDOW + 1);
        const reused = [
          { ask: () => world.refresh(0, honest.refresh_token), family: next.json },
          { ask: () => world.refresh(1, copied.refresh_token), family: stolen.json },
          { ask: () => world.ask(1, '/token', code), family: redeemed.json },
        ];
        for (const { ask, family } of reused) {
          const { status, json, text } = await ask();
          assert.deepEqual([status, json.error], [400, 'invalid_grant'], text);
          assert.equal(await world.isActive(family.refresh_token), false);
          assert.equal(await world.isActive(family.access_token), false);
        }
        assert.equal((await thefts()).length, before.length + reused.length);
      });
    });
  }

  it('makes none of who has hung up by the time that it refuses', async (t) => {
    const full = REFUSALS['is full (OOM)'];
    assert.ok(full);
    t.after(() => end(full));
    const { refresh_token: token } = await begin();
    const saving = held.hold('save', 'AccessToken');
    const { publicUrl, replicas } = world.deployment;
    const { clientId, secret } = DEMO_CLIENTS['notes-web'];
    const sent = request(new URL('/token', replicas[0]?.url), {
      method: 'POST',
      agent: false,
      headers: {
        host: new URL(publicUrl).host,
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `Basic ${btoa(`${clientId}:${secret}`)}`,
      },
    });
    sent.on('error', () => undefined);
    const closed = new Promise((resolve) => sent.once('close', resolve));
    const form = { grant_type: 'refresh_token', refresh_token: String(token) };
    sent.end(new URLSearchParams(form).toString());
    await saving.reached;
    sent.destroy();
    await closed;
    await full.begin(redis);
    saving.release();
    await pollUntil(() => world.isActive(token), { deadlineMs: RECOVERY_MS });
    world.advance(WINDOW + 1);
    await end(full);
    const next = await world.refresh(1, token);
    assert.equal(next.status, 200, next.text);
  });

  it('answers what it is only read for, and whatever needs none', async (t) => {
    const notes = await demoParty(world.deployment, 'notes-web');
    const browser = visitor(world.deployment);
    const tokens = await signIn(browser, notes, ALICE);
    const forApi = await signIn(browser, notes, ALICE, { resource: API });
    const newcomer = visitor(world.deployment);
    const page = await newcomer.open((await notes.begin()).url.href);
    const full = REFUSALS['is full (OOM)'];
    assert.ok(full);
    t.after(() => end(full));
    await full.begin(redis);

    const get = (path: string, headers: Record<string, string> = {}) => {
      const [replica] = world.deployment.replicas;
      assert.ok(replica);
      return askReplica(world.deployment, replica, path, { headers });
    };
    const userinfo = await get('/me', { authorization: `Bearer ${tokens.access_token}` });
    assert.equal(userinfo.status, 200, userinfo.text);
    assert.equal(await world.isActive(tokens.access_token), true);
    for (const path of ['/.well-known/openid-configuration', '/jwks']) {
      assert.equal((await get(path)).status, 200, path);
    }
    const jwt = { grant_type: 'refresh_token', refresh_token: forApi.refresh_token ?? '' };
    const forJwt = await world.ask(0, '/token', { ...jwt, resource: API });
    assert.equal(forJwt.status, 200, forJwt.text);
    const machine = DEMO_CLIENTS['reports-job'];
    const form = { grant_type: 'client_credentials', resource: API };
    assert.equal((await world.ask(1, '/token', form, machine)).status, 200);

    // A session that is written anew takes the room of the one before.
    const { url } = await notes.begin();
    assert.ok(answerAt(await browser.open(url.href), notes).code);
    const pages = {
      'a sign-in that begins': () => visitor(world.deployment).open(url.href),
      'a sign-in under way': () => newcomer.submit(page, { ...ALICE }, { action: '/sign-in' }),
    };
    for (const [what, open] of Object.entries(pages)) {
      const { status, text, headers } = await open();
      assert.equal(status, 503, `${what}: ${text}`);
      assert.match(headers.get('retry-after') ?? '', /^\d+$/, what);
    }

    await end(full);
    const arrived = await newcomer.submit(page, { ...ALICE }, { action: '/sign-in' });
    assert.ok(answerAt(arrived, notes).code, arrived.text);
    assert.ok(answerAt(await browser.open((await notes.begin()).url.href), notes).code);
    await signIn(visitor(world.deployment), notes, BOB);
  });
});
