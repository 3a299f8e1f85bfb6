import type { Migration, MigrationSource } from '../storage/postgres/migration-source.ts';

/** Migrations of a test, by name. */
export type TestMigrations = Readonly<Record<string, Migration>>;

/** A migration that runs some SQL, and cannot be taken back. */
export function migration(sql: string, needs?: string): Migration {
  return {
    up: async (knex) => void (await knex.raw(sql)),
    down: async () => undefined,
    ...(needs === undefined ? {} : { needs }),
  };
}

/** A release that has these and no others. */
export function releaseOf(migrations: TestMigrations): MigrationSource {
  return {
    getMigrations: async () => Object.keys(migrations),
    getMigrationName: (name) => name,
    async getMigration(name) {
      const found = migrations[name];
      if (found === undefined) throw new Error(`no migration ${name}`);
      return found;
    },
  };
}
