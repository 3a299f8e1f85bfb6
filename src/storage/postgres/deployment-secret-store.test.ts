import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { DeploymentSecretStore } from '../../keys/deployment-secret-store.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { createPostgresDeploymentSecretStore } from './deployment-secret-store.ts';

let database: TestDatabase;
let store: DeploymentSecretStore;

before(async () => {
  database = await createTestDatabase();
  store = createPostgresDeploymentSecretStore(database.db);
});

after(() => database.drop());

test('secrets of a purpose are listed newest first', async () => {
  assert.deepEqual(await store.list('cookies'), []);
  for (const version of [2, 10, 1]) await store.insert('cookies', version, `sealed ${version}`);
  await store.insert('pepper', 1, 'other');
  assert.deepEqual(await store.list('cookies'), [
    { version: 10, sealed: 'sealed 10' },
    { version: 2, sealed: 'sealed 2' },
    { version: 1, sealed: 'sealed 1' },
  ]);
});

test('a version is written once, by exactly one of many at once', async () => {
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, racer) => store.insert('race', 1, `racer ${racer}`)),
  );
  assert.equal(answers.filter(Boolean).length, 1);
  assert.deepEqual(await store.list('race'), [
    { version: 1, sealed: `racer ${answers.indexOf(true)}` },
  ]);
  assert.equal(await store.insert('race', 1, 'later'), false);
});

test('a removed version is gone, and removing it again is no error', async () => {
  await store.insert('rotated', 1, 'old');
  await store.insert('rotated', 2, 'new');
  await store.remove('rotated', 1);
  await store.remove('rotated', 1);
  assert.deepEqual(await store.list('rotated'), [{ version: 2, sealed: 'new' }]);
});
