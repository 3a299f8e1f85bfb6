import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { createSealer, SealError } from '../crypto/sealing.ts';
import { ConflictError } from '../errors.ts';
import { createPostgresDeploymentSecretStore } from '../storage/postgres/deployment-secret-store.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { createTestClock, randomSealingKey } from '../testing/key-replica.ts';
import {
  COOKIE_KEY_PUBLISH_SECONDS,
  type DeploymentSecretDeps,
  loadDeploymentSecrets,
  rotateCookieKeys,
} from './deployment-secrets.ts';

const clock = createTestClock();
const sealingKey = randomSealingKey();
const sealer = createSealer([sealingKey]);

let database: TestDatabase;
let deps: DeploymentSecretDeps;

before(async () => {
  database = await createTestDatabase();
  deps = {
    store: createPostgresDeploymentSecretStore(database.db),
    sealer,
    now: clock.now,
  };
});

after(() => database.drop());

beforeEach(async () => {
  await database.db('deployment_secrets').del();
});

const rotate = () => rotateCookieKeys(deps, { publishSeconds: COOKIE_KEY_PUBLISH_SECONDS });
const cookieKeys = async () => (await loadDeploymentSecrets(deps)).cookieKeys;

describe('loadDeploymentSecrets', () => {
  test('makes secrets at the first start and finds the same ones later', async () => {
    const secrets = await loadDeploymentSecrets(deps);
    assert.deepEqual(await loadDeploymentSecrets(deps), secrets);
    const all = [
      ...secrets.cookieKeys,
      secrets.clientSecretPepper,
      secrets.passwordPepper,
      secrets.lookupKey,
    ];
    assert.equal(all.length, 4);
    assert.equal(new Set(all).size, 4);
    for (const secret of all) assert.match(secret, /^[\w-]{43}$/);
  });

  test('gives replicas that start together the same secrets', async () => {
    const [first, ...others] = await Promise.all(
      Array.from({ length: 8 }, () => loadDeploymentSecrets(deps)),
    );
    for (const other of others) assert.deepEqual(other, first);
    assert.equal((await database.db('deployment_secrets')).length, 4);
  });

  test('keeps them sealed in the database', async () => {
    const secrets = await loadDeploymentSecrets(deps);
    const stored = JSON.stringify(await database.db('deployment_secrets'));
    for (const secret of Object.values(secrets).flat()) {
      assert.equal(stored.includes(secret), false);
    }
  });

  test('refuses a secret that was put in the place of another', async () => {
    await loadDeploymentSecrets(deps);
    await database.db.raw(
      `update deployment_secrets set sealed =
         (select sealed from deployment_secrets where purpose = 'lookup_key')
        where purpose = 'password_pepper'`,
    );
    await assert.rejects(loadDeploymentSecrets(deps), SealError);
  });

  test('fails, and makes no new ones, when the sealing key is missing', async () => {
    await loadDeploymentSecrets(deps);
    const stranger = { ...deps, sealer: createSealer([randomSealingKey()]) };
    await assert.rejects(loadDeploymentSecrets(stranger), SealError);
    assert.equal((await database.db('deployment_secrets')).length, 4);
  });

  test('opens them when the sealing key rotates', async () => {
    const secrets = await loadDeploymentSecrets(deps);
    const rotated = { ...deps, sealer: createSealer([randomSealingKey(), sealingKey]) };
    assert.deepEqual(await loadDeploymentSecrets(rotated), secrets);
  });
});

describe('rotateCookieKeys', () => {
  test('lets the new key verify at once and sign when every replica knows it', async () => {
    const [old] = await cookieKeys();
    await rotate();
    const [signing, waiting, ...rest] = await cookieKeys();
    assert.equal(signing, old);
    assert.ok(waiting);
    assert.deepEqual(rest, []);

    clock.advance(COOKIE_KEY_PUBLISH_SECONDS - 1);
    assert.deepEqual(await cookieKeys(), [old, waiting]);
    clock.advance(1);
    assert.deepEqual(await cookieKeys(), [waiting, old]);
  });

  test('leaves the other secrets alone', async () => {
    const before = await loadDeploymentSecrets(deps);
    await rotate();
    const { cookieKeys: _, ...others } = await loadDeploymentSecrets(deps);
    assert.partialDeepStrictEqual(before, others);
  });

  test('refuses a second one while the first is on its way', async () => {
    await rotate();
    await assert.rejects(rotate(), ConflictError);
    assert.equal((await cookieKeys()).length, 2);
  });

  test('of replicas at once adds one key', async () => {
    await cookieKeys();
    const results = await Promise.allSettled([rotate(), rotate(), rotate()]);
    assert.equal(results.filter((result) => result.status === 'fulfilled').length, 1);
    assert.equal((await cookieKeys()).length, 2);
  });

  test('forgets the oldest beyond four, newest signing first', async () => {
    const seen = await cookieKeys();
    for (let turn = 0; turn < 5; turn++) {
      await rotate();
      clock.advance(COOKIE_KEY_PUBLISH_SECONDS);
      seen.unshift(...(await cookieKeys()).slice(0, 1));
    }
    assert.equal(new Set(seen).size, 6);
    assert.deepEqual(await cookieKeys(), seen.slice(0, 4));
  });
});
