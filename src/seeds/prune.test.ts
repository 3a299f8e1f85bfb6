import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { StorageUnavailableError } from '../errors.ts';
import { keepServer, type SeedBench, withSeedBench } from '../testing/seed-bench.ts';
import { createSeedDeps } from '../testing/seed-deps.ts';
import { type ApplySeedDeps, applySeed } from './apply-seed.ts';
import { describePlan, describeSummary, planDocument } from './describe-plan.ts';

const FULL = `version: 1
tenants:
  - slug: acme
    name: Acme
    upstreams:
      - { key: up, issuer: https://up.example, client_id: us, client_secret: { value: secret } }
    applications:
      - key: notes
        audience: https://api.acme.example
        roles: [{ key: reader }, { key: editor }]
        clients:
          - { client_id: web, token_endpoint_auth_method: none, redirect_uris: [https://a.example/cb] }
          - { client_id: old, token_endpoint_auth_method: none, redirect_uris: [https://a.example/cb] }
      - key: gone
        audience: https://gone.acme.example
        roles: [{ key: boss }]
        clients:
          - { client_id: moves, token_endpoint_auth_method: none, redirect_uris: [https://a.example/cb] }
          - { client_id: goes, token_endpoint_auth_method: none, redirect_uris: [https://a.example/cb] }
    groups:
      - { key: staff, roles: [notes:reader, gone:boss] }
      - { key: guests, roles: [notes:reader] }
    accounts:
      - { username: alice, email: alice@acme.example, roles: [notes:editor], groups: [guests, staff] }
      - { username: bob, email: bob@acme.example, roles: [notes:reader] }
`;

/** Names `staff`, `alice` and two clients; takes bob's address and the audience of `gone`. */
const REST = `version: 1
tenants:
  - slug: acme
    name: Acme
    applications:
      - key: notes
        audience: https://gone.acme.example
        roles: [{ key: editor }]
        clients:
          - { client_id: web, token_endpoint_auth_method: none, redirect_uris: [https://a.example/cb] }
          - { client_id: moves, token_endpoint_auth_method: none, redirect_uris: [https://a.example/cb] }
    groups:
      - { key: staff, roles: [notes:editor] }
    accounts:
      - { username: alice, email: bob@acme.example, groups: [staff] }
`;

const _TWO = `version: 1
tenants:
  - { slug: acme, name: Acme }
  - slug: globex
    name: Globex
    accounts: [{ username: hank }]
`;
const ONE = 'version: 1\ntenants: [{ slug: acme, name: Acme }]\n';

/** Keys and names of what is stored, by table. */
async function stored({ database: { db } }: SeedBench) {
  const names = async (table: string, column: string): Promise<string[]> =>
    (await db(table).orderBy(column).select(column)).map((row) => row[column]);
  return {
    applications: await names('applications', 'key'),
    clients: await names('clients', 'client_id'),
    roles: await names('roles', 'key'),
    groups: await names('groups', 'key'),
    accounts: await names('accounts', 'username'),
    upstreams: await names('upstream_providers', 'key'),
  };
}

async function audited({ database: { db } }: SeedBench): Promise<string[]> {
  const rows = await db('audit_events').orderBy('id');
  return rows.map(({ kind, subject_id: subject }) =>
    subject === null ? kind : `${kind} ${subject}`,
  );
}

describe('what seeds manage and the files do not name', () => {
  keepServer();

  it(
    'is kept and listed, and no change that is pending',
    withSeedBench(async (bench) => {
      await bench.apply(FULL);
      const plan = await bench.preview(ONE);
      assert.deepEqual(plan.changes, []);
      assert.equal(
        describePlan(plan),
        `Tenant acme
    client goes: not in the files (kept; --prune removes it)
    client moves: not in the files (kept; --prune removes it)
    client old: not in the files (kept; --prune removes it)
    client web: not in the files (kept; --prune removes it)
    role gone:boss: not in the files (kept; --prune removes it)
    role notes:editor: not in the files (kept; --prune removes it)
    role notes:reader: not in the files (kept; --prune removes it)
    group guests: not in the files (kept; --prune removes it)
    group staff: not in the files (kept; --prune removes it)
    account alice: not in the files (kept; --prune removes it)
    account bob: not in the files (kept; --prune removes it)
    upstream up: not in the files (kept; --prune removes it)
    application gone: not in the files (kept; --prune removes it)
    application notes: not in the files (kept; --prune removes it)
`,
      );
      const [first] = planDocument(plan).kept;
      assert.deepEqual(first, { kind: 'client', tenant: 'acme', name: 'goes', because: null });
    }),
  );

  it(
    'goes when it is pruned, after what it held was given to others',
    withSeedBench(async (bench) => {
      await bench.apply(FULL);
      const bob = await bench.database.db('accounts').where({ username: 'bob' }).first();
      await assert.rejects(bench.preview(REST), /found that of application gone/);
      const plan = await bench.previewPruned('prune', REST);
      const text = describePlan(plan);
      assert.match(
        text,
        / {2}- client goes\n {6}application: "gone"\n {6}consents: 0\n {2}- client old\n/,
      );
      assert.match(
        text,
        / {2}- role gone:boss\n {6}holders: 1\n {2}- role notes:reader\n {6}holders: 3\n/,
      );
      assert.match(text, / {2}- group guests\n {6}members: 1\n {2}- account bob\n {6}email: "bob@/);
      assert.match(text, / {2}- upstream up\n {6}issuer: "https:\/\/up\.example"\n {6}links: 0\n/);
      assert.match(text, / {2}- application gone\n/);
      const words = { create: 'created', update: 'changed', remove: 'removed' };
      assert.equal(describeSummary(plan, words), '0 created, 4 changed, 8 removed');

      const applied = await bench.prune('prune', REST);
      assert.deepEqual(planDocument(applied), planDocument(plan));
      assert.deepEqual(await stored(bench), {
        applications: ['notes'],
        clients: ['moves', 'web'],
        roles: ['editor'],
        groups: ['staff'],
        accounts: ['alice'],
        upstreams: [],
      });
      assert.deepEqual((await bench.previewPruned('prune', REST)).changes, []);
      // Before the transaction, and again after it.
      const once = ['client goes', 'client old', `account ${bob.id}`];
      assert.deepEqual(bench.ended, [...once, ...once, 'goodbye bob']);
      const events = await audited(bench);
      for (const event of [
        'client.deleted goes',
        'client.deleted old',
        'role.deleted gone:boss',
        'role.deleted notes:reader',
        'group.deleted guests',
        `account.deleted ${bob.id}`,
        'upstream.deleted up',
        'application.deleted gone',
      ]) {
        assert.ok(events.includes(event), event);
      }
    }),
  );

  it(
    'is nothing that others made, and no account that its owner made',
    withSeedBench(async (bench) => {
      const { db } = bench.database;
      await bench.apply(FULL);
      const { id: tenantId } = await db('tenants').where({ slug: 'acme' }).first();
      const owner = randomUUID();
      await db('accounts').insert({
        tenant_id: tenantId,
        id: owner,
        username: 'carol',
        username_key: 'carol',
      });
      await db('accounts').insert({
        tenant_id: tenantId,
        id: randomUUID(),
        username: 'dave',
        username_key: 'dave',
      });
      // Carol registered, a file took her over and gave her something, and forgot her again.
      await bench.apply(
        FULL.replace(
          '    accounts:',
          '    accounts:\n      - { username: carol, roles: [notes:editor], groups: [staff] }',
        ),
      );
      await db('clients').where({ client_id: 'goes' }).update({ managed_by: null });
      await db('groups').where({ key: 'guests' }).update({ managed_by: null });

      const plan = await bench.prune('prune', ONE);
      assert.match(
        describePlan(plan),
        / {2}~ account carol\n {6}roles: \["notes:editor"\] → \[\]\n {6}groups: \["staff"\] → \[\]\n {6}managedBy: "seed" → unset\n/,
      );
      assert.match(
        describePlan(plan),
        / {4}application gone: not in the files \(kept: it has clients or roles that seeds do not manage\)\n/,
      );
      assert.deepEqual(await stored(bench), {
        applications: ['gone'],
        clients: ['goes'],
        roles: [],
        groups: ['guests'],
        accounts: ['carol', 'dave'],
        upstreams: [],
      });
      assert.equal((await db('accounts').where({ id: owner }).first()).managed_by, null);
      assert.ok((await audited(bench)).includes(`account.released ${owner}`));
      assert.deepEqual((await bench.previewPruned('prune', ONE)).changes, []);
    }),
  );

  it(
    'is also what a file took over, with the roles that an account got meanwhile',
    withSeedBench(async (bench) => {
      const { db } = bench.database;
      await bench.apply(FULL);
      const unmanaged = { managed_by: null, seed_record: null };
      await db('clients').where({ client_id: 'goes' }).update(unmanaged);
      await db('accounts').where({ username: 'bob' }).update(unmanaged);
      const taken = describePlan(await bench.apply(FULL));
      assert.match(taken, / {2}~ client goes\n {6}managedBy: unset → "seed"\n/);
      await db.raw(
        `insert into account_roles (tenant_id, account_id, role_id)
         select a.tenant_id, a.id, r.id from accounts a join roles r on r.tenant_id = a.tenant_id
          where a.username = 'bob' and r.key = 'boss'`,
      );
      await bench.prune('prune', FULL.replace(/^.*(client_id: goes|username: bob).*\n/gm, ''));
      assert.deepEqual((await stored(bench)).clients, ['moves', 'old', 'web']);
      const bob = await db('accounts').where({ username: 'bob' }).first();
      assert.equal(bob.managed_by, null);
      assert.deepEqual(await db('account_roles').where({ account_id: bob.id }), []);
    }),
  );

  it(
    'stays in a tenant that files only refer to, and is not listed',
    withSeedBench(async (bench) => {
      await bench.apply(FULL);
      const refers = 'version: 1\ntenants: [{ slug: acme, groups: [{ key: team }] }]\n';
      const plan = await bench.prune('prune', refers);
      assert.deepEqual(plan.kept, []);
      assert.deepEqual(
        plan.changes.map(({ action }) => action),
        ['create'],
      );
      assert.equal((await stored(bench)).accounts.length, 2);
    }),
  );

  it(
    'is ended again and announced when the audit log is away, which is an error all the same',
    withSeedBench(async (bench) => {
      await bench.apply(FULL);
      const done: string[] = [];
      const note = async (what: string) => void done.push(what);
      const deps: ApplySeedDeps = {
        ...createSeedDeps(bench.database.db),
        notifications: { announce: () => note('announced') },
        audit: { record: () => Promise.reject(new StorageUnavailableError('postgres')) },
      };
      const endings = {
        endAccount: () => note('account'),
        endClient: () => note('client'),
        sayGoodbye: () => note('goodbye'),
      };
      const only = FULL.replace(/ +- { username: bob.*\n/, '');
      const apply = applySeed(
        deps,
        await bench.load([only]),
        { type: 'operator' },
        {
          mode: 'prune',
          endings,
        },
      );
      await assert.rejects(apply, StorageUnavailableError);
      assert.deepEqual(done, ['account', 'announced', 'account', 'goodbye']);
      assert.deepEqual((await stored(bench)).accounts, ['alice']);
    }),
  );

  it(
    'stays whole when what it has open cannot be ended',
    withSeedBench(async (bench) => {
      await bench.apply(FULL);
      const before = await stored(bench);
      bench.failEndings();
      await assert.rejects(bench.prune('prune', ONE), /away/);
      assert.deepEqual(await stored(bench), before);
    }),
  );
});
