import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  digestOf,
  keepServer,
  NEXT_SECRET,
  type SeedBench,
  seed,
  WEB_SECRET,
  withSeedBench,
} from '../testing/seed-bench.ts';
import { describePlan, describeSummary, planDocument } from './describe-plan.ts';

const WORDS = { create: 'to create', update: 'to change', remove: 'to remove' };

/** Where each field that differs was changed, as `kind field`. */
async function sides(bench: SeedBench, text: string): Promise<Record<string, unknown>> {
  const { changes } = planDocument(await bench.preview(text));
  return Object.fromEntries(
    changes.flatMap(({ kind, fields }) =>
      fields.map(({ field, changedIn }) => [`${kind} ${field}`, changedIn]),
    ),
  );
}

describe('what changed since the last apply', () => {
  keepServer();

  it(
    'is told of the file, of the database, and of both',
    withSeedBench(async (bench) => {
      const { db } = bench.database;
      await bench.apply(seed());
      await db('tenants').where({ slug: 'acme' }).update({ name: 'Acme by hand' });
      await db('applications').update({ first_party: true });
      await db('clients').update({ secret_digest: digestOf(NEXT_SECRET) });
      const edited = seed()
        .replace('name: Acme\n', 'name: Acme in the file\n')
        .replace('name: Alice\n', 'name: Alice in the file\n');
      assert.deepEqual(await sides(bench, edited), {
        'tenant name': 'both',
        'application firstParty': 'database',
        'client client_secret': 'database',
        'account name': 'file',
      });
      const plan = await bench.preview(edited);
      assert.match(
        describePlan(plan),
        /\n {6}name: "Acme by hand" → "Acme in the file" {3}\(both changed\)\n(?:.*\n)* {6}firstParty: true → false {3}\(changed in the database\)\n/,
      );
      assert.equal(
        describeSummary(plan, WORDS),
        '0 to create, 4 to change (3 changed in the database since the last apply)',
      );
      assert.deepEqual(planDocument(plan).summary, { create: 0, update: 4, remove: 0, drift: 3 });

      await bench.apply(edited);
      assert.deepEqual((await bench.preview(edited)).changes, []);
      assert.equal((await db('applications').first()).first_party, false);
    }),
  );

  it(
    'is not told of an account of which only is known that seeds made it',
    withSeedBench(async (bench) => {
      const { db } = bench.database;
      await bench.apply(seed());
      await db('accounts').update({ seed_record: { fields: {}, made: true } });
      const edited = seed().replace('name: Alice\n', 'name: Alice in the file\n');
      assert.deepEqual(await sides(bench, edited), { 'account name': null });
      await bench.apply(edited);
      const { seed_record: record } = await db('accounts').first('seed_record');
      assert.ok(record.made === true && 'username' in record.fields);
    }),
  );

  it(
    'covers a secret that was made, roles, and values with members in another order',
    withSeedBench(async (bench) => {
      const { db } = bench.database;
      const text = (secret: string) =>
        seed({
          secret,
          account: `username: alice
        address: { locality: Rome, country: Italy }
        roles: [notes:editor]`,
        });
      const path = `${bench.directory}/web.secret`;
      await bench.apply(text(`{ generate: true, writeTo: ${path} }`));
      await db('account_roles').delete();
      // As if somebody had found another secret for it, and the file went back to the old one.
      await db('clients').update({ secret_digest: digestOf(WEB_SECRET) });
      assert.deepEqual(await sides(bench, text(`{ generate: true, writeTo: ${path} }`)), {
        'client client_secret': 'database',
        'account roles': 'database',
      });
      assert.deepEqual(await sides(bench, text(`{ value: "${NEXT_SECRET}" }`)), {
        'client client_secret': 'both',
        'account roles': 'database',
      });
    }),
  );

  it(
    'is not guessed where nothing is known of an apply, and known after the next',
    withSeedBench(async (bench) => {
      const { db } = bench.database;
      await bench.apply(seed());
      await db('applications').update({ seed_record: null, name: 'By hand' });
      assert.deepEqual(await sides(bench, seed()), { 'application name': null });
      await db('applications').update({ name: 'Notes' });
      assert.deepEqual((await bench.preview(seed())).changes, []);
      const version = () => db('tenants').where({ slug: 'acme' }).first();
      const { version: before } = await version();
      const applied = await db('audit_events').where({ kind: 'seed.applied' });
      assert.deepEqual((await bench.apply(seed())).changes, []);
      // Remembering is no change: nothing is audited, and no Provider is built anew.
      assert.equal((await version()).version, before);
      assert.deepEqual(await db('audit_events').where({ kind: 'seed.applied' }), applied);
      await db('applications').update({ name: 'By hand' });
      assert.deepEqual(await sides(bench, seed()), { 'application name': 'database' });
    }),
  );

  it(
    'is kept as digests that say nothing without the key',
    withSeedBench(async (bench) => {
      await bench.apply(seed());
      const { seed_record: record } = await bench.database.db('accounts').first();
      assert.deepEqual(Object.keys(record), ['made', 'fields']);
      assert.match(record.fields.email, /^[\w-]{16}$/);
      assert.ok(!JSON.stringify(record).includes('alice'));
      assert.deepEqual(Object.keys(record.fields).sort(), [
        'email',
        'emailVerified',
        'groups',
        'name',
        'roles',
        'username',
      ]);
    }),
  );
});
