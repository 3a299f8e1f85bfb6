/** Chances that come again with the same seed. */
export interface SeededRandom {
  /** Whether something of this probability happens. */
  chance(probability: number): boolean;
  /** A whole number from 0 up to, and not including, this one. */
  below(limit: number): number;
  pick<T>(choices: readonly [T, ...T[]]): T;
}

/** @param seed - 32 bits; of several streams of one run, each takes a seed of its own */
export function createSeededRandom(seed: number): SeededRandom {
  let state = seed | 0;
  // Mulberry32: small, and even enough for tests.
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    chance: (probability) => next() < probability,
    below,
    pick: (choices) => choices[below(choices.length)] ?? choices[0],
  };
}
