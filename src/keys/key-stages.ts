import { isSigningAlgorithm } from '../tenants/known-settings.ts';
import type { SigningAlgorithm } from '../tenants/tenant.ts';
import type { KeyPolicy } from './key-policy.ts';
import type { SealedSigningKey } from './signing-key.ts';

/**
 * What the stages of a set allow. Pure: the set as it is, and the time, in; the set as it should
 * be, out.
 *
 * One rule holds in every set that these functions return, and signing depends on it: an algorithm
 * that has a key at all has exactly one `active` key. The library signs with the first key of the
 * algorithm, whatever its stage, so the active key must be there and must come first.
 */

/** A set after a change, and which keys changed how. */
export interface StageChange {
  readonly keys: readonly SealedSigningKey[];
  /** `kid`s that sign from now on. */
  readonly activated: readonly string[];
  /** `kid`s that signed until now and stay published. */
  readonly retired: readonly string[];
  /** `kid`s that are no longer published. */
  readonly dropped: readonly string[];
}

/** The key that signs with `algorithm` today. */
export function activeKeyOf(
  keys: readonly SealedSigningKey[],
  algorithm: SigningAlgorithm,
): SealedSigningKey | undefined {
  return keys.find((key) => key.algorithm === algorithm && key.stage === 'active');
}

/** The newest key that waits to sign with `algorithm`. */
export function nextKeyOf(
  keys: readonly SealedSigningKey[],
  algorithm: SigningAlgorithm,
): SealedSigningKey | undefined {
  return keys
    .filter((key) => key.algorithm === algorithm && key.stage === 'next')
    .sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime())[0];
}

/**
 * The algorithms that a tenant signs with: those of its settings and those it ever had. A client
 * may have registered an algorithm that the settings ask for no longer, so it keeps its keys.
 * Keys of one that only a newer release knows are left as they are, for that release.
 */
export function algorithmsOf(
  keys: readonly SealedSigningKey[],
  settings: { readonly signingAlgorithms: readonly SigningAlgorithm[] },
): SigningAlgorithm[] {
  const found = keys.map((key) => key.algorithm).filter(isSigningAlgorithm);
  return [...new Set([...settings.signingAlgorithms, ...found])];
}

/** Makes keys of a set sign from `now` on, in place of those that did, which retire. */
export function activateKeys(
  keys: readonly SealedSigningKey[],
  kids: ReadonlySet<string>,
  now: Date,
  policy: KeyPolicy,
): StageChange {
  const chosen = keys.filter((key) => kids.has(key.kid) && key.stage !== 'active');
  const algorithms = new Set(chosen.map((key) => key.algorithm));
  const activated = new Set(chosen.map((key) => key.kid));
  const replaced = keys.filter((key) => key.stage === 'active' && algorithms.has(key.algorithm));
  const retired = new Set(replaced.map((key) => key.kid));

  return {
    keys: keys.map((key) => {
      if (activated.has(key.kid)) {
        return { ...key, stage: 'active', stageSince: now, goneAt: undefined };
      }
      return retired.has(key.kid) ? retire(key, now, policy) : key;
    }),
    activated: [...activated],
    retired: [...retired],
    dropped: [],
  };
}

/**
 * The set as it should be at `now`: `next` keys whose time has come sign, the keys that they
 * replace retire, and retiring keys past their end are gone.
 */
export function advanceStages(
  keys: readonly SealedSigningKey[],
  now: Date,
  policy: KeyPolicy,
): StageChange {
  const staying = keys.filter(
    (key) => key.stage !== 'retiring' || key.goneAt === undefined || key.goneAt > now,
  );
  const due = new Set<string>();
  for (const algorithm of algorithmsOf(staying, { signingAlgorithms: [] })) {
    const next = nextKeyOf(staying, algorithm);
    if (next !== undefined && next.stageSince <= now) due.add(next.kid);
  }
  const change = activateKeys(staying, due, now, policy);
  return { ...change, dropped: keys.filter((key) => !staying.includes(key)).map((key) => key.kid) };
}

/**
 * The algorithms whose key has signed for so long that its successor is to be published: none of
 * which waits already.
 *
 * @param signingSince - when a key began to sign at the latest whose time has come
 */
export function withoutSuccessor(
  keys: readonly SealedSigningKey[],
  signingSince: Date,
): SigningAlgorithm[] {
  return keys
    .filter((key) => key.stage === 'active' && key.stageSince <= signingSince)
    .map((key) => key.algorithm)
    .filter(isSigningAlgorithm)
    .filter((algorithm) => nextKeyOf(keys, algorithm) === undefined);
}

function retire(key: SealedSigningKey, now: Date, policy: KeyPolicy): SealedSigningKey {
  const goneAt = new Date(now.getTime() + policy.retireSeconds * 1000);
  return { ...key, stage: 'retiring', stageSince: now, goneAt };
}
