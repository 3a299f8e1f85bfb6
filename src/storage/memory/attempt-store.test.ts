import { attemptStoreSuite } from '../../testing/attempt-store-suite.ts';
import { createMemoryAttemptStore } from './attempt-store.ts';

attemptStoreSuite('in memory', (limits) =>
  createMemoryAttemptStore({ limits, digestKey: 'a key for tests' }),
);
