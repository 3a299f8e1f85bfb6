import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createDatabase } from '../storage/postgres/database.ts';
import { createPostgresTenantStore } from '../storage/postgres/tenant-store.ts';
import { CHANGED_SEED, digestOf, keepServer, seed, withSeedBench } from '../testing/seed-bench.ts';
import { createSeedDeps } from '../testing/seed-deps.ts';
import { type ApplySeedDeps, applySeed } from './apply-seed.ts';
import type { LoadSeedDeps } from './load-seed-files.ts';

describe('applying seeds', () => {
  keepServer();

  it(
    'leaves nothing to do, on the demo seed too',
    withSeedBench(async (bench) => {
      const demo = await readFile(new URL('../../seeds/demo.yaml', import.meta.url), 'utf8');
      const first = await bench.apply(demo);
      assert.ok(first.changes.length > 20);
      assert.deepEqual(await bench.preview(demo), {
        changes: [],
        records: [],
        kept: [],
        warnings: [],
      });
      assert.deepEqual(await bench.apply(demo), {
        changes: [],
        records: [],
        kept: [],
        warnings: [],
      });
    }),
  );

  it(
    'takes back what a definition no longer says, and leaves alone what no file names',
    withSeedBench(async (bench) => {
      await bench.apply(seed());
      await bench.apply(seed({ account: 'username: alice' }));
      const roles = await bench.database.db('account_roles').select();
      assert.deepEqual(roles, []);
      assert.equal((await bench.database.db('accounts').first()).email, null);

      await bench.apply('version: 1\ntenants: [{ slug: acme }]\n');
      assert.equal((await bench.database.db('clients').select()).length, 1);
    }),
  );

  it(
    'leaves the settings of a tenant alone where a file only repeats its name',
    withSeedBench(async (bench) => {
      const named = 'version: 1\ntenants: [{ slug: acme, name: Acme';
      await bench.apply(`${named}, settings: { profile: compat } }]\n`);
      assert.deepEqual((await bench.preview(`${named} }]\n`)).changes, []);
      const emptied = await bench.preview(`${named}, settings: {} }]\n`);
      assert.deepEqual(
        emptied.changes.map(({ fields }) => fields.map(({ field }) => field)),
        [['settings.profile']],
      );
    }),
  );

  it(
    'sets a password once, and never again',
    withSeedBench(async (bench) => {
      await bench.apply(seed());
      const before = await bench.database.db('passwords').select();
      assert.equal(before.length, 1);
      assert.match(before[0].hash, /^\$argon2id\$/);
      const other = seed({
        account: 'username: alice\n        password: { value: another password }',
      });
      const plan = await bench.apply(other);
      assert.ok(
        plan.changes.every(({ fields }) => fields.every(({ field }) => field !== 'password')),
      );
      assert.deepEqual(await bench.database.db('passwords').select(), before);
    }),
  );

  it(
    'keeps what was proved of an e-mail address until the address changes',
    withSeedBench(async (bench) => {
      const account = (email: string) =>
        seed({ account: `username: alice\n        email: ${email}` });
      await bench.apply(account('alice@acme.example'));
      await bench.database.db('accounts').update({ email_verified: true });
      assert.deepEqual((await bench.preview(account('alice@acme.example'))).changes, []);
      await bench.apply(account('alice@elsewhere.example'));
      assert.equal((await bench.database.db('accounts').first()).email_verified, false);
    }),
  );

  it(
    'gives each changed tenant one new version, which the change feed reports',
    withSeedBench(async (bench) => {
      await bench.apply(seed(), seed({ slug: 'other' }));
      const tenants = createPostgresTenantStore(bench.database.db);
      const start = await tenants.changesSince(undefined);
      const acme = await tenants.findBySlug('acme');
      const other = await tenants.findBySlug('other');
      await bench.apply(CHANGED_SEED, seed({ slug: 'other' }));
      assert.equal((await tenants.findBySlug('acme'))?.version, (acme?.version ?? 0) + 1);
      assert.equal((await tenants.findBySlug('other'))?.version, other?.version);
      const { changed } = await tenants.changesSince(start.cursor);
      assert.ok(changed.some(({ tenantId }) => tenantId === acme?.id));
    }),
  );

  it(
    'lets audiences and e-mail addresses change hands',
    withSeedBench(async (bench) => {
      const two = (first: string, second: string) => `
version: 1
tenants:
  - slug: acme
    name: Acme
    applications:
      - { key: a, audience: "${first}" }
      - { key: b, audience: "${second}" }
    accounts:
      - { username: a, email: ${second.slice(8)}@acme.example }
      - { username: b, email: ${first.slice(8)}@acme.example }
`;
      await bench.apply(two('https://one', 'https://two'));
      await bench.apply(two('https://two', 'https://one'));
      const rows = await bench.database.db('applications').select('key', 'audience').orderBy('key');
      assert.deepEqual(
        rows.map(({ audience }) => audience),
        ['https://two', 'https://one'],
      );
      const accounts = await bench.database.db('accounts').select('email_key').orderBy('username');
      assert.deepEqual(
        accounts.map(({ email_key: key }) => key),
        ['one@acme.example', 'two@acme.example'],
      );
    }),
  );

  it(
    'records who applied what',
    withSeedBench(async (bench) => {
      await bench.apply(seed());
      const events = await bench.database.db('audit_events').select().orderBy('kind');
      assert.deepEqual(
        events.map(({ kind, actor_type: actor }) => [kind, actor]),
        [
          ['account.created', 'operator'],
          ['seed.applied', 'operator'],
        ],
      );
      assert.equal(events[0].subject_id, (await bench.database.db('accounts').first()).id);
      assert.deepEqual(events[1].detail, { created: 5, updated: 0, removed: 0 });
    }),
  );

  it(
    'ends consistently when two apply at once',
    withSeedBench(async (bench) => {
      const pools = [0, 1].map(() =>
        createDatabase({
          url: bench.database.url,
          poolMax: 4,
          acquireTimeoutMs: 10_000,
          statementTimeoutMs: 10_000,
        }),
      );
      try {
        const path = join(bench.directory, randomUUID(), 'web.secret');
        const texts = [seed({ secret: `{ generate: true, writeTo: ${path} }` })];
        const deps: (ApplySeedDeps & LoadSeedDeps)[] = pools.map((pool) => createSeedDeps(pool));
        const desired = await Promise.all(deps.map((one) => bench.load(texts, one)));
        // Both have planned before either has the lock.
        const gate = barrier(2);
        const plans = await Promise.all(
          deps.map((one, index) => {
            const { transact, load: loadState } = one.seeds;
            const seeds = {
              load: async (scopes: Parameters<typeof loadState>[0]) => {
                const state = await loadState(scopes);
                await gate();
                return state;
              },
              transact,
            };
            return applySeed({ ...one, seeds }, desired[index] ?? { tenants: [] }, {
              type: 'operator',
            });
          }),
        );
        const counts = plans.map(({ changes }) => changes.length).sort();
        assert.deepEqual(counts, [0, 5]);
        assert.equal((await bench.database.db('accounts').select()).length, 1);
        const secret = await readFile(path, 'utf8');
        assert.equal((await bench.database.db('clients').first()).secret_digest, digestOf(secret));
        assert.deepEqual((await bench.preview(...texts)).changes, []);
      } finally {
        await Promise.all(pools.map((pool) => pool.destroy()));
      }
    }),
  );
});

/** Resolves for all when `count` have come. */
function barrier(count: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let waiting = 0;
  return () => {
    waiting += 1;
    if (waiting >= count) resolve();
    return promise;
  };
}
