import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createPostgresUpstreamProviderStore } from '../storage/postgres/upstream-provider-store.ts';
import { digestOf, keepServer, type SeedBench, withSeedBench } from '../testing/seed-bench.ts';
import { TEST_SEALER } from '../testing/seed-deps.ts';
import { openUpstreamSecret } from '../upstream/upstream-secret.ts';
import { describePlan, planDocument } from './describe-plan.ts';
import { fingerprint } from './seed-plan.ts';

const SECRET = 'our secret at up';
const OTHER_SECRET = 'our next secret at up';

/** A file with one tenant, and one upstream provider in it. */
function file(
  with_: { secret?: string; issuer?: string; more?: string; name?: string } = {},
): string {
  return `
version: 1
tenants:
  - slug: acme
    ${with_.name ?? 'name: Acme'}
    upstreams:
      - key: up
        issuer: ${with_.issuer ?? 'https://up.example'}
        client_id: us
        client_secret: { value: "${with_.secret ?? SECRET}" }
        ${with_.more ?? ''}
`;
}

async function providers(bench: SeedBench) {
  const tenant = await bench.database.db('tenants').where({ slug: 'acme' }).first();
  return createPostgresUpstreamProviderStore(bench.database.db).list(tenant.id);
}

describe('upstream providers of seeds', () => {
  keepServer();

  it(
    'are planned field by field, without their secret, and stored with it sealed',
    withSeedBench(async (bench) => {
      const plan = await bench.apply(file());
      assert.equal(
        describePlan(plan),
        `\
Tenant acme
  + tenant acme
      name: "Acme"
  + upstream up
      name: "up"
      issuer: "https://up.example"
      scopes: ["openid","email","profile"]
      trustEmail: false
      registration: "deny"
      client_id: "us"
      client_secret: "${fingerprint(digestOf(SECRET))}"
`,
      );
      assert.ok(!JSON.stringify(planDocument(plan)).includes(SECRET));
      const [provider] = await providers(bench);
      assert.ok(provider);
      assert.equal(openUpstreamSecret(TEST_SEALER, provider), SECRET);
      const rows = JSON.stringify(await bench.database.db('upstream_providers').select());
      assert.ok(!rows.includes(SECRET));
      assert.deepEqual((await bench.preview(file())).changes, []);
    }),
  );

  it(
    'change field by field, and are a new version of their tenant',
    withSeedBench(async (bench) => {
      await bench.apply(file());
      const version = async () =>
        Number((await bench.database.db('tenants').where({ slug: 'acme' }).first()).version);
      const before = await version();
      const changed = file({
        name: '',
        secret: OTHER_SECRET,
        more: `trustEmail: true
        registration: allow
        emailDomains: [b.example, a.example]
        prompt: login
        scopes: [profile, openid]
        name: Up`,
      });
      const plan = await bench.apply(changed);
      assert.equal(
        describePlan(plan),
        `\
Tenant acme
  ~ upstream up
      name: "up" → "Up"
      client_secret: "${fingerprint(digestOf(SECRET))}" → "${fingerprint(digestOf(OTHER_SECRET))}"
      scopes: ["openid","email","profile"] → ["openid","profile"]
      prompt: unset → "login"
      trustEmail: false → true
      registration: "deny" → "allow"
      emailDomains: [] → ["a.example","b.example"]
`,
      );
      assert.equal(await version(), before + 1);
      const [provider] = await providers(bench);
      assert.ok(provider);
      assert.equal(openUpstreamSecret(TEST_SEALER, provider), OTHER_SECRET);
      assert.deepEqual((await bench.preview(changed)).changes, []);
      assert.equal(await version(), before + 1);
    }),
  );

  it(
    'warn when they move to another issuer, whose people are others',
    withSeedBench(async (bench) => {
      await bench.apply(file());
      const plan = await bench.preview(file({ issuer: 'https://new.example' }));
      assert.match(
        describePlan(plan),
        /\nNote: upstream up of tenant acme moves to another issuer/,
      );
    }),
  );

  it(
    'have presets for what many use',
    withSeedBench(async (bench) => {
      const client = 'client_id: us, client_secret: { value: x }';
      await bench.apply(`
version: 1
tenants:
  - slug: acme
    name: Acme
    upstreams:
      - { key: google, preset: google, ${client} }
      - { key: gitlab, preset: gitlab, name: Our GitLab, ${client} }
      - { key: ms, preset: microsoft, directory: 8eaef023-2b34-4da1-9baa-8bc8c9d6a490, prompt: login, ${client} }
`);
      assert.deepEqual(
        (await providers(bench)).map(({ key, name, issuer, prompt }) => [
          key,
          name,
          issuer,
          prompt,
        ]),
        [
          ['google', 'Google', 'https://accounts.google.com', 'select_account'],
          [
            'ms',
            'Microsoft',
            'https://login.microsoftonline.com/8eaef023-2b34-4da1-9baa-8bc8c9d6a490/v2.0',
            'login',
          ],
          ['gitlab', 'Our GitLab', 'https://gitlab.com', undefined],
        ],
      );
    }),
  );

  it(
    'come from several files, each of them once, and stay disabled',
    withSeedBench(async (bench) => {
      const more = `
version: 1
tenants:
  - slug: acme
    upstreams: [{ key: other, issuer: "https://other.example", client_id: us, client_secret: { value: x } }]
`;
      await bench.apply(file(), more);
      await bench.database
        .db('upstream_providers')
        .where({ key: 'up' })
        .update({ disabled_at: new Date() });
      await bench.apply(file({ secret: OTHER_SECRET }));
      assert.deepEqual(
        (await providers(bench)).map(({ key, disabled }) => [key, disabled]),
        [
          ['other', false],
          ['up', true],
        ],
      );
      await assert.rejects(bench.preview(file(), file({ name: '' })), /expected upstream up once/);
    }),
  );

  it(
    'keep the secret that is stored where a file has its hash, whatever else changes',
    withSeedBench(async (bench) => {
      await bench.apply(file());
      const hashed = (digest: string) =>
        file({ more: 'trustEmail: true' }).replace(/\{ value: .* \}/, `{ hash: ${digest} }`);
      await bench.apply(hashed(digestOf(SECRET)));
      const [provider] = await providers(bench);
      assert.ok(provider);
      assert.equal(provider.trustEmail, true);
      assert.equal(openUpstreamSecret(TEST_SEALER, provider), SECRET);
      await assert.rejects(
        bench.apply(hashed(digestOf(OTHER_SECRET))),
        /the hash of another secret/,
      );
    }),
  );

  it(
    'are taken over from others, and say so',
    withSeedBench(async (bench) => {
      await bench.apply(file());
      await bench.database.db('upstream_providers').update({ managed_by: null });
      const plan = await bench.apply(file());
      assert.deepEqual(
        plan.changes.map(({ kind, fields }) => [kind, fields]),
        [['upstream', [{ field: 'managedBy', from: undefined, to: 'seed', changedIn: undefined }]]],
      );
    }),
  );
});
