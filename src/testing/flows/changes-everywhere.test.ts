import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { askReplica, type ReplicaAnswer } from '../ask-replica.ts';
import { createTestCli, type TestCli } from '../cli.ts';
import { DEMO_CLIENTS } from '../demo-clients.ts';
import { pollUntil } from '../poll.ts';
import { startTokenWorld, type TokenWorld } from '../token-world.ts';

const API = 'https://api.notes.example';
const MACHINE = DEMO_CLIENTS['reports-job'];
const NEW_CLIENT = { clientId: 'new-job', secret: 'the-secret-of-a-client-that-is-new' };

/**
 * What an operator changes from a process of its own is in force on every replica: through Redis
 * at once (the timer is an hour away), without it at the next look.
 */
for (const { store, pollSeconds, deadlineMs } of [
  { store: 'redis', pollSeconds: 3600, deadlineMs: 1_000 },
  { store: 'postgres', pollSeconds: 1, deadlineMs: 2_000 },
] as const) {
  describe(`what an operator changes, on three replicas, artifacts in ${store}`, () => {
    let world: TokenWorld;
    let cli: TestCli;
    let directory: string;
    before(async () => {
      directory = await mkdtemp(join(tmpdir(), 'gatehouse-seed-'));
      world = await startTokenWorld({
        store,
        replicas: 3,
        env: { TENANT_POLL_SECONDS: String(pollSeconds) },
      });
      const { databaseUrl, environment } = world.deployment;
      cli = createTestCli({ databaseUrl, environment });
      // Everything is in memory everywhere, so that it has to be forgotten.
      await everywhere(({ status }) => status === 200, { client: MACHINE });
    });
    after(async () => {
      await world.stop();
      await rm(directory, { recursive: true });
    });

    const ask = (at: number, client: typeof NEW_CLIENT | typeof MACHINE, resource?: string) => {
      const form = { grant_type: 'client_credentials', ...(resource && { resource }) };
      return world.ask(at, '/token', form, client);
    };
    /** Waits until each replica answers so, from the end of the command on. */
    const everywhere = async (
      is: (answer: ReplicaAnswer) => boolean,
      of: { client: typeof NEW_CLIENT | typeof MACHINE; resource?: string } | { path: string },
    ) => {
      const end = performance.now() + deadlineMs;
      for (const [at, replica] of world.deployment.replicas.entries()) {
        await pollUntil(
          async () =>
            is(
              'path' in of
                ? await askReplica(world.deployment, replica, of.path)
                : await ask(at, of.client, of.resource),
            ),
          { deadlineMs: end - performance.now() },
        );
      }
    };
    const operate = async (...command: string[]) => {
      const { code, stdout, stderr } = await cli.run(...command);
      assert.equal(code, 0, stderr);
      return stdout;
    };
    const seed = async (tenant: Record<string, unknown>) => {
      const path = join(directory, 'seed.yaml');
      await writeFile(path, JSON.stringify({ version: 1, tenants: [tenant] }));
      await operate('seed', 'apply', path);
    };

    it('a client that a seed registers works', async () => {
      const unknown = await ask(0, NEW_CLIENT);
      assert.equal(unknown.json.error, 'invalid_client');
      await seed({
        slug: 'default',
        name: 'Gatehouse Demo',
        applications: [
          {
            key: 'new',
            name: 'New',
            clients: [
              {
                client_id: NEW_CLIENT.clientId,
                client_secret: { value: NEW_CLIENT.secret },
                grant_types: ['client_credentials'],
                redirect_uris: [],
                response_types: [],
              },
            ],
          },
        ],
      });
      await everywhere(({ status }) => status === 200, { client: NEW_CLIENT });
    });

    it('a client that is disabled gets nothing, until it is enabled', async () => {
      await operate('client', 'disable', NEW_CLIENT.clientId);
      await everywhere(({ json }) => json.error === 'invalid_client', { client: NEW_CLIENT });
      await operate('client', 'enable', NEW_CLIENT.clientId);
      await everywhere(({ status }) => status === 200, { client: NEW_CLIENT });
    });

    it('a secret that is replaced works no longer, and the new one does', async () => {
      const said = await cli.json(
        'client',
        'rotate-secret',
        NEW_CLIENT.clientId,
        '--overlap',
        '0',
        '--reveal',
      );
      await everywhere(({ json }) => json.error === 'invalid_client', { client: NEW_CLIENT });
      const renewed = { ...NEW_CLIENT, secret: String(said.client_secret) };
      await everywhere(({ status }) => status === 200, { client: renewed });
    });

    it('an account that is disabled refreshes nothing from the next request on', async () => {
      const { json } = await world.ask(0, '/token', await world.newCode());
      const { json: second } = await world.refresh(1, json.refresh_token);
      await operate('account', 'disable', 'alice');
      for (const at of world.deployment.replicas.keys()) {
        assert.equal((await world.refresh(at, second.refresh_token)).json.error, 'invalid_grant');
        assert.equal(await world.isActive(second.access_token), false);
      }
      await operate('account', 'enable', 'alice');
      const again = await world.ask(2, '/token', await world.newCode());
      assert.equal(again.status, 200, again.text);
    });

    it('settings and roles show in the next tokens', async () => {
      await seed({
        slug: 'default',
        name: 'Gatehouse Demo',
        settings: { lifetimes: { accessTokenSeconds: 77 } },
        applications: [
          {
            key: 'notes',
            name: 'Notes',
            audience: API,
            roles: [{ key: 'reader' }, { key: 'editor', permissions: ['notes:write'] }],
            clients: [
              {
                client_id: MACHINE.clientId,
                client_secret: { value: MACHINE.secret },
                grant_types: ['client_credentials'],
                redirect_uris: [],
                response_types: [],
                roles: ['notes:editor'],
              },
            ],
          },
        ],
      });
      await everywhere(
        ({ json }) => {
          const roles = decodeJwt(String(json.access_token)).roles;
          return json.expires_in === 77 && JSON.stringify(roles) === '["editor"]';
        },
        { client: MACHINE, resource: API },
      );
    });

    it('a tenant that a seed adds is there, with keys that all replicas share', async () => {
      const path = '/t/newcomer/jwks';
      for (const replica of world.deployment.replicas) {
        assert.equal((await askReplica(world.deployment, replica, path)).status, 404);
      }
      await seed({ slug: 'newcomer', name: 'Newcomer' });
      await everywhere(({ status }) => status === 200, { path });
      const published = await Promise.all(
        world.deployment.replicas.map((replica) => askReplica(world.deployment, replica, path)),
      );
      assert.equal(new Set(published.map(({ text }) => text)).size, 1);
    });

    it('a key that is dropped as compromised is trusted nowhere', async () => {
      const form = { grant_type: 'client_credentials', resource: API };
      const { json } = await world.ask(0, '/token', form, MACHINE);
      assert.equal(await world.isActive(json.access_token, MACHINE), true);
      const kid = String(decodeProtectedHeader(String(json.access_token)).kid);
      await operate('keys', 'rotate', '--compromised', kid);
      await everywhere(({ text }) => !text.includes(kid), { path: '/jwks' });
      for (const at of world.deployment.replicas.keys()) {
        const asked = { token: String(json.access_token) };
        const answer = await world.ask(at, '/token/introspection', asked, MACHINE);
        assert.equal(answer.json.active, false);
      }
    });
  });
}
