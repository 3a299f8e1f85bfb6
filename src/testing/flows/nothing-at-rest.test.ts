import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { sha256 } from '../../crypto/digest.ts';
import { createTestCli, type TestCli } from '../cli.ts';
import { STORES, startDeployment, type TestDeployment } from '../gatehouse.ts';
import { createHarvest, type Harvest } from '../harvest.ts';
import { copyEverything, searchCopy } from '../search-at-rest.ts';
import { useEverything } from '../use-everything.ts';

for (const store of STORES) {
  describe(`a copy of everything that is stored, artifacts in ${store}`, () => {
    let deployment: TestDeployment;
    let harvest: Harvest;
    let cli: TestCli;
    let directory: string;
    before(async () => {
      directory = await mkdtemp(join(tmpdir(), 'gatehouse-secrets-'));
      deployment = await startDeployment({ store, mail: true });
      // Nobody is to be asked for it in between.
      await deployment.backends.db('accounts').update({ email_verified: true });
      harvest = createHarvest();
      const { databaseUrl, environment } = deployment;
      cli = createTestCli({ databaseUrl, environment });
      await useEverything(deployment, harvest, { cli, directory });
      await deployment.backends.audit.flush();
    });
    after(async () => {
      await deployment.stop();
      await rm(directory, { recursive: true });
    });

    const copy = () => copyEverything(deployment.backends.db, deployment.backends.redis);

    it('holds none of the values that the flow produced', async () => {
      const names = [...harvest.values.keys()].map((name) => name.replace(/ \d+$/, ''));
      for (const expected of EXPECTED_NAMES) {
        assert.ok(names.includes(expected), `nothing was collected as ${expected}: ${names}`);
      }
      assert.deepEqual(searchCopy(await copy(), harvest.values), []);
    });

    it('is complete: it holds what the values are found by', async () => {
      const { records } = await copy();
      const holders = (key: string) => records.filter(({ text }) => text.includes(key));
      const kinds = ['access_token', 'refresh_token', 'code', 'cookie gatehouse_session_default'];
      for (const kind of kinds) {
        const found = [...harvest.values]
          .filter(([name]) => name.replace(/ \d+$/, '') === kind)
          .filter(([, value]) => holders(sha256(value)).length > 0);
        assert.ok(found.length > 0, `no ${kind} is found by its digest`);
      }
    });

    for (const [form, stored] of [
      ['as it is', (value: string) => value],
      ['in a longer text', (value: string) => `{"note":"see ${value}."}`],
      ['URL-encoded', (value: string) => `?uri=${encodeURIComponent(value)}`],
      ['in base64', (value: string) => Buffer.from(value).toString('base64')],
      ['as the bytes that it stands for', (value: string) => Buffer.from(value, 'base64url')],
    ] as const) {
      it(`would show a value that is stored ${form}`, async () => {
        const { db, redis } = deployment.backends;
        const [name, value] =
          [...harvest.values].find(([one]) => one.startsWith('refresh_token')) ?? [];
        assert.ok(name !== undefined && value !== undefined);
        await db.raw('create table careless (kept bytea, written text)');
        const leak = stored(value);
        await db('careless').insert(typeof leak === 'string' ? { written: leak } : { kept: leak });
        const found = searchCopy(await copy(), new Map([[name, value]]));
        await db.raw('drop table careless');
        assert.ok(
          found.some(({ where }) => where === 'public.careless'),
          JSON.stringify(found),
        );

        if (redis === undefined) return;
        const key = `careless-${randomUUID()}`;
        await redis.hset(key, 'kept', leak);
        const inRedis = searchCopy(await copy(), new Map([[name, value]]));
        await redis.del(key);
        assert.ok(inRedis.some(({ where }) => where === `redis ${key}`));
      });
    }
  });
}

/** Without one of these the flow is not what this test is about. */
const EXPECTED_NAMES = [
  'access_token',
  'authenticator app',
  'browser token',
  'client_assertion',
  'client_secret',
  'code',
  'code_verifier',
  'cookie gatehouse_interaction_default',
  'cookie gatehouse_session_acme',
  'cookie gatehouse_session_default',
  'cookie gatehouse_session_default.sig',
  'csrf',
  'id_token',
  'link in the mail',
  'password',
  'passkey challenge',
  'passkey session',
  'passkey signature',
  'path',
  'private key d',
  'private key p',
  'recovery code',
  'refresh_token',
  'request_uri',
  'remembered browser',
  'reset link',
  'sealing key',
  'state',
  'totp seed',
  'xsrf',
];
