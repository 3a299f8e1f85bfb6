import { artifactStoreSuite } from '../../testing/artifact-store-suite.ts';
import { artifactOutageSuite } from '../../testing/artifact-suite/outage.ts';
import { startPostgresHarness } from '../../testing/artifact-suite/postgres-harness.ts';
import { createTestDatabase } from '../../testing/database.ts';
import { insertTenant } from '../../testing/fixtures.ts';
import { startDatabaseDoor } from '../../testing/outage-proxy.ts';
import { createPostgresArtifactStore } from './artifact-store.ts';
import { createDatabase } from './database.ts';

artifactStoreSuite('artifacts in PostgreSQL', startPostgresHarness);

artifactOutageSuite('PostgreSQL away', async () => {
  const database = await createTestDatabase();
  const tenantId = await insertTenant(database.db);
  const { door: proxy, url } = await startDatabaseDoor(database.url);
  const db = createDatabase({
    url,
    poolMax: 4,
    acquireTimeoutMs: 1000,
    statementTimeoutMs: 200,
  });
  return {
    store: createPostgresArtifactStore(db, { now: () => new Date() }),
    proxy,
    tenantId,
    stop: async () => {
      await db.destroy();
      await proxy.stop();
      await database.drop();
    },
  };
});
