/** The settings of `deploy/database`, included by a server, and what it then writes down. */
import assert from 'node:assert/strict';
import pg from 'pg';
import type { Build } from '../configured-postgres.ts';
import { ensurePrograms } from '../debian-programs.ts';
import { installedPrograms } from '../installed-postgres.ts';
import { pollUntil } from '../poll.ts';
import { DATABASE, type DatabaseWorld, startDatabaseWorld } from './database-world.ts';
import { NotToBeHad } from './trial.ts';

const DEADLINE_MS = 10_000;
/** What nobody may find in a log. */
const ADDRESS = 'somebody@logs.example';
const PASSWORD = 'a-password-of-a-role';
/** Slow enough to be logged. */
const SLOW = 'select count(*), pg_sleep(0.6) from accounts where email_key = $1';

/**
 * A slow statement is logged, and failed ones are, all without their values; a wait for a lock is.
 *
 * @returns what was seen
 */
export async function trySettings(build: Build): Promise<string> {
  const world = await startDatabaseWorld(build);
  try {
    const duration = await slowStatement(world);
    await failedStatements(world);
    await logged(world, /connection authorized: user=gatehouse_monitor/, () =>
      world.ask('connections'),
    );
    return `PostgreSQL ${world.postgres.major}: "${duration}" and who connects, no value`;
  } finally {
    await world.stop();
  }
}

/**
 * A plan is logged without its values, although that of one execution would hold them.
 *
 * @returns what was seen
 */
export async function tryAutoExplain(build: Build): Promise<string> {
  const world = await startDatabaseWorld(build, ['settings.conf', 'auto-explain.conf']);
  try {
    const plan = /(Index Cond|Filter): \(email_key = (.*?)\)/;
    const generic = await logged(world, plan, () => ask(world, SLOW, [ADDRESS]));
    assert.match(generic, /email_key = \$1/);
    assert.doesNotMatch(logOf(world), new RegExp(ADDRESS));
    // That is why: with plans as they are by default, the value is there.
    await ask(world, SLOW, [ADDRESS], '-c plan_cache_mode=auto');
    await pollUntil(() => logOf(world).includes(ADDRESS), { deadlineMs: DEADLINE_MS });
    return `PostgreSQL ${world.postgres.major}: $1 in the plan, where by default the value would be`;
  } finally {
    await world.stop();
  }
}

/**
 * Changes of the database itself are logged, without the passwords in them.
 *
 * @returns what was seen
 * @throws NotToBeHad where the extension cannot be installed
 */
export async function tryPgaudit(): Promise<string> {
  const { major } = await installedPrograms();
  const library = `/usr/lib/postgresql/${major}/lib/pgaudit.so`;
  try {
    await ensurePrograms({ [library]: `postgresql-${major}-pgaudit` });
  } catch (error) {
    throw new NotToBeHad(`pgaudit: ${error instanceof Error ? error.message : error}`);
  }
  const world = await startDatabaseWorld('installed', ['settings.conf', 'pgaudit.conf']);
  try {
    await world.query('create extension pgaudit');
    const table = await logged(world, /AUDIT: .*CREATE TABLE.*/, async () => {
      await world.query('create table audited (n integer)');
    });
    const role = await logged(world, /AUDIT: .*ALTER ROLE.*REDACTED.*/, async () => {
      await world.query(`alter role gatehouse_monitor password '${PASSWORD}'`);
    });
    await ask(world, 'select count(*) from accounts where email_key = $1', [ADDRESS]);
    assert.doesNotMatch(logOf(world), new RegExp(`${PASSWORD}|${ADDRESS}`));
    assert.ok(table !== '' && role !== '');
    return `PostgreSQL ${major}: ${table.slice(0, 60)}, a role's new password as <REDACTED>`;
  } finally {
    await world.stop();
  }
}

async function slowStatement(world: DatabaseWorld): Promise<string> {
  const line = await logged(world, /duration: [\d.]+ ms .*pg_sleep\(0\.6\).*/, () =>
    ask(world, SLOW, [ADDRESS]),
  );
  assert.doesNotMatch(logOf(world), new RegExp(ADDRESS));
  return /duration: [\d.]+ ms/.exec(line)?.[0] ?? '';
}

/** A refused row, and a statement that fails with a parameter in it. */
async function failedStatements(world: DatabaseWorld): Promise<void> {
  const add = `insert into accounts (tenant_id, id, username, username_key, email, email_key)
               select id, $1::text, $1, $1, $2::text, $2 from tenants where slug = 'default'`;
  await ask(world, add, ['a', ADDRESS]);
  await logged(world, /duplicate key value violates unique constraint/, () =>
    assert.rejects(ask(world, add, ['b', ADDRESS]), /accounts_tenant_id_email_key_key/),
  );
  await logged(world, /division by zero/, () =>
    assert.rejects(ask(world, 'select length($1::text) / 0', [ADDRESS]), /division by zero/),
  );
  assert.doesNotMatch(logOf(world), new RegExp(ADDRESS));
}

/** As Gatehouse asks: with parameters. */
async function ask(
  world: DatabaseWorld,
  statement: string,
  values: readonly string[],
  options = '',
): Promise<void> {
  const connectionString = world.postgres.url(DATABASE);
  const client = new pg.Client({ connectionString, ...(options === '' ? {} : { options }) });
  await client.connect();
  try {
    await client.query(statement, [...values]);
  } finally {
    await client.end();
  }
}

function logOf(world: DatabaseWorld): string {
  return world.postgres.log().join('\n');
}

/** Does something that has to be logged; what of it the expression finds. */
async function logged(
  world: DatabaseWorld,
  expected: RegExp,
  act: () => Promise<unknown>,
): Promise<string> {
  const before = world.postgres.log().length;
  await act();
  return pollUntil(() => expected.exec(world.postgres.log().slice(before).join('\n'))?.[0], {
    deadlineMs: DEADLINE_MS,
  });
}
