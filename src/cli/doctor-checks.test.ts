import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { Redis } from 'ioredis';
import { resealDeps } from '../compose-reseal.ts';
import { parseConfig } from '../config/parse-config.ts';
import { createSealer, sealingKey } from '../crypto/sealing.ts';
import { StorageUnavailableError } from '../errors.ts';
import { countOtherSeals } from '../keys/reseal-records.ts';
import type { SealedSigningKey } from '../keys/signing-key.ts';
import type { SendProblem } from '../mail/mail-transport.ts';
import { createPostgresKeyStore } from '../storage/postgres/key-store.ts';
import { lookAtDatabase } from '../storage/postgres/look-at-database.ts';
import { schemaState } from '../storage/postgres/migrate.ts';
import { createPostgresTenantStore } from '../storage/postgres/tenant-store.ts';
import { lookAtRedis } from '../storage/redis/look-at-redis.ts';
import { createTestCli } from '../testing/cli.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { startTestRedis, type TestRedis } from '../testing/redis.ts';
import { examine } from './doctor-checks.ts';
import type { DatabaseProbe, DoctorProbes, RedisProbe } from './doctor-probes.ts';

const KEY = randomBytes(32);
const ENVIRONMENT = {
  DATABASE_URL: 'postgres://a@localhost/a',
  REDIS_URL: 'redis://localhost',
  KEY_ENCRYPTION_KEYS: KEY.toString('base64'),
};

const ROOM = { limit: 97, left: 97, ours: 0, pooled: false };
const SMTP = { SMTP_URL: 'smtp://mail.example.com', MAIL_FROM: 'no-reply@login.example.com' };

describe('doctor', () => {
  let database: TestDatabase;
  let redisServer: TestRedis;
  let redis: Redis;
  before(async () => {
    [database, redisServer] = await Promise.all([createTestDatabase(), startTestRedis()]);
    redis = new Redis(redisServer.url);
  });
  after(async () => {
    redis.disconnect();
    await Promise.all([database.drop(), redisServer.stop()]);
  });

  /** Everything is well, but for what a test puts in the place of something. */
  function probes(
    ill: Partial<DoctorProbes> & { database?: Partial<DatabaseProbe>; redis?: Partial<RedisProbe> },
  ): DoctorProbes {
    const { database: illDatabase, redis: illRedis, ...rest } = ill;
    const { db } = database;
    const sealer = illDatabase?.sealer ?? createSealer([sealingKey(KEY)]);
    return {
      nodeVersion: '24.1.0',
      now: () => new Date(),
      config: () => parseConfig({ values: ENVIRONMENT, problems: [] }).config,
      openDatabase: async () => ({
        look: () => lookAtDatabase(db),
        connections: async () => ROOM,
        schemaState: () => schemaState(db),
        tenants: createPostgresTenantStore(db),
        keys: createPostgresKeyStore(db),
        sealer,
        countOtherSeals: () => countOtherSeals(resealDeps({ db, sealer })),
        close: async () => undefined,
        ...illDatabase,
      }),
      openRedis: async () => ({
        look: () => lookAtRedis(redis),
        close: async () => undefined,
        ...illRedis,
      }),
      lookAtMail: async () => undefined,
      ...rest,
    };
  }

  /** What is not well, in one line each. */
  async function complaints(ill: Parameters<typeof probes>[0]): Promise<string[]> {
    const findings = await examine(probes(ill));
    const unwell = findings.filter(({ status }) => status !== 'ok');
    assert.ok(unwell.every(({ advice }) => advice !== undefined && advice.length > 10));
    return unwell.map(({ status, check, message }) => `${status} ${check}: ${message}`);
  }

  it('finds nothing where all is well', async () => {
    const findings = await examine(probes({}));
    assert.deepEqual(
      findings.map(({ check, status }) => [check, status]),
      [
        ['node', 'ok'],
        ['configuration', 'ok'],
        ['database', 'ok'],
        ['database clock', 'ok'],
        ['connections', 'ok'],
        ['migrations', 'ok'],
        ['signing keys', 'ok'],
        ['sealing key', 'ok'],
        ['redis', 'ok'],
        ['redis memory', 'ok'],
        ['redis clock', 'ok'],
        ['mail', 'ok'],
      ],
    );
    assert.match(findings[2]?.message ?? '', /^PostgreSQL 18\.\d+$/);
    assert.match(findings[8]?.message ?? '', /^Redis \d+\.\d+/);
  });

  it('says every problem of the configuration, and goes no further', async () => {
    const config = () =>
      parseConfig({ values: { ...ENVIRONMENT, PORT: 'x', REDIS_URL: '?' }, problems: [] }).config;
    const lines = await complaints({ config });
    assert.equal(lines.length, 2);
    assert.match(lines.join('\n'), /problem configuration: PORT: found "x"/);
  });

  it('notices an old Node', async () => {
    assert.deepEqual(await complaints({ nodeVersion: '20.1.0' }), ['problem node: 20.1.0']);
  });

  it('notices that the embedded database is not for production', async () => {
    const config = () => parseConfig({ values: {}, problems: [] }).config;
    const openRedis = async () => undefined;
    const lines = await complaints({ config, openRedis });
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? '', /^warning configuration: .*embedded PostgreSQL/);
  });

  it('tells an unreachable database from an unreachable Redis', async () => {
    const gone = async () => {
      throw new StorageUnavailableError('postgres', new Error('connect ECONNREFUSED'));
    };
    assert.deepEqual(await complaints({ openDatabase: gone }), [
      'problem database: postgres did not answer: connect ECONNREFUSED',
    ]);
    const away = async () => {
      throw new StorageUnavailableError('redis', new Error('connect ECONNREFUSED'));
    };
    assert.deepEqual(await complaints({ openRedis: away }), [
      'problem redis: redis did not answer: connect ECONNREFUSED',
    ]);
  });

  it('knows the versions that it supports', async () => {
    const look = (version: number) => async () => ({ version, now: new Date() });
    assert.deepEqual(await complaints({ database: { look: look(140_011) } }), [
      'problem database: PostgreSQL 14.11',
    ]);
    assert.deepEqual(await complaints({ database: { look: look(150_000) } }), []);
    assert.deepEqual(await complaints({ database: { look: look(190_001) } }), [
      'warning database: PostgreSQL 19.1',
    ]);
    const old = async () => ({ version: '6.2.1', evictionPolicy: 'noeviction', now: new Date() });
    assert.deepEqual(await complaints({ redis: { look: old } }), ['problem redis: Redis 6.2.1']);
  });

  it('notices who misses mail where it is off', async () => {
    const { db } = database;
    const settings = JSON.stringify({ registration: 'open', emailCode: true });
    await db('tenants').where({ slug: 'default' }).update({ settings });
    try {
      assert.deepEqual(await complaints({}), [
        'warning mail: off, and missed by tenant default: registration is open; tenant default: codes sent by e-mail sign in',
      ]);
      const config = () =>
        parseConfig({ values: { ...ENVIRONMENT, ...SMTP }, problems: [] }).config;
      assert.deepEqual(await complaints({ config }), []);
    } finally {
      await db('tenants').where({ slug: 'default' }).update({ settings: '{}' });
    }
  });

  it('notices a mail server that does not take our mail', async () => {
    const config = () => parseConfig({ values: { ...ENVIRONMENT, ...SMTP }, problems: [] }).config;
    const server = 'mail.example.com:587, STARTTLS';
    const lookAtMail = (failure: SendProblem | undefined) => async () => ({ server, failure });
    assert.deepEqual(await complaints({ config, lookAtMail: lookAtMail(undefined) }), []);
    const refused = { problem: 'authentication_failed', smtpStatus: 535 } as const;
    assert.deepEqual(await complaints({ config, lookAtMail: lookAtMail(refused) }), [
      `problem mail: ${server}: authentication_failed (535)`,
    ]);
    const away = { problem: 'unreachable', cause: new Error('connect ECONNREFUSED') } as const;
    assert.deepEqual(await complaints({ config, lookAtMail: lookAtMail(away) }), [
      `problem mail: ${server}: unreachable: connect ECONNREFUSED`,
    ]);
  });

  it('notices that replicas may want more connections than there are', async () => {
    const few = { connections: async () => ({ ...ROOM, left: 12, ours: 60 }) };
    assert.deepEqual(await complaints({ database: few }), [
      'warning connections: this replica may want 20 connections, and PostgreSQL has 12 left of 97; other replicas and commands have 60',
    ]);
    const config = () =>
      parseConfig({ values: { ...ENVIRONMENT, REPLICAS: '5' }, problems: [] }).config;
    assert.deepEqual(await complaints({ config }), [
      'warning connections: 5 replicas × 20 connections and 10 to spare are 110, and PostgreSQL has 97 for them',
    ]);
    const pooled = { connections: async () => ({ ...ROOM, limit: 5, left: 0, pooled: true }) };
    assert.deepEqual(await complaints({ config, database: pooled }), [], 'not what they say');
  });

  it('notices clocks that disagree', async () => {
    const off = (seconds: number) => new Date(Date.now() + seconds * 1000);
    const database = { look: async () => ({ version: 180_004, now: off(90) }) };
    assert.match(
      (await complaints({ database })).join(),
      /^problem database clock: (90|89)\.\d s ahead of this machine$/,
    );
    const redisOff = {
      look: async () => ({ version: '7.2', evictionPolicy: 'noeviction', now: off(-3) }),
    };
    assert.match(
      (await complaints({ redis: redisOff })).join(),
      /^warning redis clock: 3\.\d s behind this machine$/,
    );
  });

  it('notices a Redis that evicts', async () => {
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    try {
      assert.deepEqual(await complaints({}), [
        'problem redis memory: maxmemory-policy allkeys-lru',
      ]);
    } finally {
      await redis.config('SET', 'maxmemory-policy', 'noeviction');
    }
  });

  it('notices pending and newer migrations, and whether this release works with them', async () => {
    const empty = await createTestDatabase({ empty: true });
    try {
      const lines = await complaints({
        database: { schemaState: () => schemaState(empty.db) },
      });
      assert.match(lines.join(), /^problem migrations: \d+ pending: 0001_identity, /);
    } finally {
      await empty.drop();
    }
    await database.db('knex_migrations').insert({ name: '9999_later', batch: 9 });
    try {
      assert.match((await complaints({})).join(), /^problem migrations: .*9999_later/);
      await database.db('migration_needs').insert({ migration: '9999_later', needs: null });
      assert.match(
        (await complaints({})).join(),
        /^warning migrations: 1 of a newer release, with which this one works: 9999_later/,
      );
    } finally {
      await database.db('knex_migrations').where({ name: '9999_later' }).delete();
      await database.db('migration_needs').where({ migration: '9999_later' }).delete();
    }
  });

  it('notices keys that are old, overdue or unreadable', async () => {
    const cli = createTestCli({ databaseUrl: database.url });
    await cli.json('keys', 'rotate');
    const sealed = Buffer.from(cli.environment.KEY_ENCRYPTION_KEYS ?? '', 'base64');
    const sealer = createSealer([sealingKey(sealed)]);
    assert.deepEqual(await complaints({ database: { sealer } }), []);

    const unreadable = await complaints({});
    assert.match(
      unreadable[0] ?? '',
      /^problem signing keys: tenant default: sealed under key .*KEY_ENCRYPTION_KEYS does not list$/,
    );

    assert.deepEqual(unreadable.slice(1), ['problem sealing key: no key opens: 4 of signing keys']);
    const newFirst = createSealer([sealingKey(KEY), sealingKey(sealed)]);
    assert.deepEqual(await complaints({ database: { sealer: newFirst } }), [
      'warning sealing key: under another key than the first: 4 of signing keys',
    ]);

    const later = (days: number) => () => new Date(Date.now() + days * 86_400_000);
    const look = (now: () => Date) => async () => ({ version: 180_004, now: now() });
    const inTwoDays = later(2);
    const two = {
      database: { sealer, look: look(inTwoDays) },
      redis: lookAt(inTwoDays),
      now: inTwoDays,
    };
    assert.deepEqual(await complaints(two), [
      'warning signing keys: stages are due: tenant default',
    ]);
    assert.deepEqual(
      await complaints({
        database: {
          sealer,
          keys: {
            load: async (tenantId) => ({ tenantId, version: 0, keys: [] }),
            tenantsDue: async () => [],
            tenantsWithoutSuccessor: async (since) =>
              later(-29)() > since
                ? (await database.db('tenants').select('id')).map(({ id }) => id)
                : [],
          },
        },
      }),
      ['warning signing keys: stages are due: tenant default'],
    );
    const inAMonth = later(40);
    const month = {
      database: { sealer, look: look(inAMonth) },
      redis: lookAt(inAMonth),
      now: inAMonth,
    };
    assert.deepEqual(
      (await complaints(month))[0],
      'warning signing keys: tenant default: signing for 40 days',
    );
  });

  it('names some of the tenants when thousands have one complaint', async () => {
    const inAMonth = () => new Date(Date.now() + 40 * 86_400_000);
    const slugs = Array.from({ length: 50 }, (_, n) => `many-${n}`);
    await database.db('tenants').insert(slugs.map((slug) => ({ slug, name: slug })));
    try {
      const lines = await complaints({
        database: {
          countOtherSeals: async () => [],
          look: async () => ({ version: 180_004, now: inAMonth() }),
          sealer: { ...createSealer([sealingKey(KEY)]), open: () => '{"kid":"k","alg":"ES256"}' },
          keys: {
            load: async (tenantId) => ({ tenantId, version: 1, keys: [oldKey(tenantId)] }),
            tenantsDue: async () => (await database.db('tenants').select('id')).map(({ id }) => id),
            tenantsWithoutSuccessor: async () => [],
          },
        },
        redis: lookAt(inAMonth),
        now: inAMonth,
      });
      assert.equal(lines.length, 22);
      assert.equal(lines[0], 'warning signing keys: tenant default: signing for 40 days');
      assert.equal(lines[20], 'warning signing keys: 31 more tenants like these');
      assert.match(lines[21] ?? '', /stages are due: tenant default, many-0, .*, and 31 more$/);
    } finally {
      await database.db('tenants').whereIn('slug', slugs).delete();
    }
  });

  it('ends with exit code 1 when something is wrong, and prints what to do', async () => {
    const doctor = probes({ nodeVersion: '20.1.0' });
    const cli = createTestCli({ databaseUrl: database.url, doctor });
    const { code, stdout } = await cli.run('doctor');
    assert.equal(code, 1);
    assert.match(stdout, /^problem {2}node +20\.1\.0\n +→ Run Node 24 or later/);
    const json = await cli.run('doctor', '--json');
    assert.equal(json.code, 1);
    assert.equal(JSON.parse(json.stdout).healthy, false);
    const well = createTestCli({
      databaseUrl: database.url,
      doctor: probes({
        database: {
          schemaState: async () => ({ pending: [], newer: [] }),
          countOtherSeals: async () => [],
          keys: {
            load: async (tenantId) => ({ tenantId, version: 0, keys: [] }),
            tenantsDue: async () => [],
            tenantsWithoutSuccessor: async () => [],
          },
        },
      }),
    });
    assert.equal((await well.json('doctor')).healthy, true);
  });
});

function oldKey(tenantId: string): SealedSigningKey {
  // Of a moment before: it is asked for after whoever asks has looked at the clock.
  const made = new Date(Date.now() - 60_000);
  return {
    tenantId,
    kid: 'k',
    algorithm: 'ES256',
    stage: 'active',
    publicJwk: { kty: 'EC' },
    sealedPrivateJwk: '',
    createdAt: made,
    stageSince: made,
    goneAt: undefined,
  };
}

/** A Redis whose clock is that of the test. */
function lookAt(now: () => Date): Partial<RedisProbe> {
  return { look: async () => ({ version: '7.2.0', evictionPolicy: 'noeviction', now: now() }) };
}
