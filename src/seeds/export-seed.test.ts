import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse, stringify } from 'yaml';
import { createPostgresSeedStore } from '../storage/postgres/seed-store.ts';
import { EVERY_SEED_FIELD } from '../testing/every-seed-field.ts';
import { keepServer, type SeedBench, withSeedBench } from '../testing/seed-bench.ts';
import { describePlan } from './describe-plan.ts';
import { exportSeed, type SeedExport } from './export-seed.ts';
import { parseSeedFile } from './parse-seed-file.ts';
import type { SeedProblem } from './seed-problem.ts';
import type { Extent } from './seed-store.ts';
import { writeNewFile } from './write-new-file.ts';

const NO_KEY = 'zzzzzzzz';

/** Other ways to say what the export says in one of them. */
const SAID_OTHERWISE: Readonly<Record<string, readonly string[]>> = {
  'tenants[].upstreams[]': ['preset', 'directory'],
  'tenants[].upstreams[].client_secret': ['env', 'file', 'hash'],
  'tenants[].applications[].clients[].client_secret': [
    'env',
    'file',
    'hash',
    'generate',
    'writeTo',
  ],
  'tenants[].accounts[]': ['passwordHash'],
  'tenants[].accounts[].password': ['env', 'file'],
  'tenants[].settings.branding.logo': ['file'],
};

async function exported(
  { database }: SeedBench,
  options: { accounts?: Extent; passwordHashes?: boolean; slugs?: string[] } = {},
): Promise<SeedExport> {
  const { accounts = 'managed', passwordHashes = true, slugs } = options;
  const state = await createPostgresSeedStore(database.db).loadWhole(slugs, {
    accounts,
    passwordHashes,
  });
  return exportSeed(state, { passwordHashes });
}

/** The export with our secrets at upstream providers readable, as an operator would write them. */
function withUpstreamSecrets(text: string): string {
  const seed = parse(text);
  for (const upstream of seed.tenants.flatMap((tenant: { upstreams?: object[] }) =>
    tenant.upstreams === undefined ? [] : tenant.upstreams,
  )) {
    upstream.client_secret = { value: upstream.key === 'up' ? 'our secret at up' : 'x' };
  }
  return stringify(seed);
}

/** Every mapping of a document with the keys that it has, by where it is. */
function mappingsOf(value: unknown, path = ''): [string, Record<string, unknown>][] {
  if (Array.isArray(value)) return value.flatMap((item) => mappingsOf(item, `${path}[]`));
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.entries(value).flatMap(([key, one]) =>
    mappingsOf(one, path === '' ? key : `${path}.${key}`),
  );
  return [[path, value as Record<string, unknown>], ...inner];
}

describe('the export of seeds', () => {
  keepServer();

  it('is tested with every key that the format has', () => {
    const seed = parse(EVERY_SEED_FIELD);
    const there = Map.groupBy(mappingsOf(seed), ([path]) => path);
    const has = new Map(
      [...there].map(([path, all]) => [path, new Set(all.flatMap(([, map]) => Object.keys(map)))]),
    );
    for (const [, map] of mappingsOf(seed)) map[NO_KEY] = 1;
    const problems: SeedProblem[] = [];
    parseSeedFile('all.yaml', JSON.stringify(seed), problems);
    const known = problems.flatMap(({ place, message }) => {
      const [, keys] = /^expected one of (.*), found an unknown key$/.exec(message) ?? [];
      const path = place.path.replace(/\[\d+\]/g, '[]').replace(/\.?zzzzzzzz$/, '');
      return keys === undefined ? [] : [[path, keys.split(', ')] as const];
    });
    assert.ok(new Set(known.map(([path]) => path)).size >= 14, JSON.stringify(known));
    for (const [path, keys] of known) {
      const elsewhere = SAID_OTHERWISE[path] ?? [];
      const missing = keys.filter((key) => !has.get(path)?.has(key) && !elsewhere.includes(key));
      assert.deepEqual(missing, [], `of ${path}: add it to every-seed-field.ts`);
    }
  });

  it(
    'changes nothing when it is planned on the same database',
    withSeedBench(async (bench) => {
      await bench.apply(EVERY_SEED_FIELD);
      const { text, notes, readable } = await exported(bench);
      assert.deepEqual([notes, readable], [[], true]);
      const plan = await bench.preview(text);
      assert.equal(describePlan(plan), '');
      assert.equal(describePlan(await bench.previewPruned('prune with tenants', text)), '');
    }),
  );

  it(
    'makes the same database of an empty one, and is the same again',
    withSeedBench(async (bench) => {
      await bench.apply(EVERY_SEED_FIELD);
      const { text, document } = await exported(bench);
      await withSeedBench(async (other) => {
        await assert.rejects(other.preview(text), (error: Error) => {
          assert.match(
            error.message,
            /client_secret\.hash: expected env, file or value, found the hash of another secret/,
          );
          return true;
        });
        await other.apply(withUpstreamSecrets(text));
        assert.equal((await exported(other)).text, text);
        assert.deepEqual((await exported(other)).document, document);
        // The file that it came from finds nothing to do either: nothing was forgotten.
        assert.equal(describePlan(await other.preview(EVERY_SEED_FIELD)), '');
      })();
    }),
  );

  it(
    'holds no secret that can be read, and no hash of a password unless it is asked for',
    withSeedBench(async (bench) => {
      await bench.apply(EVERY_SEED_FIELD);
      const { text } = await exported(bench);
      assert.doesNotMatch(text, /our secret at up|the secret of the web|shown nowhere/);
      assert.match(text, /\n +passwordHash: \$argon2id\$/);
      const without = await exported(bench, { passwordHashes: false });
      assert.doesNotMatch(without.text, /argon2|passwordHash:/);
      assert.match(without.text, /# Passwords are not in here/);
      assert.deepEqual((await bench.preview(without.text)).changes, []);
    }),
  );

  it(
    'has people who registered only when it is asked for, and one tenant alone',
    withSeedBench(async (bench) => {
      await bench.apply(EVERY_SEED_FIELD);
      await bench.database.db('accounts').where({ username: 'alice' }).update({ managed_by: null });
      const names = async (options: Parameters<typeof exported>[1]) => {
        const seed = parse((await exported(bench, options)).text);
        return seed.tenants.flatMap(({ accounts = [] }: { accounts?: { username: string }[] }) =>
          accounts.map(({ username }) => username),
        );
      };
      assert.deepEqual(await names({}), ['007', 'bob']);
      assert.deepEqual(await names({ accounts: 'all' }), ['007', 'alice', 'bob']);
      assert.deepEqual(await names({ accounts: 'none' }), []);
      assert.deepEqual(await names({ slugs: ['default'] }), ['bob']);
    }),
  );

  it(
    'is empty of a database that nobody has touched',
    withSeedBench(async (bench) => {
      const { document } = await exported(bench);
      assert.deepEqual(document, { version: 1, tenants: [] });
      await bench.apply('version: 1\ntenants: [{ slug: default, groups: [{ key: staff }] }]');
      const { text } = await exported(bench);
      assert.deepEqual((await bench.preview(text)).changes, []);
    }),
  );

  it(
    'says what it cannot say',
    withSeedBench(async (bench) => {
      const { db } = bench.database;
      await bench.apply(EVERY_SEED_FIELD);
      const disabled_at = new Date();
      await db('clients').where({ client_id: 'web' }).update({ disabled_at });
      await db('accounts').where({ username: 'alice' }).update({ disabled_at });
      await db('accounts').where({ username: '007' }).update({ username: ' 007' });
      await db('tenants')
        .where({ slug: 'default' })
        .update({ settings: { theme: 'dark' } });
      const { text, notes, readable } = await exported(bench);
      assert.equal(readable, false);
      assert.deepEqual(notes.slice(0, 3), [
        'client web of tenant acme is disabled, which seed files cannot say: applied elsewhere, it is enabled',
        'account alice of tenant acme is disabled, which seed files cannot say: applied elsewhere, it is enabled',
        'settings.theme of tenant default is nothing that seed files can say',
      ]);
      assert.match(
        notes[3] ?? '',
        /^seed apply refuses this: .*accounts\[0\]\.username: expected 1 to 128 characters/,
      );
      assert.match(text, /\n +# disabled, which seed files cannot say.*\n +- client_id: web\n/);
    }),
  );
});

describe('a file that the export is written into', () => {
  it('is whole, its owner’s alone, and never one that was there, unless that is asked for', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'gatehouse-export-'));
    try {
      const path = join(directory, 'sub', 'seed.yaml');
      await writeNewFile(path, 'one', { overwrite: false });
      assert.equal((await stat(path)).mode & 0o777, 0o600);
      await writeFile(join(directory, 'other.yaml'), 'theirs');
      await assert.rejects(writeNewFile(join(directory, 'other.yaml'), 'x', { overwrite: false }), {
        code: 'file_exists',
        message: /it exists already; --force takes its place$/,
      });
      assert.equal(await readFile(join(directory, 'other.yaml'), 'utf8'), 'theirs');
      await writeNewFile(path, 'two', { overwrite: true });
      assert.equal(await readFile(path, 'utf8'), 'two');
      assert.deepEqual(await readdir(join(directory, 'sub')), ['seed.yaml']);
      assert.deepEqual((await readdir(directory)).sort(), ['other.yaml', 'sub']);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
