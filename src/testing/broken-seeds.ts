/**
 * Broken seed files: each must be refused whole, with the line and the path of every mistake, and
 * without a word of any secret, and must leave the database as it was.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { applySeed } from '../seeds/apply-seed.ts';
import { loadSeedFiles } from '../seeds/load-seed-files.ts';
import { SeedInvalidError } from '../seeds/seed-problem.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { createSeedDeps } from './seed-deps.ts';

interface BrokenSeed {
  readonly name: string;
  readonly yaml: string;
  /**
   * The lines that say so, without the file's name; `FILE` stands for it elsewhere. One that ends
   * with `…` is only the beginning.
   */
  readonly expected: string | readonly string[];
}

/** Tables that seeds write; none may change when a file is refused. */
const TABLES = [
  'tenants',
  'upstream_providers',
  'applications',
  'roles',
  'clients',
  'groups',
  'accounts',
  'passwords',
];

/** One test per broken file. */
export function refuseEach(title: string, seeds: readonly BrokenSeed[]): void {
  describe(title, () => {
    let database: TestDatabase;
    let directory: string;
    before(async () => {
      database = await createTestDatabase();
      directory = await mkdtemp(join(tmpdir(), 'gatehouse-seeds-'));
    });
    after(async () => {
      await database.drop();
      await rm(directory, { recursive: true });
    });

    for (const { name, yaml, expected } of seeds) {
      it(`is refused whole: ${name}`, async () => {
        const file = join(directory, 'seed.yaml');
        await writeFile(file, yaml);
        const untouched = await contentOf(database);
        const deps = createSeedDeps(database.db);

        const apply = async () =>
          applySeed(deps, await loadSeedFiles(deps, [file]), { type: 'operator' });
        const error = await apply().catch((reason: unknown) => reason);

        assert.ok(error instanceof SeedInvalidError, String(error));
        const lines = error.message.split('\n');
        const wanted = typeof expected === 'string' ? [expected] : expected;
        assert.deepEqual(
          lines.map((line, index) => shortened(line.replaceAll(file, 'FILE'), wanted[index])),
          wanted.map((line) => `FILE${line}`),
        );
        assert.doesNotMatch(error.message, /never-be-shown|short-and-secret|hunter2/);
        assert.deepEqual(await contentOf(database), untouched);
      });
    }
  });
}

/** Cuts a line to what is expected of it, if only its beginning is. */
function shortened(line: string, wanted: string | undefined): string {
  if (wanted?.endsWith('…') !== true) return line;
  return `${line.slice(0, 'FILE'.length + wanted.length - 1)}…`;
}

async function contentOf(database: TestDatabase): Promise<unknown> {
  return Promise.all(TABLES.map((table) => database.db(table).select()));
}

/** A file with one tenant, whose further lines begin at line 5. */
export function tenant(...lines: string[]): string {
  const head = ['version: 1', 'tenants:', '  - slug: acme', '    name: Acme'];
  return `${[...head, ...lines.map((line) => `    ${line}`)].join('\n')}\n`;
}

/** A file with one application, whose further lines begin at line 8. */
export function application(...lines: string[]): string {
  return tenant(
    'applications:',
    '  - key: app',
    '    name: App',
    ...lines.map((line) => `    ${line}`),
  );
}

/** A file with one client, whose further lines begin at line 10. */
export function client(...lines: string[]): string {
  return application('clients:', '  - client_id: web', ...lines.map((line) => `    ${line}`));
}

/** A file with one public client, whose further lines begin at line 11. */
export function publicClient(...lines: string[]): string {
  return client('token_endpoint_auth_method: none', ...lines);
}

/** A file with one upstream provider, whose further lines begin at line 7. */
export function upstream(...lines: string[]): string {
  return tenant('upstreams:', '  - key: up', ...lines.map((line) => `    ${line}`));
}

/** A file with one account, whose further lines begin at line 7. */
export function account(...lines: string[]): string {
  return tenant('accounts:', '  - username: alice', ...lines.map((line) => `    ${line}`));
}
