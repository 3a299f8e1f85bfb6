import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as client from 'openid-client';
import { createTestCli } from '../cli.ts';
import { createTestDatabase } from '../database.ts';
import { demoParty, visitor } from '../demo-clients.ts';
import { freePort } from '../free-port.ts';
import { ALICE, DEMO_SEED } from '../gatehouse.ts';
import { pollUntil } from '../poll.ts';
import { signIn } from '../relying-party.ts';

const MAIN = fileURLToPath(new URL('../../main.ts', import.meta.url));

describe('a server in production', () => {
  const closing: (() => Promise<unknown>)[] = [];
  after(async () => {
    for (const close of closing.reverse()) await close();
  });

  it('says nothing but its own log lines, from its start through a whole flow to its end', async () => {
    const database = await createTestDatabase();
    closing.push(() => database.drop());
    const cli = createTestCli({ databaseUrl: database.url });
    assert.equal((await cli.run('seed', 'apply', DEMO_SEED)).code, 0);

    const port = await freePort();
    const publicUrl = `http://localhost:${port}`;
    const { child, said, complained } = start({
      ...cli.environment,
      NODE_ENV: 'production',
      ARTIFACT_STORE: 'postgres',
      PUBLIC_URL: publicUrl,
      PORT: String(port),
      ADMIN_PORT: String(await freePort()),
      SHUTDOWN_DELAY_SECONDS: '0',
    });
    const ended = once(child, 'exit');
    closing.push(async () => {
      child.kill('SIGKILL');
      await ended;
    });
    await pollUntil(() => said().includes('"ready"') || child.exitCode !== null, {
      deadlineMs: 15_000,
    });
    assert.equal(child.exitCode, null, said() + complained());

    // Everything that has a default to warn of: pages, CORS, errors, policies, resource servers.
    const party = await demoParty({ publicUrl }, 'notes-web');
    const browser = visitor({ publicUrl });
    const tokens = await signIn(browser, party, ALICE, { resource: 'https://api.notes.example' });
    const refreshed = await party.refresh(tokens.refresh_token ?? '');
    await client.tokenIntrospection(party.config, refreshed.access_token);
    await client.tokenRevocation(party.config, refreshed.access_token);
    await fetch(`${publicUrl}/token`, {
      method: 'POST',
      headers: { origin: 'http://localhost:5173' },
      body: new URLSearchParams({ grant_type: 'authorization_code', client_id: 'notes-spa' }),
    });
    await browser.open(`${publicUrl}/auth?client_id=nobody`);
    const logout = client.buildEndSessionUrl(party.config, {
      id_token_hint: tokens.id_token ?? '',
    });
    const confirm = await browser.open(logout.href);
    const done = await browser.submit(confirm, {}, { button: 'yes' });
    assert.match(done.text, /You are signed out/);

    child.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null]);
    assert.equal(complained(), '');
    const lines = said()
      .split('\n')
      .filter((line) => line !== '');
    assert.ok(lines.length > 10);
    for (const line of lines) {
      const entry: unknown = JSON.parse(line);
      assert.ok(typeof entry === 'object' && entry !== null, line);
      assert.doesNotMatch(line, /oidc-provider|"level":"(warn|error)"/);
    }
  });
});

function start(environment: Record<string, string>) {
  const child = spawn(process.execPath, [MAIN], {
    // Nothing of ours: the runner's own variables change how Node speaks.
    env: { PATH: process.env.PATH ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  return { child, said: () => out, complained: () => err };
}
