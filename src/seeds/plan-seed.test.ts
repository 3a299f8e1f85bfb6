import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  CHANGED_SEED,
  digestOf,
  keepServer,
  NEXT_SECRET,
  PASSWORD,
  seed,
  WEB_SECRET,
  withSeedBench,
} from '../testing/seed-bench.ts';
import { describePlan, planDocument } from './describe-plan.ts';
import { fingerprint } from './seed-plan.ts';

describe('planning seeds', () => {
  keepServer();

  it(
    'does exactly what the plan says',
    withSeedBench(async (bench) => {
      const planned = await bench.preview(seed());
      const applied = await bench.apply(seed());
      assert.deepEqual(planDocument(applied), planDocument(planned));
    }),
  );

  it(
    'shows what is created field by field, and no secret',
    withSeedBench(async (bench) => {
      const plan = await bench.preview(seed());
      assert.equal(describePlan(plan).replace(/sha256:[0-9a-f]{12}/, 'FINGERPRINT'), CREATED);
      assert.doesNotMatch(
        JSON.stringify(planDocument(plan)),
        new RegExp(`${WEB_SECRET}|${PASSWORD}`),
      );
      assert.doesNotMatch(JSON.stringify(planDocument(plan)), new RegExp(digestOf(WEB_SECRET)));
    }),
  );

  it(
    'shows what changes field by field, old and new',
    withSeedBench(async (bench) => {
      await bench.apply(seed());
      const plan = await bench.preview(CHANGED_SEED);
      assert.equal(describePlan(plan), changed());
      assert.deepEqual(planDocument(plan).summary, { create: 0, update: 5 });
      await bench.apply(CHANGED_SEED);
      assert.deepEqual((await bench.preview(CHANGED_SEED)).changes, []);
    }),
  );

  it(
    'takes over what others made, and says so',
    withSeedBench(async (bench) => {
      await bench.apply(seed());
      await bench.database.db('accounts').update({ managed_by: null });
      const plan = await bench.apply(seed());
      assert.deepEqual(planDocument(plan).changes, [
        {
          action: 'update',
          kind: 'account',
          tenant: 'acme',
          name: 'alice',
          fields: [{ field: 'managedBy', from: null, to: 'seed' }],
        },
      ]);
    }),
  );

  it(
    'refuses what something else has already',
    withSeedBench(async (bench) => {
      await bench.apply(seed());
      const taken = `
version: 1
tenants:
  - slug: acme
    applications: [{ key: another, audience: "https://api.acme.example" }]
    accounts: [{ username: mallory, email: ALICE@acme.example }]
  - slug: rival
    name: Rival
    issuer: https://login.acme.example
`;
      await assert.rejects(bench.preview(taken), (error: Error) => {
        const lines = error.message.split('\n').map((line) => line.replace(/^.*yaml/, ''));
        assert.deepEqual(lines, [
          ':5:20 tenants[0].applications[0].audience: expected an audience of its own, found that of application notes',
          ':6:16 tenants[0].accounts[0].email: expected an e-mail address of its own, found that of account alice',
          ':7:5 tenants[1].issuer: expected a host that no tenant has, found that of tenant acme',
        ]);
        return true;
      });
    }),
  );

  it(
    'merges files that share a tenant, and refuses a thing that two of them define',
    withSeedBench(async (bench) => {
      const people = 'version: 1\ntenants:\n  - slug: acme\n    accounts: [{ username: bob }]\n';
      await bench.apply(seed(), people);
      assert.equal((await bench.database.db('accounts').select()).length, 2);
      await assert.rejects(bench.preview(seed(), seed()), (error: Error) => {
        assert.match(
          error.message,
          /seed-1.yaml:4:5 .*expected name of tenant acme once, found it again \(first at .*seed-0.yaml:4:5\)/,
        );
        assert.match(error.message, /seed-1.yaml:.*expected client_id web once, found it again/);
        return true;
      });
    }),
  );
});

const CREATED = `\
Tenant acme
  + tenant acme
      name: "Acme"
      issuer: "https://login.acme.example"
  + application notes
      name: "Notes"
      firstParty: false
      audience: "https://api.acme.example"
      requireAssignment: false
      permissionsInToken: true
  + role notes:editor
      permissions: ["notes:read","notes:write"]
  + client web
      application: "notes"
      redirect_uris: ["https://notes.example/cb"]
      client_secret: "FINGERPRINT"
  + account alice
      username: "alice"
      email: "alice@acme.example"
      emailVerified: false
      name: "Alice"
      roles: ["notes:editor"]
      password: "set"
`;

/** Fingerprints are of the digests: equal for equal secrets, and not what is stored. */
function changed(): string {
  return `\
Tenant acme
  ~ tenant acme
      name: "Acme" → "Acme Inc."
      issuer: "https://login.acme.example" → none
      settings.profile: none → "compat"
      settings.lifetimes.accessTokenSeconds: none → 60
  ~ application notes
      firstParty: false → true
  ~ role notes:editor
      name: none → "Editor"
      permissions: ["notes:read","notes:write"] → ["notes:read"]
  ~ client web
      redirect_uris: ["https://notes.example/cb"] → ["https://notes.example/cb","https://notes.example/other"]
      client_secret: "${fingerprint(digestOf(WEB_SECRET))}" → "${fingerprint(digestOf(NEXT_SECRET))}"
      roles: [] → ["notes:editor"]
      client_name: none → "Web"
  ~ account Alice
      username: "alice" → "Alice"
      emailVerified: false → true
      name: "Alice" → "Alice Example"
      roles: ["notes:editor"] → []
`;
}
