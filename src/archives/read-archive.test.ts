import assert from 'node:assert/strict';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { after, before, describe, it } from 'node:test';
import { createGzip } from 'node:zlib';
import { encryptWith } from '../crypto/encrypted-file.ts';
import { ArchiveError } from './archive.ts';
import { examineArchive } from './import-tenant.ts';
import { proveArchive } from './read-archive.ts';

const PASSPHRASE = 'a passphrase of this test alone';
const ID = '3f0c2a54-0000-4000-8000-000000000001';
const HEADER = {
  format: 'gatehouse-tenant',
  version: 1,
  archiveId: ID,
  release: '1.2.3',
  schema: '0015_tenant_archives',
  exportedAt: '2026-11-26T12:00:00.000Z',
  tenant: { id: ID, slug: 'acme', name: 'Acme', issuer: 'https://a.example', disabled: true },
  counts: { tenants: 1, accounts: 1 },
};
const TENANT = { table: 'tenants', row: { slug: 'acme', custom_host: 'a.example' } };
const ACCOUNT = { table: 'accounts', row: { id: 'a' } };
const END = { end: { counts: { tenants: 1, accounts: 1 } } };

describe('an archive of a tenant', () => {
  let directory: string;
  let files = 0;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'gatehouse-archive-'));
  });
  after(() => rm(directory, { recursive: true }));

  async function written(...lines: readonly unknown[]) {
    files += 1;
    const path = join(directory, `archive-${files}`);
    const text = lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`);
    const encrypt = encryptWith(PASSPHRASE, { log2Cost: 10 });
    const plain = Readable.from([Buffer.from(text.join(''))]);
    await pipeline(plain, createGzip(), encrypt, createWriteStream(path));
    return { path, passphrase: PASSPHRASE };
  }

  it('is proved to its end, and says whose it is', async () => {
    const file = await written(HEADER, TENANT, ACCOUNT, END);
    assert.deepEqual(await proveArchive(file), { header: HEADER, tenant: TENANT.row });
  });

  it('is refused when it is not what it says', async () => {
    for (const [lines, message] of [
      [[], /has no end/],
      [[HEADER, TENANT, ACCOUNT], /has no end/],
      [[HEADER, TENANT, END], /holds other rows than it says/],
      [[HEADER, TENANT, ACCOUNT, ACCOUNT, END], /holds other rows than it says/],
      [[HEADER, TENANT, ACCOUNT, END, ACCOUNT], /goes on after its end/],
      [[HEADER, TENANT, 'no JSON', ACCOUNT, END], /a line that is none of ours/],
      [[HEADER, TENANT, { ...ACCOUNT, more: 1 }, END], /a line that is none of ours/],
      [[{ ...HEADER, version: 2 }, TENANT, ACCOUNT, END], /by a newer release \(form 2\)/],
      [[{ ...HEADER, more: 1 }, TENANT, ACCOUNT, END], /is no archive of a tenant/],
      [[TENANT, ACCOUNT, END], /is no archive of a tenant/],
    ] as const) {
      const file = await written(...lines);
      await assert.rejects(
        proveArchive(file),
        (error: unknown) => error instanceof ArchiveError && message.test(error.message),
        String(message),
      );
    }
    const nowhere = { path: join(directory, 'nowhere'), passphrase: PASSPHRASE };
    await assert.rejects(proveArchive(nowhere), /cannot read .*nowhere/);
  });

  it('cannot be brought to a deployment of another release, and says what to do', async () => {
    const file = await written(HEADER, TENANT, ACCOUNT, END);
    const archives = {
      schema: async () => '0014_seed_records',
      conflicts: async () => [],
      findUnfinished: async () => undefined,
      begin: () => assert.fail(),
      write: () => assert.fail(),
      finish: () => assert.fail(),
      discard: () => assert.fail(),
    };
    const { obstacles, slug } = await examineArchive({ archives }, file, { as: undefined });
    assert.equal(slug, 'acme');
    assert.deepEqual(obstacles, [
      'it was written by release 1.2.3 from a database at 0015_tenant_archives, and this one is at 0014_seed_records: bring both deployments to one release, and export it again',
    ]);
  });
});
