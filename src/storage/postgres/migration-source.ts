import { readdir } from 'node:fs/promises';
import type { Knex } from 'knex';

/** Beside `src/` when run from source, beside `dist/src/` when built. */
export const MIGRATIONS_DIRECTORY = new URL('../../../migrations/', import.meta.url);
const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

/** What a file in `migrations/` exports. */
export interface Migration extends Knex.Migration {
  /**
   * On a migration that takes something away: the migration that brought what takes its place. Only
   * releases that know that one work with the result (ADR 0019). Absent on every other: releases
   * that do not know of it go on as before.
   */
  readonly needs?: string;
}

/** Where migrations come from, in the form that Knex's tools take too. */
export interface MigrationSource extends Knex.MigrationSource<string> {
  /** Names, in order. */
  getMigrations(): Promise<string[]>;
  getMigration(name: string): Promise<Migration>;
}

/**
 * The migrations of a directory: `NNNN_name.ts`, or `.js` when built.
 *
 * Names carry no extension, so that a database migrated from source is known to a built release.
 *
 * @param directory - ends with a slash
 */
export function migrationsIn(directory: URL): MigrationSource {
  return {
    async getMigrations() {
      const files = await readdir(directory);
      return files
        .filter((file) => file.endsWith(EXTENSION) && !file.endsWith('.d.ts'))
        .map((file) => file.slice(0, -EXTENSION.length))
        .sort();
    },
    getMigrationName: (name) => name,
    async getMigration(name) {
      const loaded: unknown = await import(new URL(name + EXTENSION, directory).href);
      if (!isMigration(loaded)) {
        throw new Error(
          `migration ${name} exports no "up" and "down", or a "needs" that is no name`,
        );
      }
      return loaded;
    },
  };
}

/** The migrations of this release. */
export const migrationSource: MigrationSource = migrationsIn(MIGRATIONS_DIRECTORY);

function isMigration(loaded: unknown): loaded is Migration {
  return (
    typeof loaded === 'object' &&
    loaded !== null &&
    'up' in loaded &&
    typeof loaded.up === 'function' &&
    'down' in loaded &&
    typeof loaded.down === 'function' &&
    (!('needs' in loaded) || typeof loaded.needs === 'string')
  );
}
