import type { DatabaseWork } from './tracing.ts';

/** A statement in a span. Characters. */
const LONGEST_STATEMENT = 2000;

/** The table that a statement is about: the first that it names. */
const TABLE = /\b(?:from|into|update|join)\s+(?:only\s+)?"?([a-z_][a-z0-9_]{0,62})"?/i;

/**
 * Says what a statement does, in words for a span: `INSERT accounts`.
 *
 * Values travel apart from our statements; should one ever stand in a statement as a literal, it does
 * not get through here either.
 */
export function describeStatement(statement: string): DatabaseWork {
  const text = statement
    .slice(0, LONGEST_STATEMENT)
    .replace(/'(?:[^']|'')*(?:'|$)/g, '?')
    .replace(/\s+/g, ' ')
    .trim();
  const verb = (/^[a-z]{2,20}/i.exec(text)?.[0] ?? 'other').toUpperCase();
  const table = TABLE.exec(text)?.[1];
  const name = table === undefined ? verb : `${verb} ${table}`;
  return { system: 'postgresql', name, operation: verb, text };
}
