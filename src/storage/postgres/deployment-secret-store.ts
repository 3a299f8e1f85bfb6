import type { Knex } from 'knex';
import type { DeploymentSecretStore } from '../../keys/deployment-secret-store.ts';
import { query } from './query.ts';

/** The deployment's sealed secrets in PostgreSQL. */
export function createPostgresDeploymentSecretStore(db: Knex): DeploymentSecretStore {
  return {
    list(purpose) {
      return query<{ version: number; sealed: string }>(
        db,
        'select version, sealed from deployment_secrets where purpose = ? order by version desc',
        [purpose],
      );
    },

    async insert(purpose, version, sealed) {
      const rows = await query(
        db,
        `insert into deployment_secrets (purpose, version, sealed) values (?, ?, ?)
         on conflict (purpose, version) do nothing returning 1`,
        [purpose, version, sealed],
      );
      return rows.length > 0;
    },

    async remove(purpose, version) {
      await query(db, 'delete from deployment_secrets where purpose = ? and version = ?', [
        purpose,
        version,
      ]);
    },
  };
}
