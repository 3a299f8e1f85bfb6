import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parse } from 'yaml';
import { createTestCli, type TestCli } from '../cli.ts';
import { demoParty, visitor } from '../demo-clients.ts';
import { ALICE, BOB, startDeployment, type TestDeployment } from '../gatehouse.ts';
import { pollUntil } from '../poll.ts';
import { signIn } from '../relying-party.ts';

interface Named {
  client_id?: string;
  username?: string;
}

interface DemoSeed {
  tenants: {
    slug: string;
    applications: { key: string; clients: Named[] }[];
    accounts: Named[];
  }[];
}

const DEMO = await readFile(new URL('../../../seeds/demo.yaml', import.meta.url), 'utf8');

/** The demo without a client and an account of its default tenant. */
function without(clientId: string, username: string): string {
  const seed: DemoSeed = parse(DEMO);
  for (const tenant of seed.tenants.filter(({ slug }) => slug === 'default')) {
    for (const application of tenant.applications) {
      application.clients = application.clients.filter((one) => one.client_id !== clientId);
    }
    tenant.accounts = tenant.accounts.filter((one) => one.username !== username);
  }
  return JSON.stringify(seed);
}

describe('a client and an account that seeds prune while they are in use', () => {
  let deployment: TestDeployment;
  let cli: TestCli;
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'gatehouse-prune-'));
    deployment = await startDeployment({ store: 'redis' });
    const { databaseUrl, environment } = deployment;
    cli = createTestCli({ databaseUrl, environment });
  });
  after(async () => {
    await deployment.stop();
    await rm(directory, { recursive: true });
  });

  const apply = async (text: string, ...options: string[]): Promise<string> => {
    const path = join(directory, 'seed.yaml');
    await writeFile(path, text);
    const { code, stdout, stderr } = await cli.run('seed', 'apply', path, ...options);
    assert.equal(code, 0, stderr);
    return stdout;
  };

  it('lose everything, and get nothing of it back under the same name', async () => {
    const notes = await demoParty(deployment, 'notes-web');
    const program = await demoParty(deployment, 'notes-cli');
    const request = { scope: 'openid offline_access', prompt: 'consent' };
    const alices = await signIn(visitor(deployment), notes, ALICE, request);
    const bobs = await signIn(visitor(deployment), program, BOB, request);
    const kept = await signIn(visitor(deployment), program, ALICE, request);

    const output = await apply(without('notes-web', 'bob'), '--prune');
    assert.match(output, /\n {2}- client notes-web\n {6}application: "notes"\n {6}consents: 1\n/);
    assert.match(output, /\n {2}- account bob\n/);
    await assert.rejects(program.refresh(bobs.refresh_token ?? ''), { error: 'invalid_grant' });
    // An unknown client is told so by 401, which is an error of its own kind.
    const answers = async (status: number) =>
      (await notes.refresh(alices.refresh_token ?? '').catch((thrown) => thrown)).status === status;
    await pollUntil(() => answers(401), { deadlineMs: 5_000 });

    await apply(DEMO);
    await pollUntil(() => answers(400), { deadlineMs: 5_000 });
    await assert.rejects(program.refresh(bobs.refresh_token ?? ''), { error: 'invalid_grant' });
    assert.ok((await program.refresh(kept.refresh_token ?? '')).access_token);
  });
});
