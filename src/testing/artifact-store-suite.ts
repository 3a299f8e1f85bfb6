/**
 * The suite that every ArtifactStore passes: each sentence of the contract in
 * `provider/artifact-store.ts`, on real servers. What only one implementation has (its plans, its
 * keys) is tested beside it.
 */
import { after, before, describe } from 'node:test';
import type { ArtifactStore } from '../provider/artifact-store.ts';
import type { TenantId } from '../tenants/tenant.ts';
import { testAnyOrder } from './artifact-suite/any-order.ts';
import { testEnding } from './artifact-suite/ending.ts';
import { testEndingInFlight } from './artifact-suite/ending-in-flight.ts';
import { testFamilies } from './artifact-suite/families.ts';
import { testListing } from './artifact-suite/listing.ts';
import { testRecords } from './artifact-suite/records.ts';
import { createSamples, type Samples } from './artifact-suite/samples.ts';
import { testTenants } from './artifact-suite/tenants.ts';
import { testUpkeep } from './artifact-suite/upkeep.ts';

/** A store on a server of its own. */
export interface ArtifactStoreHarness {
  /** The same store as several replicas have it, each on connections of its own. */
  readonly replicas: readonly [ArtifactStore, ArtifactStore, ...ArtifactStore[]];
  /** The clock of all replicas; only ever forward. */
  now(): Date;
  setNow(now: Date): void;
  newTenant(): Promise<TenantId>;
  /** Expired rows, or entries of indexes, that wait for `sweep`. */
  leftovers(): Promise<number>;
  stop(): Promise<void>;
}

/** What the tests of one group get; each test makes tenants and artifacts of its own. */
export interface SuiteContext {
  readonly harness: ArtifactStoreHarness;
  readonly store: ArtifactStore;
  readonly samples: Samples;
}

/** Declares the suite for one implementation. */
export function artifactStoreSuite(
  name: string,
  createHarness: () => Promise<ArtifactStoreHarness>,
): void {
  describe(name, () => {
    let context: SuiteContext | undefined;
    const given = (): SuiteContext => {
      if (context === undefined) throw new Error('the harness did not start');
      return context;
    };

    before(async () => {
      const harness = await createHarness();
      context = { harness, store: harness.replicas[0], samples: createSamples(harness) };
    });
    after(() => context?.harness.stop());

    describe('records', () => testRecords(given));
    describe('refresh token families', () => testFamilies(given));
    describe('ending', () => testEnding(given));
    describe('ending what is in flight', () => testEndingInFlight(given));
    describe('tenant A against tenant B', () => testTenants(given));
    describe('what an account has', () => testListing(given));
    describe('upkeep', () => testUpkeep(given));
    describe('in any order', () => testAnyOrder(given));
  });
}
