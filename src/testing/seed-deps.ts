import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { createPasswordHasher } from '../accounts/password-hasher.ts';
import { createSealer, sealingKey } from '../crypto/sealing.ts';
import { createClientValidator } from '../provider/validate-client-metadata.ts';
import type { ApplySeedDeps } from '../seeds/apply-seed.ts';
import type { LoadSeedDeps } from '../seeds/load-seed-files.ts';
import { createPostgresAuditLog } from '../storage/postgres/audit-log.ts';
import { createPostgresSeedStore } from '../storage/postgres/seed-store.ts';

/** Peppers of tests: known, so that a test can say what a digest must be. */
export const TEST_PEPPER = 'a pepper that only tests know, of 32 characters and more';

/** Seals what seeds store, and opens it for tests. */
export const TEST_SEALER = createSealer([sealingKey(Buffer.alloc(32, 7))]);

/** What seeds need, over a test's database, with the real hasher, validator and stores. */
export function createSeedDeps(
  db: Knex,
  environment: Readonly<Record<string, string>> = {},
): LoadSeedDeps & ApplySeedDeps {
  return {
    readEnv: (name) => environment[name],
    clientSecretPepper: TEST_PEPPER,
    passwords: createPasswordHasher({ pepper: TEST_PEPPER, concurrency: 2, queueLimit: 100 }),
    validateClient: createClientValidator(),
    publicUrl: 'http://localhost:3000',
    seeds: createPostgresSeedStore(db),
    newId: randomUUID,
    audit: createPostgresAuditLog(db, { now: () => new Date() }),
    notifications: undefined,
    sealer: TEST_SEALER,
  };
}
