import { createPostgresArtifactStore } from '../../storage/postgres/artifact-store.ts';
import { createDatabase } from '../../storage/postgres/database.ts';
import type { ArtifactStoreHarness } from '../artifact-store-suite.ts';
import { createTestDatabase, type TestDatabase } from '../database.ts';
import { insertTenant } from '../fixtures.ts';

export interface PostgresHarness extends ArtifactStoreHarness {
  readonly database: TestDatabase;
}

/** Artifacts in a PostgreSQL database of their own, for three replicas. */
export async function startPostgresHarness(): Promise<PostgresHarness> {
  const database = await createTestDatabase();
  let now = new Date();
  const clock = { now: () => now };
  const pools = [1, 2].map(() =>
    createDatabase({
      url: database.url,
      poolMax: 8,
      acquireTimeoutMs: 10_000,
      statementTimeoutMs: 10_000,
    }),
  );
  const first = createPostgresArtifactStore(database.db, clock);
  const [second = first, ...more] = pools.map((db) => createPostgresArtifactStore(db, clock));
  return {
    database,
    replicas: [first, second, ...more],
    now: () => now,
    setNow: (to) => {
      now = to;
    },
    newTenant: () => insertTenant(database.db),
    leftovers: () => first.countExpired(10_000),
    stop: async () => {
      for (const db of pools) await db.destroy();
      await database.drop();
    },
  };
}
