/**
 * Every look-up goes through the index that was made for it, in a database with enough rows for
 * that to matter. A method that is added to a store must say what it goes through, in one of
 * `storage/postgres/hot-lookups-*.test.ts`.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crowdTenant } from './crowd-tenant.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { type PopulatedTenant, populateTenant } from './populated-tenant.ts';
import { accessesDuring, type TableAccess } from './statement-plan.ts';

interface Lookup {
  /** Round trips, those of a transaction one by one; 1 unless it says so. */
  statements?: number;
  /**
   * Indexes and the columns that each is searched by, in any order. `some index` where pages of
   * administration leave it to the planner, as long as it never reads a whole table.
   */
  accesses: string[] | 'some index';
  work: () => Promise<unknown>;
}

export const LIMIT = 10;
export const FAR = new Date('2030-01-01T00:00:00Z');
const WHOLE_TABLE = ': all of it';

export interface CrowdedDatabase extends Pick<TestDatabase, 'db' | 'drop'> {
  /** The tenant that has two thousand rows of everything, and one that has one row. */
  readonly tenant: PopulatedTenant;
  readonly small: PopulatedTenant;
}

/** For a file of look-ups; call `drop` in its `after`. */
export async function createCrowdedDatabase(): Promise<CrowdedDatabase> {
  const { db, drop } = await createTestDatabase();
  const tenant = await populateTenant(db);
  const small = await populateTenant(db);
  await crowdTenant(db, tenant);
  return { db, drop, tenant, small };
}

/**
 * A test for each method of a store.
 *
 * @param database - asked when a test runs: it is made before the first
 */
export function testLookups<Store>(
  room: string,
  database: () => Pick<CrowdedDatabase, 'db'>,
  lookups: Record<keyof Store, Lookup>,
): void {
  for (const [method, { statements = 1, accesses, work }] of Object.entries<Lookup>(lookups)) {
    test(`${room}: ${method} goes through the indexes made for it`, async () => {
      const seen = await accessesDuring(database().db, work);
      const described = [...new Set(seen.accesses.map(describeAccess))].sort();
      if (accesses === 'some index') {
        assert.ok(described.length > 0);
        assert.ok(!described.some((access) => access.endsWith(WHOLE_TABLE)), described.join());
      } else {
        assert.deepEqual(described, accesses.toSorted());
      }
      assert.equal(seen.statements, statements);
    });
  }
}

/** `index: columns that it is searched by`, sorted. */
function describeAccess({ table, index, condition = '' }: TableAccess): string {
  if (index === undefined) return table + WHOLE_TABLE;
  const compared = condition.matchAll(/([a-z_]+)\)?(?:::[a-z]+)? (?:=|<=|>=|<|>) /g);
  const rows = condition.matchAll(/ROW\(([a-z_, ]+)\) [<>]/g);
  const columns = [
    ...[...compared].map(([, column = '']) => column),
    ...[...rows].flatMap(([, list = '']) => list.split(', ')),
  ];
  // All partitions of a month look alike.
  const name = index.replace(/_\d{4}_\d{2}/, '');
  return `${name}: ${[...new Set(columns)].sort().join(' ')}`;
}
