import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  digestOf,
  keepServer,
  NEXT_SECRET,
  seed,
  WEB_SECRET,
  withSeedBench,
} from '../testing/seed-bench.ts';
import { createSeedDeps } from '../testing/seed-deps.ts';
import { applySeed } from './apply-seed.ts';
import { describePlan } from './describe-plan.ts';

describe('client secrets of seeds', () => {
  keepServer();

  it(
    'stores secrets as peppered digests, from wherever they come',
    withSeedBench(async (bench) => {
      const file = join(bench.directory, 'web.secret');
      await writeFile(file, `${WEB_SECRET}\n`);
      for (const source of [
        `{ value: "${WEB_SECRET}" }`,
        '{ env: WEB_SECRET }',
        `{ file: ${file} }`,
        `{ hash: ${digestOf(WEB_SECRET)} }`,
      ]) {
        await bench.apply(seed({ secret: source }));
        const [row] = await bench.database.db('clients').select();
        assert.equal(row.secret_digest, digestOf(WEB_SECRET), source);
      }
    }),
  );

  it(
    'replaces a rotated secret by the one of the file, and ends the overlap',
    withSeedBench(async (bench) => {
      await bench.apply(seed());
      await bench.database.db('clients').update({
        secret_digest: digestOf(NEXT_SECRET),
        previous_secret_digest: digestOf(WEB_SECRET),
        previous_secret_expires_at: new Date(Date.now() + 60_000),
      });
      assert.deepEqual(
        (await bench.preview(seed({ secret: `{ value: "${NEXT_SECRET}" }` }))).changes,
        [],
      );
      await bench.apply(seed());
      const [row] = await bench.database.db('clients').select();
      assert.equal(row.secret_digest, digestOf(WEB_SECRET));
      assert.equal(row.previous_secret_digest, null);
    }),
  );

  it(
    'makes a secret into a file that only its owner reads, once',
    withSeedBench(async (bench) => {
      const path = join(bench.directory, randomUUID(), 'deep', 'web.secret');
      const text = seed({ secret: `{ generate: true, writeTo: ${path} }` });
      const plan = await bench.apply(text);
      assert.match(describePlan(plan), new RegExp(`client_secret: "generated into ${path}"`));
      const secret = await readFile(path, 'utf8');
      assert.match(secret, /^[A-Za-z0-9_-]{43}$/);
      assert.equal((await stat(path)).mode & 0o777, 0o600);
      assert.equal((await bench.database.db('clients').first()).secret_digest, digestOf(secret));
      assert.deepEqual((await bench.preview(text)).changes, []);

      await rm(path);
      const without = await bench.preview(text);
      assert.deepEqual(without.changes, []);
      assert.match(without.warnings.join(), /keeps its secret, but .* is not here/);

      await writeFile(path, NEXT_SECRET);
      await bench.apply(text);
      assert.equal(
        (await bench.database.db('clients').first()).secret_digest,
        digestOf(NEXT_SECRET),
      );
    }),
  );

  it(
    'leaves no secret behind when the transaction fails',
    withSeedBench(async (bench) => {
      const path = join(bench.directory, randomUUID(), 'web.secret');
      const text = seed({ secret: `{ generate: true, writeTo: ${path} }` });
      const deps = createSeedDeps(bench.database.db);
      await bench.database.db.raw(`alter table accounts add check (username <> 'alice')`);
      await assert.rejects(applySeed(deps, await bench.load([text]), { type: 'operator' }), {
        code: '23514',
      });
      await assert.rejects(stat(path), { code: 'ENOENT' });
      assert.deepEqual(await bench.database.db('clients').select(), []);
      assert.deepEqual(await bench.database.db('audit_events').select(), []);
    }),
  );
});
