import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { createLocalJWKSet, importJWK, type JWK, jwtVerify, SignJWT } from 'jose';
import { SealError } from '../crypto/sealing.ts';
import { StorageUnavailableError } from '../errors.ts';
import { connectRedis, createRedis, type RedisClient } from '../storage/redis/redis.ts';
import type { TenantId } from '../tenants/tenant.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { insertTenant } from '../testing/fixtures.ts';
import {
  createKeyReplica,
  createTestClock,
  detailList,
  KEY_PREFIX,
  type KeyReplica,
  randomSealingKey,
  readTogether,
} from '../testing/key-replica.ts';
import { redisServers, startTestRedis, type TestRedis } from '../testing/redis.ts';
import { loadKeySet } from './load-key-set.ts';
import { rotateSigningKeys } from './rotate-signing-keys.ts';
import type { KeySet } from './signing-key.ts';

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi'] as const;
const OPERATOR = { type: 'operator' } as const;

const clock = createTestClock();
const sealingKeys = [randomSealingKey()];

let database: TestDatabase;
let redisServer: TestRedis;
let redis: RedisClient;
let tenantId: TenantId;

before(async () => {
  database = await createTestDatabase();
  redisServer = await startTestRedis();
  redis = createRedis({ servers: redisServers(redisServer.url), commandTimeoutMs: 1000 });
  await connectRedis(redis, 5000);
});

after(async () => {
  redis.disconnect();
  await redisServer.stop();
  await database.drop();
});

beforeEach(async () => {
  tenantId = await insertTenant(database.db);
});

function replica(
  options: { redis?: RedisClient | undefined; keys?: typeof sealingKeys } = {},
): KeyReplica {
  return createKeyReplica({
    db: database.db,
    redis: 'redis' in options ? options.redis : redis,
    clock,
    sealingKeys: options.keys ?? sealingKeys,
  });
}

async function load(one: KeyReplica): Promise<KeySet> {
  return loadKeySet(one.deps, await one.tenant(tenantId));
}

const kidsOf = (set: KeySet) => set.keys.map((key) => key.kid);
const copyName = () => `${KEY_PREFIX}keys:${tenantId}`;

function publicJwk(key: JWK): JWK {
  const { kty, kid, alg, use, crv, x, y, e, n } = key;
  return JSON.parse(JSON.stringify({ kty, kid, alg, use, crv, x, y, e, n }));
}

/** Asserts that what the active keys of `signing` sign is verified with the public keys of `published`. */
async function assertVerifies(published: KeySet, signing: KeySet): Promise<void> {
  const jwks = createLocalJWKSet({ keys: published.keys.map((key) => publicJwk(key.privateJwk)) });
  for (const key of signing.keys.filter(({ stage }) => stage === 'active')) {
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: key.algorithm, kid: key.kid })
      .sign(await importJWK(key.privateJwk));
    await jwtVerify(token, jwks);
  }
}

describe('the first use of a tenant', () => {
  test('creates active keys for RS256 and ES256, and says so in the audit log', async () => {
    const one = replica();
    const set = await load(one);
    assert.deepEqual(set.keys.map((key) => key.algorithm).sort(), ['ES256', 'RS256']);
    assert.ok(set.keys.every((key) => key.stage === 'active'));
    assert.equal(set.version, 1);
    await assertVerifies(set, set);

    const [event, ...others] = one.events;
    assert.equal(others.length, 0);
    assert.equal(event?.kind, 'keys.created');
    assert.equal(event.tenantId, tenantId);
    assert.deepEqual(event.actor, { type: 'system' });
    assert.deepEqual(detailList(event, 'kids'), kidsOf(set).sort());
  });

  test('raises the version of the tenant, so that Providers are built anew', async () => {
    const one = replica();
    const before = await one.tenant(tenantId);
    await loadKeySet(one.deps, before);
    assert.ok((await one.tenant(tenantId)).version > before.version);
  });

  test('ends with one set when replicas make it at once', async () => {
    // Each reads once to see that keys are missing and once to create them.
    const replicas = readTogether([replica(), replica(), replica(), replica()], 2);
    const sets = await Promise.all(replicas.map(load));
    const [first] = sets;
    assert.ok(first);
    for (const set of sets) assert.deepEqual(kidsOf(set), kidsOf(first));
    assert.equal(replicas.flatMap((one) => one.events).length, 1);
    const rows = await database.db('signing_keys').where({ tenant_id: tenantId });
    assert.equal(rows.length, 2);
  });

  test('ends with one set without Redis, too', async () => {
    const sets = await Promise.all([1, 2, 3].map(() => load(replica({ redis: undefined }))));
    assert.equal(new Set(sets.map((set) => kidsOf(set).join())).size, 1);
  });

  test('gives every tenant keys of its own', async () => {
    const mine = await load(replica());
    tenantId = await insertTenant(database.db);
    const others = await load(replica());
    assert.deepEqual(
      kidsOf(mine).filter((kid) => kidsOf(others).includes(kid)),
      [],
    );
  });
});

describe('an algorithm that settings add', () => {
  test('gets an active key at the next load; the other keys stay', async () => {
    const before = await load(replica());
    await database
      .db('tenants')
      .where({ id: tenantId })
      .update({ settings: JSON.stringify({ signingAlgorithms: ['EdDSA', 'PS256'] }) });
    await database.db.raw('update tenants set version = version + 1 where id = ?', [tenantId]);
    const one = replica();
    const set = await load(one);
    assert.deepEqual(set.keys.map((key) => key.algorithm).sort(), [
      'ES256',
      'EdDSA',
      'PS256',
      'RS256',
    ]);
    assert.ok(set.keys.every((key) => key.stage === 'active'));
    for (const kid of kidsOf(before)) assert.ok(kidsOf(set).includes(kid));
    assert.deepEqual(detailList(one.events[0], 'algorithms'), ['EdDSA', 'PS256']);
    await assertVerifies(set, set);
  });

  test('keeps its key when settings give it up again', async () => {
    await database
      .db('tenants')
      .where({ id: tenantId })
      .update({ settings: JSON.stringify({ signingAlgorithms: ['EdDSA'] }) });
    const asked = await load(replica());
    await database.db('tenants').where({ id: tenantId }).update({ settings: '{}' });
    assert.deepEqual(kidsOf(await load(replica())), kidsOf(asked));
  });
});

describe('the copy in Redis', () => {
  test('serves other replicas without a look at PostgreSQL', async () => {
    const set = await load(replica());
    await load(replica()); // at the tenant's version of now
    const reader = replica();
    assert.deepEqual(await load(reader), set);
    assert.equal(reader.loads(), 0);
  });

  test('comes back with the same keys after FLUSHALL', async () => {
    const set = await load(replica());
    await redis.flushall();
    const again = await load(replica());
    assert.deepEqual(again, set);
    await assertVerifies(again, set);
    assert.equal(await redis.exists(copyName()), 1);
    const reader = replica();
    assert.deepEqual(kidsOf(await load(reader)), kidsOf(set));
    assert.equal(reader.loads(), 0);
  });

  test('never wins when it is older than PostgreSQL', async () => {
    const one = replica();
    await load(one);
    await load(one);
    const old = await redis.hgetall(copyName());
    await rotateSigningKeys(one.deps, await one.tenant(tenantId), {
      mode: 'compromised',
      actor: OPERATOR,
    });
    await redis.del(copyName());
    await redis.hset(copyName(), old);

    const stored = await one.deps.keys.load(tenantId);
    const set = await load(replica());
    assert.equal(set.version, 2);
    assert.deepEqual(kidsOf(set).sort(), stored.keys.map((key) => key.kid).sort());
    assert.equal(await redis.hget(copyName(), 'version'), '2');
  });

  test('is passed over, and mended, when it does not open', async () => {
    const set = await load(replica());
    await load(replica());
    const copy = (await redis.hget(copyName(), 'keys')) ?? '';
    const sealed = JSON.parse(copy)[0].sealedPrivateJwk as string;
    const flipped = sealed.slice(0, -3) + (sealed.at(-3) === 'A' ? 'B' : 'A') + sealed.slice(-2);
    await redis.hset(copyName(), 'keys', copy.replace(sealed, flipped));

    const reader = replica();
    assert.deepEqual(await load(reader), set);
    assert.equal(reader.loads(), 1);
    assert.equal(reader.warnings.length, 1);
    assert.equal(await redis.hget(copyName(), 'keys'), copy);
  });

  test('is not needed: with Redis away the keys come from PostgreSQL', async () => {
    const set = await load(replica());
    const away = createRedis({ servers: redisServers(redisServer.url), commandTimeoutMs: 1000 });
    away.disconnect();
    const one = replica({ redis: away });
    assert.deepEqual(await load(one), set);
    assert.ok(one.warnings.length > 0);
  });

  test('serves while PostgreSQL is away', async () => {
    const one = replica();
    await load(one);
    const tenant = await one.tenant(tenantId);
    const set = await loadKeySet(one.deps, tenant);
    const cut = {
      ...one.deps,
      keys: {
        ...one.deps.keys,
        load: () => Promise.reject(new StorageUnavailableError('postgres')),
      },
    };
    assert.deepEqual(await loadKeySet(cut, tenant), set);
    await redis.flushall();
    await assert.rejects(loadKeySet(cut, tenant), StorageUnavailableError);
  });
});

describe('at rest', () => {
  test('no copy holds private material', async () => {
    const set = await load(replica());
    await load(replica());
    const { rows } = await database.db.raw(
      'select k::text as line from signing_keys k where tenant_id = ?',
      [tenantId],
    );
    const stored = rows.map((row: { line: string }) => row.line).join('\n');
    const cached = JSON.stringify(await redis.hgetall(copyName()));
    assert.ok(stored.includes(set.keys[0]?.kid ?? 'none'));
    assert.ok(cached.includes(set.keys[0]?.kid ?? 'none'));
    for (const text of [stored, cached]) {
      assert.doesNotMatch(text, /\\*"d\\*"\s*:/);
      for (const { privateJwk } of set.keys) {
        for (const member of PRIVATE_MEMBERS) {
          const value = privateJwk[member];
          if (value !== undefined) assert.equal(text.includes(value), false, member);
        }
      }
    }
  });

  test('a key that was copied to another tenant does not open there', async () => {
    await load(replica());
    const victim = tenantId;
    tenantId = await insertTenant(database.db);
    await load(replica());
    await database.db('signing_keys').where({ tenant_id: tenantId }).del();
    await database.db.raw(
      `insert into signing_keys (tenant_id, kid, algorithm, stage, public_jwk, sealed_private_jwk,
                                 created_at, stage_since)
       select ?, kid, algorithm, stage, public_jwk, sealed_private_jwk, created_at, stage_since
         from signing_keys where tenant_id = ?`,
      [tenantId, victim],
    );
    await assert.rejects(load(replica({ redis: undefined })), SealError);
  });

  test('keys do not open under sealing keys that did not seal them', async () => {
    await load(replica());
    await assert.rejects(load(replica({ keys: [randomSealingKey()] })), SealError);
  });

  test('keys open when the sealing key rotates', async () => {
    const set = await load(replica());
    const rotated = replica({ redis: undefined, keys: [randomSealingKey(), ...sealingKeys] });
    assert.deepEqual(await load(rotated), set);
  });
});
