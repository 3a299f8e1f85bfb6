/**
 * `npm run bench:accounts`: signing in where a tenant has 1,000,000 accounts, beside one with 1,000.
 *
 * Both tenants are in one database, on one server; the two take turns, attempt by attempt, so that a
 * machine whose speed drifts slows both. It prints medians and their ratio, shows which indexes
 * PostgreSQL goes through, and fails when the large tenant costs noticeably more or any look reads a
 * whole table. Some two minutes; it stops by itself.
 */
import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { DEFAULT_ATTEMPT_LIMITS } from '../../accounts/attempt-limits.ts';
import { authenticateAccount } from '../../accounts/authenticate-account.ts';
import { createPasswordHasher } from '../../accounts/password-hasher.ts';
import { createMemoryAttemptStore } from '../../storage/memory/attempt-store.ts';
import { createPostgresAccountStore } from '../../storage/postgres/account-store.ts';
import { query } from '../../storage/postgres/query.ts';
import { createPostgresSecondFactorStore } from '../../storage/postgres/second-factor-store.ts';
import { DEFAULT_TENANT_SETTINGS, type Tenant } from '../../tenants/tenant.ts';
import { createTestDatabase } from '../database.ts';
import { insertTenant } from '../fixtures.ts';
import { accessesDuring } from '../statement-plan.ts';

const SMALL = 1_000;
const LARGE = 1_000_000;
const LOOKS = 2_000;
const SIGN_INS = 150;
/**
 * How much more the large tenant may cost, noise of a shared machine included. A look alone is a
 * few index pages more, most of them not in memory; beside a hash nobody notices.
 */
const MOST = { look: 1.5, signIn: 1.15 };
const PASSWORD = 'violet umbrella at noon';
const CHUNK = 100_000;

const database = await createTestDatabase();
try {
  await measure();
} finally {
  await database.drop();
}

async function measure(): Promise<void> {
  const { db } = database;
  const accounts = createPostgresAccountStore(db, { now: () => new Date() });
  const factors = createPostgresSecondFactorStore(db);
  const hasher = createPasswordHasher({ pepper: 'a pepper', concurrency: 1, queueLimit: 10 });
  const hash = await hasher.hash(PASSWORD);
  const small = await fill(SMALL, hash);
  const large = await fill(LARGE, hash);
  await query(db, 'analyze accounts, passwords');

  const attempts = createMemoryAttemptStore({ limits: DEFAULT_ATTEMPT_LIMITS, digestKey: 'key' });
  const deps = {
    accounts,
    attempts,
    hasher,
    audit: { record: async () => undefined },
    logger: { warn: () => undefined },
    now: () => new Date(),
  };
  const look = async ({ tenant, size }: Filled) => {
    const identifier = `person${pick(size)}@acme.example`;
    const found = await accounts.findByIdentifier(tenant.id, identifier);
    if (found === undefined) throw new Error(`${identifier} is not there`);
    await factors.factorsOf(tenant.id, found.account.id);
  };
  const signIn = async ({ tenant, size }: Filled) => {
    const result = await authenticateAccount(deps, tenant, {
      identifier: `person${pick(size)}`,
      password: PASSWORD,
      address: '192.0.2.7',
      requestId: 'bench',
    });
    if (result.outcome !== 'authenticated') throw new Error(result.outcome);
  };

  const looks = await compare('looking an account and its factors up', LOOKS, look);
  const signIns = await compare('signing in with a password', SIGN_INS, signIn);
  const { accesses } = await accessesDuring(db, () => look(large));
  say(`\nindexes: ${[...new Set(accesses.map(({ index }) => index))].sort().join(', ')}`);
  const whole = accesses.filter(({ index }) => index === undefined);
  const dear = [looks > MOST.look, signIns > MOST.signIn].filter(Boolean);
  if (whole.length + dear.length > 0) {
    say(`failed: ${dear.length} ratios over their bound, ${whole.length} tables read whole`);
    process.exitCode = 1;
  }

  async function compare(
    what: string,
    times: number,
    work: (of: Filled) => Promise<void>,
  ): Promise<number> {
    const taken: [number[], number[]] = [[], []];
    for (let warmUp = 0; warmUp < times / 10; warmUp += 1) {
      await work(small);
      await work(large);
    }
    for (let turn = 0; turn < times; turn += 1) {
      for (const [at, of] of [small, large].entries()) {
        const start = performance.now();
        await work(of);
        taken[at as 0 | 1].push(performance.now() - start);
      }
    }
    const [of1000, ofMillion] = taken.map(median) as [number, number];
    const ratio = ofMillion / of1000;
    say(
      `${what}: median ${of1000.toFixed(2)} ms with ${SMALL} accounts, ${ofMillion.toFixed(2)} ms with ${LARGE}, ratio ${ratio.toFixed(2)}`,
    );
    return ratio;
  }
}

interface Filled {
  readonly tenant: Tenant;
  readonly size: number;
}

/** A tenant with so many people, who share a password. */
async function fill(size: number, hash: string): Promise<Filled> {
  const { db } = database;
  const id = await insertTenant(db);
  const mark = randomBytes(4).toString('hex');
  for (let from = 1; from <= size; from += CHUNK) {
    const to = Math.min(size, from + CHUNK - 1);
    await db.transaction(async (trx) => {
      await trx.raw('set local statement_timeout = 0');
      await trx.raw(
        `with people as (
           insert into accounts
             (tenant_id, id, username, username_key, email, email_key, email_verified)
           select ?::uuid, ? || n, 'person' || n, 'person' || n,
                  'person' || n || '@acme.example', 'person' || n || '@acme.example', true
             from generate_series(?::int, ?::int) n
           returning tenant_id, id
         )
         insert into passwords (tenant_id, account_id, hash) select tenant_id, id, ? from people`,
        [id, mark, from, to, hash],
      );
    });
  }
  const tenant = { id, slug: 'bench', name: 'Bench', settings: DEFAULT_TENANT_SETTINGS };
  return { tenant: { ...tenant, customIssuer: undefined, version: 1, disabled: false }, size };
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function pick(size: number): number {
  return 1 + Math.floor(Math.random() * size);
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
