import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
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

/** The beginning of a PNG of 240 by 48 pixels. */
let logoPath: string;
before(async () => {
  const image = Buffer.alloc(64);
  Buffer.from('89504e470d0a1a0a0000000d49484452000000f000000030', 'hex').copy(image);
  logoPath = join(await mkdtemp(join(tmpdir(), 'gatehouse-logo-')), 'logo.png');
  await writeFile(logoPath, image);
});
after(() => rm(dirname(logoPath), { recursive: true }));

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
      assert.deepEqual(planDocument(plan).summary, { create: 0, update: 5, remove: 0, drift: 0 });
      await bench.apply(CHANGED_SEED);
      assert.deepEqual((await bench.preview(CHANGED_SEED)).changes, []);
    }),
  );

  it(
    'shows a logo by what it is, and says where a colour is too faint',
    withSeedBench(async (bench) => {
      const branded = (accent: string) => `
version: 1
tenants:
  - slug: acme
    name: Acme
    settings:
      branding:
        logo: { file: docs/sign-in.png }
        accentColor: "${accent}"
        welcomeText: { default: Welcome, de: Willkommen }
`;
      await assert.rejects(bench.preview(branded('#2b50c8')), /more than 5120 bytes/);
      const small = branded('#ffd400').replace('docs/sign-in.png', logoPath);
      const plan = await bench.preview(small);
      const text = describePlan(plan);
      assert.match(text, /settings\.branding\.logo: "image\/png, 64 bytes, [\w-]{8}"/);
      assert.match(text, /settings\.branding\.welcomeText\.de: "Willkommen"/);
      assert.match(
        text,
        /Note: accentColor #ffd400 of tenant acme has a contrast of 1\.\d:1 on light/,
      );
      assert.equal(plan.warnings.length, 1);
      await bench.apply(small);
      assert.deepEqual((await bench.preview(small)).changes, []);
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
          fields: [{ field: 'managedBy', from: null, to: 'seed', changedIn: null }],
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
      issuer: "https://login.acme.example" → unset
      settings.profile: unset → "compat"
      settings.lifetimes.accessTokenSeconds: unset → 60
  ~ application notes
      firstParty: false → true
  ~ role notes:editor
      name: unset → "Editor"
      permissions: ["notes:read","notes:write"] → ["notes:read"]
  ~ client web
      redirect_uris: ["https://notes.example/cb"] → ["https://notes.example/cb","https://notes.example/other"]
      client_secret: "${fingerprint(digestOf(WEB_SECRET))}" → "${fingerprint(digestOf(NEXT_SECRET))}"
      roles: [] → ["notes:editor"]
      client_name: unset → "Web"
  ~ account Alice
      username: "alice" → "Alice"
      emailVerified: false → true
      name: "Alice" → "Alice Example"
      roles: ["notes:editor"] → []
`;
}
