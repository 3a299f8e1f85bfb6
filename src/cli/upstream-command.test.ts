import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createTestCli, type TestCli } from '../testing/cli.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { startUpstreamServer, type UpstreamServer } from '../testing/upstream-server.ts';

describe('gatehouse upstream', () => {
  let database: TestDatabase;
  let server: UpstreamServer;
  let cli: TestCli;
  let directory: string;
  before(async () => {
    database = await createTestDatabase();
    server = await startUpstreamServer();
    directory = await mkdtemp(join(tmpdir(), 'gatehouse-cli-'));
    cli = createTestCli({
      databaseUrl: database.url,
      environment: { OUTBOUND_ALLOW: '127.0.0.0/8' },
    });
    const file = join(directory, 'seed.yaml');
    await writeFile(
      file,
      JSON.stringify({
        version: 1,
        tenants: [
          {
            slug: 'acme',
            name: 'Acme',
            upstreams: [
              {
                key: 'up',
                name: 'Up\u202e',
                issuer: server.issuer,
                client_id: server.clientId,
                client_secret: { value: server.clientSecret },
                registration: 'allow',
                emailDomains: ['acme.example'],
              },
            ],
          },
        ],
      }),
    );
    const { code, stderr } = await cli.run('seed', 'apply', file);
    assert.equal(code, 0, stderr);
  });
  beforeEach(() => {
    server.metadata = {};
    server.instead.clear();
  });
  after(async () => {
    await database.drop();
    await server.close();
    await rm(directory, { recursive: true });
  });

  const check = () => cli.run('upstream', 'check', 'up', '-t', 'acme');

  it('lists and shows providers with what to register at them, and no secret', async () => {
    const list = await cli.run('upstream', 'list', '-t', 'acme');
    assert.match(list.stdout, /^up +Up\\u202e +http:\/\/127\S+ +yes +enabled$/m);
    const shown = await cli.run('upstream', 'show', 'up', '-t', 'acme');
    assert.match(
      shown.stdout,
      /^redirect URI +http:\/\/localhost:3000\/t\/acme\/upstream\/up\/callback$/m,
    );
    assert.match(shown.stdout, /^of domains +acme\.example$/m);
    const document = await cli.json('upstream', 'show', 'up', '-t', 'acme');
    assert.equal(document.issuer, server.issuer);
    const row = await database.db('upstream_providers').first();
    const everything = [list.stdout, shown.stdout, JSON.stringify(document)].join();
    for (const secret of [
      server.clientSecret,
      row.client_secret_digest,
      row.sealed_client_secret,
    ]) {
      assert.ok(!everything.includes(secret));
    }
    assert.match((await cli.run('upstream', 'list')).stdout, /^KEY/);
  });

  it('checks one that is well', async () => {
    const { code, stdout } = await check();
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^ok +keys +1 for ES256$/m);
    assert.match(stdout, /^ok +issuer in answers +sent$/m);
    assert.match(stdout, /^warning +PKCE +not mentioned$/m);
    assert.ok(!server.asked.includes('POST /token'));
    assert.equal((await cli.json('upstream', 'check', 'up', '-t', 'acme')).usable, true);
  });

  it('checks one that nobody could sign in with, and says what to do', async () => {
    const ill: readonly [() => void, RegExp][] = [
      [
        () => {
          server.metadata = { issuer: 'https://other.example' };
        },
        /^problem +discovery +http\S+ is misconfigured: issuer_differs\n +→ Compare the issuer/m,
      ],
      [
        () => {
          server.metadata = { id_token_signing_alg_values_supported: ['HS256', 'none'] };
        },
        /misconfigured: no_known_algorithm/,
      ],
      [
        () => {
          server.metadata = { id_token_signing_alg_values_supported: ['RS256'] };
        },
        /misconfigured: no_usable_key/,
      ],
      [
        () => server.instead.set('/jwks', (_req, res) => void res.writeHead(200).end('[]')),
        /no_usable_key/,
      ],
      [
        () => server.instead.set('/jwks', (_req, res) => void res.writeHead(503).end()),
        /is unreachable: status_503\n +→ See that this machine reaches it/,
      ],
    ];
    for (const [make, expected] of ill) {
      server.metadata = {};
      server.instead.clear();
      make();
      const { code, stdout } = await check();
      assert.equal(code, 1, stdout);
      assert.match(stdout, expected);
    }
  });

  it('disables and enables one, on every replica', async () => {
    const version = async () => (await cli.json('tenant', 'show', 'acme')).version;
    const before = await version();
    await cli.run('upstream', 'disable', 'up', '-t', 'acme');
    assert.equal((await cli.json('upstream', 'show', 'up', '-t', 'acme')).disabled, true);
    assert.ok((await version()) > before);
    await cli.run('upstream', 'enable', 'up', '-t', 'acme');
    assert.equal((await cli.json('upstream', 'show', 'up', '-t', 'acme')).disabled, false);
    const events = await cli.json('audit', 'list', '--subject', 'up', '-t', 'acme');
    assert.deepEqual(
      events.map(({ kind, actor }: { kind: string; actor: object }) => [kind, actor]),
      [
        ['upstream.enabled', { type: 'operator', id: 'tester' }],
        ['upstream.disabled', { type: 'operator', id: 'tester' }],
      ],
    );
  });
});
