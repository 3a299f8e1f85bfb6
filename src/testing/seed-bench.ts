import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { clientSecretDigest } from '../applications/client-secret.ts';
import { applySeed, previewSeed } from '../seeds/apply-seed.ts';
import { type LoadSeedDeps, loadSeedFiles } from '../seeds/load-seed-files.ts';
import type { DesiredState } from '../seeds/seed.ts';
import type { PruneMode, SeedPlan } from '../seeds/seed-plan.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { createSeedDeps, TEST_PEPPER } from './seed-deps.ts';

/** A database and a directory of seed files, for one test. */
export interface SeedBench {
  readonly database: TestDatabase;
  readonly directory: string;
  /** Writes the texts into files and loads them. */
  load(texts: readonly string[], deps?: LoadSeedDeps): Promise<DesiredState>;
  preview(...texts: string[]): Promise<SeedPlan>;
  apply(...texts: string[]): Promise<SeedPlan>;
  previewPruned(mode: PruneMode, ...texts: string[]): Promise<SeedPlan>;
  prune(mode: Exclude<PruneMode, 'keep'>, ...texts: string[]): Promise<SeedPlan>;
  /** Whose sessions and tokens were ended, and who was told, in order. */
  readonly ended: string[];
  /** From now on nothing can be ended, as in an outage. */
  failEndings(): void;
}

/** Keeps the database server of this process running between the tests of a `describe`. */
export function keepServer(): void {
  let database: TestDatabase | undefined;
  before(async () => {
    database = await createTestDatabase();
  });
  after(() => database?.drop());
}

/** Runs a test with a bench of its own. */
export function withSeedBench(test: (bench: SeedBench) => Promise<void>): () => Promise<void> {
  return async () => {
    const database = await createTestDatabase();
    const directory = await mkdtemp(join(tmpdir(), 'gatehouse-seeds-'));
    const deps = createSeedDeps(database.db, { WEB_SECRET });
    const load = async (texts: readonly string[], loadDeps: LoadSeedDeps = deps) => {
      const files = texts.map((_, index) => join(directory, `seed-${index}.yaml`));
      await Promise.all(texts.map((text, index) => writeFile(files[index] ?? '', text)));
      return loadSeedFiles(loadDeps, files);
    };
    const ended: string[] = [];
    let isAway = false;
    const end = async (what: string) => {
      if (isAway) throw new Error('the store is away');
      ended.push(what);
    };
    const endings = {
      endAccount: (_tenantId: string, id: string) => end(`account ${id}`),
      endClient: (_tenantId: string, id: string) => end(`client ${id}`),
      sayGoodbye: (_tenantId: string, { username }: { username: string }) =>
        end(`goodbye ${username}`),
    };
    const actor = { type: 'operator' } as const;
    try {
      await test({
        database,
        directory,
        load,
        preview: async (...texts) => previewSeed(deps, await load(texts)),
        apply: async (...texts) => applySeed(deps, await load(texts), actor),
        previewPruned: async (mode, ...texts) => previewSeed(deps, await load(texts), mode),
        prune: async (mode, ...texts) =>
          applySeed(deps, await load(texts), actor, { mode, endings }),
        ended,
        failEndings: () => {
          isAway = true;
        },
      });
    } finally {
      await database.drop();
      await rm(directory, { recursive: true });
    }
  };
}

export const WEB_SECRET = 'the first secret of the web client, 1';
export const NEXT_SECRET = 'the other secret of the web client, 2';
export const PASSWORD = 'a password that is shown nowhere';

/** What is stored of a secret. */
export function digestOf(secret: string): string {
  return clientSecretDigest(TEST_PEPPER, secret);
}

/** A seed file with one thing of each kind but groups. */
export function seed(with_: { slug?: string; secret?: string; account?: string } = {}): string {
  const slug = with_.slug ?? 'acme';
  return `
version: 1
tenants:
  - slug: ${slug}
    name: Acme
    issuer: https://login.${slug}.example
    applications:
      - key: notes
        name: Notes
        audience: https://api.acme.example
        roles:
          - key: editor
            permissions: [notes:write, notes:read]
        clients:
          - client_id: web
            client_secret: ${with_.secret ?? `{ value: "${WEB_SECRET}" }`}
            redirect_uris: [https://notes.example/cb]
    accounts:
      - ${
        with_.account ??
        `username: alice
        email: alice@acme.example
        name: Alice
        password: { value: ${PASSWORD} }
        roles: [notes:editor]`
      }
`;
}

/** The same tenant with every kind of thing changed. */
export const CHANGED_SEED = `
version: 1
tenants:
  - slug: acme
    name: Acme Inc.
    settings: { profile: compat, lifetimes: { accessTokenSeconds: 60 } }
    applications:
      - key: notes
        name: Notes
        firstParty: true
        audience: https://api.acme.example
        roles:
          - { key: editor, name: Editor, permissions: [notes:read] }
        clients:
          - client_id: web
            client_secret: { value: "${NEXT_SECRET}" }
            client_name: Web
            redirect_uris: [https://notes.example/cb, https://notes.example/other]
            roles: [notes:editor]
    groups: []
    accounts:
      - username: Alice
        email: alice@acme.example
        emailVerified: true
        name: Alice Example
        roles: []
`;
