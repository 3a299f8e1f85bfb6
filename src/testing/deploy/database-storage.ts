/**
 * What `storage-parameters.sql` is good for, measured: the same work of our own stores on tables as
 * they are by default, and on tables that were made ready by it.
 */
import assert from 'node:assert/strict';
import { pollUntil } from '../poll.ts';
import { type DatabaseWorld, startDatabaseWorld } from './database-world.ts';

const PEOPLE = 20_000;
const MAIL = 20_000;
const DEADLINE_MS = 10_000;
/** Changed at each sign-in, each by a statement of its store. */
const CHANGES: Readonly<Record<string, string>> = {
  totp_factors: `update totp_factors set last_used_step = coalesce(last_used_step, 0) + 1, last_used_at = now()`,
  passkeys: `update passkeys set counter = counter + 1, backed_up = false, last_used_at = now()`,
  remembered_browsers: `update remembered_browsers set last_used_at = now()`,
};

interface Measured {
  /** Changes that left the indexes alone, in percent. */
  readonly hot: Readonly<Record<string, number>>;
  /** Dead rows of the outbox at which vacuum comes. */
  readonly deadForVacuum: number;
}

/** @returns what was seen */
export async function tryStorageParameters(): Promise<string> {
  const before = await measure();
  const after = await measure('storage-parameters.sql');
  const words = Object.keys(CHANGES).map((table) => {
    const [from = 0, to = 0] = [before.hot[table], after.hot[table]];
    assert.ok(to > 90 && to > from, `${table}: ${from} % → ${to} %`);
    return `${table} ${from} → ${to} %`;
  });
  assert.ok(after.deadForVacuum < before.deadForVacuum / 5);
  return (
    `changes that leave the indexes alone: ${words.join(', ')}; of ${MAIL} mails vacuum comes after ` +
    `${before.deadForVacuum} → ${after.deadForVacuum} dead rows`
  );
}

async function measure(script?: string): Promise<Measured> {
  const world = await startDatabaseWorld('installed');
  try {
    if (script !== undefined) {
      await world.apply(script);
      await world.apply(script);
    }
    await fill(world);
    for (const change of Object.values(CHANGES)) await oneByOne(world, change);
    const hot: Record<string, number> = {};
    for (const table of Object.keys(CHANGES)) hot[table] = await hotPercent(world, table);
    const rows = await world.ask('vacuum');
    const outbox = rows.find(({ relation }) => relation === 'mail_outbox');
    return { hot, deadForVacuum: Number(outbox?.dead_for_vacuum) };
  } finally {
    await world.stop();
  }
}

/** People with what they have, as a month left them; and the mail of that month. */
async function fill(world: DatabaseWorld): Promise<void> {
  const people = `from accounts where username like 'care-%'`;
  await world.query(`
    insert into accounts (tenant_id, id, username, username_key)
    select id, 'care-' || n, 'care-' || n, 'care-' || n from tenants, generate_series(1, ${PEOPLE}) n
     where slug = 'default';
    insert into passkey_users select tenant_id, id, id ${people};
    insert into passkeys (tenant_id, account_id, credential_id, public_key, counter, aaguid,
                          backup_eligible, backed_up, created_at)
    select tenant_id, id, repeat('c', 40) || id, repeat('k', 100), 1, gen_random_uuid(), false, false, now() ${people};
    insert into totp_factors (tenant_id, id, account_id, state, sealed_seed)
    select tenant_id, gen_random_uuid(), id, 'active', repeat('s', 120) ${people};
    insert into remembered_browsers (tenant_id, account_id, digest, user_agent, address, created_at,
                                     last_used_at, expires_at)
    select tenant_id, id, repeat('d', 30) || id, repeat('u', 80), '192.0.2.1', now(), now(), '2100-01-01' ${people};
    insert into mail_outbox (tenant_id, id, kind, language, recipient, status, give_up_at, created_at,
                             sent_at, expires_at)
    select t.id, gen_random_uuid(), 'sign_in_code', 'en', 'x', 'sent', now(), now(), now(), '2100-01-01'
      from tenants t, generate_series(1, ${MAIL}) n where slug = 'default';
    analyze;`);
  await world.query('select pg_stat_reset()');
}

/** Changes each row in a transaction of its own, as sign-ins do; a tenth of the people. */
async function oneByOne(world: DatabaseWorld, change: string): Promise<void> {
  await world.query(`
    do $$
    declare
      one text;
      ours uuid := (select id from tenants where slug = 'default');
    begin
      for one in select id from accounts where username like 'care-%5' loop
        execute '${change} where tenant_id = $1 and account_id = $2' using ours, one;
        commit;
      end loop;
    end $$`);
}

async function hotPercent(world: DatabaseWorld, table: string): Promise<number> {
  return pollUntil(
    async () => {
      const [row] = await world.query(
        `select n_tup_upd, round(100.0 * n_tup_hot_upd / nullif(n_tup_upd, 0)) as hot
           from pg_stat_user_tables where relname = '${table}'`,
      );
      return Number(row?.n_tup_upd) >= PEOPLE / 10 && Number(row?.hot);
    },
    { deadlineMs: DEADLINE_MS },
  );
}
