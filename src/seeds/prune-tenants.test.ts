import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createPostgresSeedStore } from '../storage/postgres/seed-store.ts';
import { createPostgresTenantStore } from '../storage/postgres/tenant-store.ts';
import { keepServer, type SeedBench, withSeedBench } from '../testing/seed-bench.ts';
import { describePlan } from './describe-plan.ts';
import { exportSeed } from './export-seed.ts';

const TWO = `version: 1
tenants:
  - { slug: acme, name: Acme }
  - slug: globex
    name: Globex
    accounts: [{ username: hank }]
`;
const ONE = 'version: 1\ntenants: [{ slug: acme, name: Acme }]\n';

async function audited({ database: { db } }: SeedBench): Promise<string[]> {
  const rows = await db('audit_events').orderBy('id');
  return rows.map(({ kind, subject_id: subject }) =>
    subject === null ? kind : `${kind} ${subject}`,
  );
}

describe('tenants that no file names', () => {
  keepServer();

  it(
    'are named in a note, disabled only when that is asked for, and enabled by a file',
    withSeedBench(async (bench) => {
      const { db } = bench.database;
      const globex = () => db('tenants').where({ slug: 'globex' }).first();
      await bench.apply(TWO);
      const { version } = await globex();
      assert.equal(
        describePlan(await bench.previewPruned('prune', ONE)),
        'Note: tenants that seeds manage and these files do not name: globex (kept; --prune-tenants disables them)',
      );
      const plan = await bench.prune('prune with tenants', ONE);
      assert.equal(
        describePlan(plan),
        `Tenant globex
  ~ tenant globex
      disabled: false → true
      managedBy: "seed" → "pruned"

Note: tenant globex is in none of the files and is disabled: nobody signs in there, nothing of it is deleted (accounts: 1, clients: 0); a file that defines it again enables it`,
      );
      const disabled = await globex();
      assert.notEqual(disabled.disabled_at, null);
      assert.equal(Number(disabled.version), Number(version) + 1);
      assert.equal((await db('accounts').select()).length, 1);
      assert.deepEqual((await bench.previewPruned('prune with tenants', ONE)).changes, []);
      const state = await createPostgresSeedStore(db).loadWhole(undefined, {
        accounts: 'managed',
        passwordHashes: false,
      });
      const left = exportSeed(state, { passwordHashes: false });
      assert.deepEqual((await bench.preview(left.text)).changes, []);
      assert.match(left.notes.join(), /^tenant globex is left out: seeds disabled it/);
      const named = exportSeed(state, { passwordHashes: false, named: true });
      assert.match(named.notes.join(), /^tenant globex is disabled, because no file named it/);

      const back = await bench.apply(TWO);
      assert.match(
        describePlan(back),
        / {2}~ tenant globex\n {6}disabled: true → false\n {6}managedBy: "pruned" → "seed"\n/,
      );
      assert.equal((await globex()).disabled_at, null);
      assert.deepEqual((await bench.preview(TWO)).changes, []);
      const { id } = await globex();
      const events = await db('audit_events').where({ tenant_id: id }).orderBy('id');
      assert.deepEqual(
        events.map(({ kind }) => kind).filter((kind) => kind.startsWith('tenant.')),
        ['tenant.disabled', 'tenant.enabled'],
      );
    }),
  );

  it(
    'stay disabled when an operator disabled them before, also once a file defines them again',
    withSeedBench(async (bench) => {
      const { db } = bench.database;
      const globex = () => db('tenants').where({ slug: 'globex' }).first();
      await bench.apply(TWO);
      const { id } = await globex();
      await createPostgresTenantStore(db).setDisabled(id, true);
      const plan = await bench.prune('prune with tenants', ONE);
      assert.equal(
        describePlan(plan),
        `Tenant globex
  ~ tenant globex
      managedBy: "seed" → unset

Note: tenant globex is in none of the files; an operator disabled it, and it stays so when a file defines it again`,
      );
      assert.deepEqual((await bench.previewPruned('prune with tenants', ONE)).changes, []);
      const back = await bench.apply(TWO);
      assert.match(describePlan(back), / {2}~ tenant globex\n {6}managedBy: unset → "seed"\n/);
      assert.notEqual((await globex()).disabled_at, null);
      assert.deepEqual((await bench.preview(TWO)).changes, []);
      assert.deepEqual(
        (await audited(bench)).filter((event) => event.startsWith('tenant.')),
        [],
      );
    }),
  );

  it(
    'are never the default tenant',
    withSeedBench(async (bench) => {
      await bench.apply('version: 1\ntenants: [{ slug: default, name: Mine }]\n');
      const plan = await bench.previewPruned('prune with tenants', ONE);
      assert.deepEqual(
        plan.changes.map(({ name }) => name),
        ['acme'],
      );
    }),
  );
});
