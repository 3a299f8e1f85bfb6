import type { Knex } from 'knex';
import type { KeyStage } from '../../keys/signing-key.ts';
import { SIGNING_ALGORITHMS } from '../../tenants/known-settings.ts';
import type { SigningAlgorithm } from '../../tenants/tenant.ts';
import { query, queryOne } from './query.ts';

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

/**
 * When the step of a signing key was due that waits longest, over all tenants: a key that is to
 * sign or to go, or a successor that is to be published. Steps of an algorithm that only a newer
 * release signs with are for that one.
 *
 * @param input.successorSeconds - as in `KeyDeps`
 * @returns undefined: nothing is due
 * @throws StorageUnavailableError
 */
export async function keysDueSince(
  db: Knex,
  input: { readonly now: Date; readonly successorSeconds: number | undefined },
): Promise<Date | undefined> {
  const { now, successorSeconds } = input;
  const known = [...SIGNING_ALGORITHMS];
  const row = await queryOne<{ since: Date | null }>(
    db,
    `select least(
       (select min(due_at) from signing_keys
         where due_at <= ?::timestamptz and (stage = 'retiring' or algorithm = any(?))),
       (select min(k.stage_since) + make_interval(secs => ?::float) from signing_keys k
         where k.stage = 'active' and k.stage_since <= ?::timestamptz - make_interval(secs => ?::float)
           and k.algorithm = any(?)
           and not exists (
             select 1 from signing_keys n
              where n.tenant_id = k.tenant_id and n.algorithm = k.algorithm and n.stage = 'next'))
     ) as since`,
    [now, known, successorSeconds ?? null, now, successorSeconds ?? null, known],
  );
  return row?.since ?? undefined;
}
