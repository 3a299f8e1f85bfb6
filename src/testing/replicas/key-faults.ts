import type { Fault } from './faults.ts';
import { KILLS, rotateUnderLoad } from './key-rotation.ts';
import { replaceSealingKey } from './sealing-key.ts';

/** What is tried where keys live for seconds: see `key-times.ts`. */
export const KEY_FAULTS: readonly Fault[] = [
  {
    name: 'signing keys rotate by themselves, and their keeper is killed',
    allowed: 'requests in flight on it',
    happen: rotateUnderLoad,
    isWithin: ({ during }, people) =>
      Object.values(during.failed).reduce((sum, count) => sum + (count ?? 0), 0) <= KILLS * people,
  },
  {
    name: 'the sealing key is replaced while signing keys rotate',
    allowed: 'nothing',
    happen: replaceSealingKey,
    isWithin: ({ during }) => Object.keys(during.failed).length === 0,
  },
];
