import { closestName } from './closest-name.ts';
import type { Place } from './seed-problem.ts';
import {
  describeFound,
  entriesOf,
  isStorable,
  itemsOf,
  placeOf,
  report,
  type SeedNode,
  scalarOf,
} from './seed-source.ts';

/** A mapping whose keys are known to be allowed. */
export interface SeedMap {
  readonly at: SeedNode;
  readonly place: Place;
  /** The value of a key; undefined when the key is left out. */
  get(key: string): SeedNode | undefined;
  readonly keys: readonly string[];
}

/** What a text must look like. */
export interface TextRule {
  /** Completes "expected …". */
  readonly expected: string;
  readonly accepts: (text: string) => boolean;
}

/**
 * Reads a mapping with these keys; every other key is a problem.
 *
 * @param what - completes "expected …" when there is no mapping
 */
export function readMap(
  at: SeedNode,
  what: string,
  allowed: readonly string[],
): SeedMap | undefined {
  const entries = entriesOf(at);
  if (entries === undefined) {
    report(at, `expected ${what}, found ${describeFound(at, true)}`);
    return undefined;
  }
  const values = new Map<string, SeedNode>();
  for (const { key, keyAt, value } of entries) {
    if (allowed.includes(key)) {
      values.set(key, value);
      continue;
    }
    const guess = closestName(key, allowed);
    report(
      keyAt,
      guess === undefined
        ? `expected one of ${allowed.join(', ')}, found an unknown key`
        : `expected a known key, found an unknown one; did you mean ${guess}?`,
    );
  }
  return { at, place: placeOf(at), get: (key) => values.get(key), keys: [...values.keys()] };
}

/** The value of a key that must be there. */
export function requireKey(map: SeedMap, key: string, expected: string): SeedNode | undefined {
  const value = map.get(key);
  if (value === undefined) report(map.at, `expected ${key} (${expected}), found no such key`);
  return value;
}

/** Reads a list; an absent key is an empty list. */
export function readList<T>(
  at: SeedNode | undefined,
  what: string,
  readItem: (item: SeedNode) => T | undefined,
): T[] {
  if (at === undefined) return [];
  const items = itemsOf(at);
  if (items === undefined) {
    report(at, `expected a list of ${what}, found ${describeFound(at, true)}`);
    return [];
  }
  return items.flatMap((item) => {
    const value = readItem(item);
    return value === undefined ? [] : [value];
  });
}

/** Reads text; an absent key is undefined and no problem. */
export function readText(
  at: SeedNode | undefined,
  rule: TextRule,
  options: { secret?: boolean } = {},
): string | undefined {
  if (at === undefined) return undefined;
  const value = scalarOf(at);
  if (typeof value === 'string' && isStorable(value) && rule.accepts(value)) return value;
  const quotes =
    typeof value === 'number' || typeof value === 'boolean' ? ' (put it in quotes)' : '';
  const found = describeFound(at, options.secret === true);
  report(at, `expected ${rule.expected}, found ${found}${quotes}`);
  return undefined;
}

/** A list of texts: each checked, sorted, without duplicates (a duplicate is a problem). */
export function readTextSet(at: SeedNode | undefined, what: string, rule: TextRule): string[] {
  return [...readPlacedTexts(at, what, rule).keys()];
}

/** Like `readTextSet`, with the place of each text: for texts that refer to something. */
export function readPlacedTexts(
  at: SeedNode | undefined,
  what: string,
  rule: TextRule,
): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  readList(at, what, (item) => {
    const text = readText(item, rule);
    if (text === undefined) return;
    if (places.has(text))
      report(item, `expected each one once, found ${JSON.stringify(text)} again`);
    places.set(text, placeOf(item));
  });
  return new Map([...places].sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function readFlag(at: SeedNode | undefined): boolean | undefined {
  if (at === undefined) return undefined;
  const value = scalarOf(at);
  if (typeof value === 'boolean') return value;
  report(at, `expected true or false, found ${describeFound(at)}`);
  return undefined;
}

/** Reads a whole number within limits. */
export function readWhole(
  at: SeedNode | undefined,
  limits: { min: number; max: number; unit: string },
): number | undefined {
  if (at === undefined) return undefined;
  const value = scalarOf(at);
  const { min, max, unit } = limits;
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) {
    return value;
  }
  report(at, `expected whole ${unit} from ${min} to ${max}, found ${describeFound(at)}`);
  return undefined;
}

/**
 * Reads one of a few words.
 *
 * @param later - words that the format has and this version does not do yet
 */
export function readChoice<T extends string>(
  at: SeedNode | undefined,
  choices: readonly T[],
  later: readonly string[] = [],
): T | undefined {
  if (at === undefined) return undefined;
  const value = scalarOf(at);
  const choice = choices.find((candidate) => candidate === value);
  if (choice !== undefined) return choice;
  const found = describeFound(at);
  const note = typeof value === 'string' && later.includes(value) ? ', which is not built yet' : '';
  report(at, `expected ${choices.join(' or ')}, found ${found}${note}`);
  return undefined;
}

/** The one key of several that a mapping must have. */
export function readChoiceOfKey<K extends string>(
  map: SeedMap,
  choices: readonly K[],
): { key: K; value: SeedNode } | undefined {
  const found = choices.flatMap((key) => {
    const value = map.get(key);
    return value === undefined ? [] : [{ key, value }];
  });
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const names = found.length === 0 ? 'none' : found.map(({ key }) => key).join(' and ');
  report(map.at, `expected exactly one of ${choices.join(', ')}, found ${names}`);
  return undefined;
}
