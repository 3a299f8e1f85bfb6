import type { Knex } from 'knex';
import type { KeyStage } from '../../keys/signing-key.ts';
import type { SigningAlgorithm } from '../../tenants/tenant.ts';
import { query } from './query.ts';

/** When the oldest key of an algorithm and stage was made, over all tenants. */
export interface OldestKey {
  readonly algorithm: SigningAlgorithm;
  readonly stage: KeyStage;
  readonly createdAt: Date;
}

/**
 * The oldest keys by algorithm and stage: at most one row for each pair, for
 * `signing_key_age_seconds`.
 *
 * @throws StorageUnavailableError
 */
export function oldestSigningKeys(db: Knex): Promise<OldestKey[]> {
  return query<OldestKey>(
    db,
    `select algorithm, stage, min(created_at) as "createdAt" from signing_keys group by algorithm, stage`,
  );
}
