import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { parseSeedFile } from '../seeds/parse-seed-file.ts';
import type { SeedProblem } from '../seeds/seed-problem.ts';
import {
  DEMO_ACCOUNTS,
  DEMO_MACHINE,
  OWN_APP_SEED,
  PLAYGROUND_CLIENT_ID,
  PLAYGROUND_RESOURCE,
  SECOND_TENANT,
} from './demo-seed.ts';

interface Demo {
  tenants: {
    slug: string;
    name: string;
    applications: {
      audience?: string;
      clients: { client_id: string; client_secret?: { value: string }; redirect_uris: string[] }[];
    }[];
    accounts: { username: string; password: { value: string } }[];
  }[];
}

const demo: Demo = parse(await readFile(new URL('../../seeds/demo.yaml', import.meta.url), 'utf8'));

function tenantOf(slug: string): Demo['tenants'][number] {
  const found = demo.tenants.find((tenant) => tenant.slug === slug);
  assert.ok(found, `the demo seed has no tenant ${slug}`);
  return found;
}

describe('what the playground tells of the demo seed', () => {
  it('is true of every account', () => {
    for (const { tenant, username, password } of DEMO_ACCOUNTS) {
      const account = tenantOf(tenant).accounts.find((one) => one.username === username);
      assert.equal(account?.password.value, password, `${username} of ${tenant}`);
    }
    assert.equal(tenantOf(SECOND_TENANT.slug).name, SECOND_TENANT.name);
  });

  it('is true of its own client in both tenants', () => {
    for (const slug of ['default', SECOND_TENANT.slug]) {
      const application = tenantOf(slug).applications.find(({ clients }) =>
        clients.some(({ client_id }) => client_id === PLAYGROUND_CLIENT_ID),
      );
      assert.equal(application?.audience, PLAYGROUND_RESOURCE);
      assert.ok(application.clients[0]?.redirect_uris.includes('http://localhost:3001/callback'));
    }
  });

  it('is true of the machine', () => {
    const { applications } = tenantOf('default');
    const application = applications.find((one) => one.audience === DEMO_MACHINE.resource);
    const machine = application?.clients.find((one) => one.client_id === DEMO_MACHINE.clientId);
    assert.equal(machine?.client_secret?.value, DEMO_MACHINE.secret);
  });

  it('has a seed file to copy that is one', () => {
    const problems: SeedProblem[] = [];
    const tenants = parseSeedFile('my-app.yaml', OWN_APP_SEED, problems);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      tenants?.flatMap(({ slug, applications }) => [slug, applications.length]),
      ['default', 1],
    );
  });
});
