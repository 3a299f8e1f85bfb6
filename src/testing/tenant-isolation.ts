import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Knex } from 'knex';
import { type PopulatedTenant, populateTenant } from './populated-tenant.ts';
import { rowsOfTenant } from './tenant-rows.ts';

/**
 * One check per method of a store. It calls the method as the tenant `mine` with ids of the
 * tenant `theirs`, and asserts that the answer is the one a stranger gets. A method without a
 * check does not compile.
 */
type IsolationChecks<Store> = Record<
  keyof Store,
  (store: Store, mine: PopulatedTenant, theirs: PopulatedTenant) => Promise<void>
>;

/**
 * Declares one test per method of a store: its check holds, and afterwards the other tenant's rows
 * are what they were, in every table.
 *
 * @param given - the file's database and store; called when a test runs
 */
export function testTenantIsolation<Store>(
  checks: IsolationChecks<Store>,
  given: () => { db: Knex; store: Store },
): void {
  for (const [method, check] of Object.entries<IsolationChecks<Store>[keyof Store]>(checks)) {
    test(`${method} sees and changes nothing of another tenant`, async () => {
      const { db, store } = given();
      const mine = await populateTenant(db);
      const theirs = await populateTenant(db);
      const before = await rowsOfTenant(db, theirs.tenantId);
      await check(store, mine, theirs);
      assert.deepEqual(await rowsOfTenant(db, theirs.tenantId), before);
    });
  }
}
