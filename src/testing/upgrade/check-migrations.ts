import { isDeepStrictEqual } from 'node:util';
import { migrateToLatest } from '../../storage/postgres/migrate.ts';
import type { MigrationSource } from '../../storage/postgres/migration-source.ts';
import { createTestDatabase } from '../database.ts';
import { findBreakages } from './compare-schemas.ts';
import { readSchemaShape, type SchemaShape } from './schema-shape.ts';

/** A newer migration, and why the release before would not work with it. */
interface Refusal {
  readonly migration: string;
  readonly reasons: readonly string[];
}

/** What became of the newer migrations, in order. */
interface MigrationCheck {
  readonly newer: readonly string[];
  readonly refusals: readonly Refusal[];
}

/**
 * Applies what is newer than a release to a database of that release, one by one, and refuses each
 * that is no expansion; unless it `needs` a migration that the release knows, and so was prepared for.
 *
 * @param releases.before - the migrations of the release before, as it has them
 * @param releases.after - those of the release to come
 */
export async function checkMigrations(releases: {
  readonly before: MigrationSource;
  readonly after: MigrationSource;
}): Promise<MigrationCheck> {
  const { before, after } = releases;
  const known = await before.getMigrations();
  const names = await after.getMigrations();
  const newer = names.filter((name) => !known.includes(name));
  const refusals: Refusal[] = known
    .filter((name) => !names.includes(name))
    .map((migration) => ({
      migration,
      reasons: ['it is gone: the release before has applied it'],
    }));
  if (refusals.length > 0) return { newer, refusals };

  const database = await createTestDatabase({ empty: true });
  try {
    const { db } = database;
    await migrateToLatest(db, { source: before });
    const base = await readSchemaShape(db);
    const told = new Set<string>();
    let now = base;
    for (const [index, migration] of newer.entries()) {
      const source = only(after, [...known, ...newer.slice(0, index + 1)]);
      await migrateToLatest(db, { source, stopped: true });
      now = await readSchemaShape(db);
      const found = findBreakages(base, now).filter((reason) => !told.has(reason));
      for (const reason of found) told.add(reason);
      const { needs } = await after.getMigration(migration);
      const reasons = reasonsOf(found, needs, known);
      if (reasons.length > 0) refusals.push({ migration, reasons });
    }
    const edited = await isOtherFromNothing(after, now);
    if (edited) refusals.push({ migration: known.join(', '), reasons: [EDITED] });
  } finally {
    await database.drop();
  }
  return { newer, refusals };
}

const EDITED =
  'one of these is not what the release before has applied: a new database comes to another schema';

function reasonsOf(
  found: readonly string[],
  needs: string | undefined,
  known: readonly string[],
): readonly string[] {
  if (needs === undefined) return found;
  if (known.includes(needs)) return [];
  return [
    `it needs ${needs}, which the release before does not know: leave it to the release after this one`,
    ...found,
  ];
}

/** Whether a database that the release before never saw is another than one that it left. */
async function isOtherFromNothing(source: MigrationSource, upgraded: SchemaShape) {
  const database = await createTestDatabase({ empty: true });
  try {
    await migrateToLatest(database.db, { source });
    return !isDeepStrictEqual(await readSchemaShape(database.db), upgraded);
  } finally {
    await database.drop();
  }
}

/** Those of a source, by name. */
function only(source: MigrationSource, names: readonly string[]): MigrationSource {
  return {
    ...source,
    getMigrations: async () =>
      (await source.getMigrations()).filter((name) => names.includes(name)),
  };
}
