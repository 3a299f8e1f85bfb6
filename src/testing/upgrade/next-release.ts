/** The release that comes after these sources, so that both can run side by side. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const COPIED = ['src', 'migrations', 'views', 'seeds', 'package.json'];

const run = promisify(execFile);

/** The version of the next release, which it writes into each audit event. */
export const NEXT_VERSION = '99.0.0-next';
/** What it adds to the schema. */
export const NEXT_MIGRATION = '9001_audit_release';

const MIGRATION = `import type { Knex } from 'knex';

/**
 * Which release wrote an event; the release before leaves it null. And a column in each table that
 * requests use most, which all of them have prepared statements and functions for.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(\`
    alter table artifacts add column novelty text not null default 'none';
    alter table audit_events add column release text;
    alter table tombstones add column novelty text;
    alter table recorded_grants add column novelty text;
    alter table accounts add column novelty int not null default 0;
    alter table passwords add column novelty text;
    alter table clients add column novelty text;
    alter table tenants add column novelty text;
    create table novelties (id uuid primary key)\`);
}

export async function down(): Promise<void> {}
`;

/** What is different in its sources: code that uses what the migration brought. */
const EDITS = [
  {
    file: 'package.json',
    from: /"version": "[^"]+"/,
    to: `"version": "${NEXT_VERSION}"`,
  },
  {
    file: 'src/storage/postgres/audit-log.ts',
    from: /insert into audit_events \(\$\{COLUMNS\}\)\s+select \$\{COLUMNS\} from/,
    to: `insert into audit_events (\${COLUMNS}, release)
     select \${COLUMNS}, '${NEXT_VERSION}' from`,
  },
];

interface NextRelease {
  /** Its `main.ts`. */
  readonly main: string;
  /**
   * Runs its `gatehouse` in a process of its own.
   *
   * @returns what it printed
   * @throws Error when it ends with another code than 0
   */
  cli(env: Readonly<Record<string, string>>, ...args: string[]): Promise<string>;
  /** To be called when nothing of it runs any more. */
  remove(): Promise<void>;
}

/** Copies these sources and changes them as a next release would. */
export async function makeNextRelease(): Promise<NextRelease> {
  const directory = await mkdtemp(join(tmpdir(), 'gatehouse-next-'));
  for (const name of COPIED) await cp(join(ROOT, name), join(directory, name), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  await writeFile(join(directory, 'migrations', `${NEXT_MIGRATION}.ts`), MIGRATION);
  for (const { file, from, to } of EDITS) {
    const path = join(directory, file);
    const text = await readFile(path, 'utf8');
    if (!from.test(text)) throw new Error(`${file} is not what the next release would change`);
    await writeFile(
      path,
      text.replace(from, () => to),
    );
  }
  return {
    main: join(directory, 'src', 'main.ts'),
    async cli(env, ...args) {
      const program = join(directory, 'src', 'cli', 'cli.ts');
      const { stdout } = await run(process.execPath, [program, ...args], {
        env: { PATH: process.env.PATH ?? '', ...env },
        cwd: '/',
      });
      return stdout;
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}
