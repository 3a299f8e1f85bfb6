import type { Day } from './simulate.ts';

/** What grows by design: whole months go, 400 days later. The end of the simulation looks at that. */
const BY_MONTHS = 'audit_events';
/** One part of what there was, and what a handful of rows or a few pages make of small numbers. */
const PART = 1.05;
const ROWS = 8;
const BYTES = 96 * 1024;
const KEYS = 20;

/**
 * What is larger at the end of the days than at their beginning, beyond chance.
 *
 * @param days - of a plateau: everything that is kept for a time has been there for longer
 */
export function growthOver(days: readonly Day[]): string[] {
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return ['no days'];
  const grown: string[] = [];
  const compare = (what: string, before: number, after: number, slack: number) => {
    if (after > before * PART + slack) grown.push(`${what}: ${before} → ${after}`);
  };
  for (const table of Object.keys(last.rows)) {
    if (table === BY_MONTHS) continue;
    compare(`rows of ${table}`, first.rows[table] ?? 0, last.rows[table] ?? 0, ROWS);
    compare(`bytes of ${table}`, first.bytes[table] ?? 0, last.bytes[table] ?? 0, BYTES);
  }
  compare('keys in Redis', first.redisKeys, last.redisKeys, KEYS);
  compare('rows past their time', first.backlog, last.backlog, ROWS);
  return grown;
}

/** Rules that no visit gives anything to do; their own tests do. */
const UNTRIED = new Set([
  // Browsers that are not asked for a second factor: nobody here has one.
  'remembered_browsers',
  // Months, 400 days later.
  'audit_events',
]);

/** Rules that had nothing to do, although somebody left behind what is theirs. */
export function idleRules(removed: Readonly<Partial<Record<string, number>>>): string[] {
  return Object.entries(removed).flatMap(([rule, rows]) =>
    rows === 0 && !UNTRIED.has(rule) ? [rule] : [],
  );
}

/** Every kind of key that there is in Redis, and when it goes: none stays. */
const REDIS_KEYS: Readonly<Record<string, string>> = {
  'a:Session': 'the session expires, or ends',
  'a:Interaction': 'the sign-in expires, or ends',
  'a:AccessToken': 'the token expires',
  'a:ClientCredentials': 'the token expires',
  't:session': 'nothing lives any more that it keeps refused',
  't:grant': 'nothing lives any more that it keeps refused',
  't:account': 'nothing lives any more that it keeps refused',
  'x:g': 'the last token of the grant expires',
  'x:s': 'the last token of the session expires',
  'x:u': 'the session expires',
  'x:o': 'the last record of the account expires',
  'x:l:Session': 'the last session of the account expires',
  'x:n': 'the last session of the tenant expires',
  'artifact-tenants': 'the last session of any tenant expires',
  attempts: 'the window of its limit is over',
  endpoints: 'the window of its limit is over',
  keys: 'an hour',
};

/** Kinds of keys of which nobody has said when they go. */
export function unnamedKeys(kinds: Iterable<string>): string[] {
  return [...kinds].filter((kind) => !(kind in REDIS_KEYS));
}
