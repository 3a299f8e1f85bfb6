import { writeFile } from 'node:fs/promises';
import { GatehouseError } from '../../errors.ts';
import { MIGRATIONS_DIRECTORY, migrationSource } from './migration-source.ts';

const TEMPLATE = `import type { Knex } from 'knex';

/** What this changes, and why the release before it still works on the result (docs/upgrading.md). */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(\`
  \`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(\`
  \`);
}
`;

/**
 * Writes an empty migration with the next number, for a developer to fill in.
 *
 * @param directory - where migrations live
 * @param taken - names of the migrations that exist, without extension
 * @param title - lower-case words joined by underscores, such as `add_totp`
 * @returns the path of the new file
 */
async function makeMigration(
  directory: URL,
  taken: readonly string[],
  title: string,
): Promise<URL> {
  if (!/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(title)) {
    throw new GatehouseError(
      'bad_migration_name',
      `"${title}" is no migration name: expected lower-case words such as add_totp`,
      { status: 400 },
    );
  }
  const numbers = taken.map((name) => Number.parseInt(name, 10)).filter(Number.isInteger);
  const next = String(Math.max(0, ...numbers) + 1).padStart(4, '0');
  const file = new URL(`${next}_${title}.ts`, directory);
  await writeFile(file, TEMPLATE, { flag: 'wx' });
  return file;
}

if (import.meta.main) {
  const taken = await migrationSource.getMigrations();
  const file = await makeMigration(MIGRATIONS_DIRECTORY, taken, process.argv[2] ?? '');
  process.stdout.write(`${file.pathname}\n`);
}
