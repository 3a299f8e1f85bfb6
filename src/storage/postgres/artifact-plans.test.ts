import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Knex } from 'knex';
import type { ArtifactStore, ArtifactWrite } from '../../provider/artifact-store.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { insertTenant } from '../../testing/fixtures.ts';
import { createPostgresArtifactStore } from './artifact-store.ts';
import { createDatabase } from './database.ts';

/** Enough rows that reading a table through would never be a good plan. */
const ROWS = 24_000;
/** Rows from this number on have not expired. */
const ALIVE = ROWS / 8 + 1;
/** PL/pgSQL plans a statement for its values five times, then perhaps once for all. */
const REPETITIONS = 8;

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Index Cond'?: string;
  Plans?: PlanNode[];
}

describe('every artifact query, those inside functions too, goes through its index', () => {
  let database: TestDatabase;
  let db: Knex;
  let store: ArtifactStore;
  let tenantId: string;
  let plans: PlanNode[] = [];

  const now = new Date();
  const expiresAt = new Date(now.getTime() + 60_000);
  const until = { tombstoneUntil: expiresAt };
  const keyOf = (i: number) => `k${i}`;
  const write = (i: number, more: Partial<ArtifactWrite>): ArtifactWrite => ({
    tenantId,
    model: 'RefreshToken',
    key: `new${i}`,
    payload: {},
    expiresAt,
    startedAt: now,
    grantKey: `g${i}`,
    sessionKey: `s${i}`,
    endsWithSession: true,
    accountId: `a${i}`,
    ...more,
  });

  before(async () => {
    database = await createTestDatabase();
    tenantId = await insertTenant(database.db);
    await fill(database.db, tenantId);
    // One connection, so that what it is told is what the store's statements meet.
    db = createDatabase({
      url: database.url,
      poolMax: 1,
      acquireTimeoutMs: 5000,
      statementTimeoutMs: 10_000,
    });
    await db.raw(`
      load 'auto_explain';
      set auto_explain.log_min_duration = 0;
      set auto_explain.log_nested_statements = on;
      set auto_explain.log_format = 'json';
      set auto_explain.log_level = 'notice'`);
    const connection = await db.client.acquireConnection();
    connection.on('notice', ({ message }: { message?: string }) => {
      const json = /plan:\n(.*)$/s.exec(message ?? '')?.[1];
      if (json !== undefined) plans.push(JSON.parse(json).Plan);
    });
    await db.client.releaseConnection(connection);
    store = createPostgresArtifactStore(db, { now: () => now });
  });
  after(async () => {
    await db?.destroy();
    await database?.drop();
  });

  const queries: Record<
    keyof ArtifactStore,
    { indexes: readonly string[]; run: (i: number) => Promise<unknown> }
  > = {
    save: {
      // The tombstones; the parent and the Grant.
      indexes: ['artifacts_pkey', 'tombstones_pkey'],
      run: (i) => store.save(write(i, { parentKey: keyOf(i) })),
    },
    insertOnce: {
      indexes: ['artifacts_pkey', 'tombstones_pkey'],
      run: (i) => store.insertOnce(write(i + 100, {})),
    },
    find: { indexes: ['artifacts_pkey'], run: (i) => store.find(tenantId, 'Session', keyOf(i)) },
    findSessionByUid: {
      indexes: ['artifacts_session'],
      run: (i) => store.findSessionByUid(tenantId, `s${i}`),
    },
    findByUserCode: {
      indexes: ['artifacts_user_code'],
      run: (i) => store.findByUserCode(tenantId, `u${i}`),
    },
    listByAccount: {
      indexes: ['artifacts_account'],
      run: (i) =>
        store.listByAccount(tenantId, `a${i}`, 'Session', {
          limit: 200,
          ...(i % 2 === 0 ? {} : { after: { expiresAt, key: keyOf(i) } }),
        }),
    },
    consume: {
      indexes: ['artifacts_parent', 'artifacts_pkey'],
      run: (i) => store.consume(tenantId, 'RefreshToken', `new${i}`, { retryWindowSeconds: 10 }),
    },
    giveBack: {
      indexes: ['artifacts_parent', 'artifacts_pkey'],
      run: (i) =>
        store.giveBack(tenantId, {
          model: 'RefreshToken',
          key: keyOf(i),
          successorKey: keyOf(i + 1),
        }),
    },
    destroy: {
      indexes: ['artifacts_pkey'],
      run: (i) => store.destroy(tenantId, 'Session', keyOf(i + 500)),
    },
    revokeGrant: {
      indexes: ['artifacts_grant', 'artifacts_pkey'],
      run: (i) => store.revokeGrant(tenantId, `g${i + 500}`, until),
    },
    endSession: {
      indexes: ['artifacts_grant', 'artifacts_pkey', 'artifacts_session'],
      run: (i) => store.endSession(tenantId, `s${i + 500}`, [`g${i + 1000}`], until),
    },
    endAccount: {
      indexes: ['artifacts_account', 'artifacts_pkey'],
      run: (i) => store.endAccount(tenantId, `a${i + 2000}`, until),
    },
    deny: { indexes: [], run: (i) => store.deny(tenantId, `j${i}`, expiresAt) },
    isDenied: {
      indexes: ['tombstones_pkey'],
      run: (i) => store.isDenied(tenantId, `j${i}`, `g${i}`),
    },
    countSessions: { indexes: ['artifacts_live_sessions'], run: () => store.countSessions() },
    sweep: {
      indexes: ['artifacts_expiry', 'artifacts_pkey', 'tombstones_expiry', 'tombstones_pkey'],
      run: () => store.sweep(10),
    },
  };

  for (const [method, { indexes, run }] of Object.entries(queries)) {
    test(`${method}: ${indexes.join(', ') || 'reads nothing'}`, async () => {
      plans = [];
      for (let i = 1; i <= REPETITIONS; i += 1) await run(ALIVE + i);
      assert.ok(plans.length >= REPETITIONS, 'the server said how it runs them');
      const nodes = plans.flatMap(flatten).filter(isOurs);
      const whole = nodes.filter((node) => node['Node Type'] === 'Seq Scan');
      assert.deepEqual(whole, [], 'no table is read through');
      const scans = nodes.filter((node) => node['Index Name'] !== undefined);
      assert.deepEqual(
        scans.filter((node) => node['Index Cond'] === undefined),
        [],
        'no index is read through',
      );
      const used = new Set(scans.map((node) => node['Index Name']));
      assert.deepEqual([...used].sort(), [...indexes]);
    });
  }
});

/** Tables of artifacts alone: the foreign key's look at `tenants` is not the question. */
function isOurs(node: PlanNode): boolean {
  const name = node['Index Name'] ?? node['Relation Name'] ?? '';
  return name.startsWith('artifacts') || name.startsWith('tombstones');
}

function flatten(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(flatten)];
}

/** Half of a tenant's and of another's artifacts have expired. */
async function fill(db: Knex, tenantId: string): Promise<void> {
  const other = await insertTenant(db);
  for (const tenant of [tenantId, other]) {
    await db.raw(
      `insert into artifacts (tenant_id, model, key, payload, expires_at, grant_key, session_key,
                              ends_with_session, account_id, user_code_key, parent_key)
       select ?, m, 'k' || i, '{}', now() + (i - ? / 8) * interval '1 minute',
              'g' || i, 's' || i, true, 'a' || i, 'u' || i,
              case when m = 'RefreshToken' then 'k' || (i - 1) end
         from generate_series(1, ? / 4) i,
              unnest(array['Grant', 'RefreshToken', 'Session', 'DeviceCode']) m`,
      [tenant, ROWS, ROWS],
    );
    await db.raw(
      `insert into tombstones (tenant_id, kind, key, ended_at, expires_at)
       select ?, 'grant', 't' || i, now(), now() + (i - ? / 2) * interval '1 minute'
         from generate_series(1, ?) i`,
      [tenant, ROWS, ROWS],
    );
  }
  await db.raw('analyze artifacts, tombstones');
}
