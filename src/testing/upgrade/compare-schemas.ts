import type { Column, Constraint, Index, Relation, SchemaShape } from './schema-shape.ts';

/**
 * Everything in a schema that a release which knows only the one before may stumble over: whatever is
 * not an addition that it can leave alone. What a function does is not looked at, only how it is called.
 *
 * @returns a sentence for each; empty when the later one only adds
 */
export function findBreakages(before: SchemaShape, after: SchemaShape): string[] {
  return [
    ...Object.entries(before.relations).flatMap(([name, was]) => relation(name, was, after)),
    ...Object.keys(after.relations)
      .filter((name) => !(name in before.relations))
      .flatMap((name) => newParents(name, after.relations[name]?.constraints ?? [], before)),
    ...Object.entries(before.functions).flatMap(([name, returned]) =>
      functionOf(name, returned, after.functions[name]),
    ),
    ...Object.entries(before.enums).flatMap(([name, values]) =>
      enumOf(name, values, after.enums[name]),
    ),
  ];
}

function relation(name: string, was: Relation, { relations }: SchemaShape): string[] {
  const is = relations[name];
  if (is === undefined) return [`the ${was.kind} ${name} is gone`];
  const table: Pair = { name, was, is };
  return [
    ...(was.kind === is.kind ? [] : [`${name} was a ${was.kind}, and is a ${is.kind}`]),
    ...Object.entries(was.columns).flatMap(([column, one]) =>
      oldColumn(`${name}.${column}`, one, is.columns[column]),
    ),
    ...Object.entries(is.columns)
      .filter(([column]) => !(column in was.columns))
      .flatMap(([column, one]) => newColumn(`${name}.${column}`, one)),
    ...constraintsOf(table),
    ...indexesOf(table),
    ...triggersOf(table),
  ];
}

/** A table as it was, and as it is. */
interface Pair {
  readonly name: string;
  readonly was: Relation;
  readonly is: Relation;
}

function oldColumn(path: string, was: Column, is: Column | undefined): string[] {
  if (is === undefined) return [`the column ${path} is gone`];
  const found: string[] = [];
  if (was.type !== is.type) found.push(`the column ${path} was ${was.type}, and is ${is.type}`);
  if (was.nullable && !is.nullable) found.push(`the column ${path} may not be null any more`);
  if (!was.nullable && is.nullable) {
    found.push(`the column ${path} may be null, which whoever reads it does not expect`);
  }
  if (was.default !== null && is.default === null && !is.generated) {
    found.push(`the column ${path} has no default any more`);
  } else if (was.default !== null && was.default !== is.default) {
    found.push(`the column ${path} has another default: ${was.default} is ${is.default}`);
  }
  if (!was.generated && is.generated) {
    found.push(`the column ${path} takes no values any more: the database makes them`);
  }
  return found;
}

function newColumn(path: string, is: Column): string[] {
  if (is.nullable || is.default !== null || is.generated) return [];
  return [`the new column ${path} may not be null and has no default: it is left out by inserts`];
}

function constraintsOf({ name, was, is }: Pair): string[] {
  const gone = was.constraints.filter((one) => !stands(one, is.constraints));
  const fresh = is.constraints.filter((one) => !stands(one, was.constraints));
  const changed = (one: Constraint) => gone.find((other) => other.name === one.name);
  return [
    // Without a check there is more that a row can hold, not less.
    ...gone
      .filter(({ kind }) => kind !== 'check')
      .map((one) => `the ${one.kind} ${one.name} of ${name} is gone: ${one.definition}`),
    ...fresh.flatMap((one) => {
      const old = changed(one);
      if (old?.kind === 'check' && allowsMore(old.definition, one.definition)) return [];
      if (old?.kind === 'check') {
        return [
          `the check ${one.name} of ${name} refuses what was allowed, or may: ` +
            `${old.definition} is ${one.definition}`,
        ];
      }
      if (isMetByWhoeverDoesNotKnowIt(one, { name, was, is })) return [];
      return [`the ${one.kind} ${one.name} of ${name} is new: ${one.definition}`];
    }),
    ...newParents(name, fresh, { relations: { [name]: was } }),
  ];
}

function stands(one: Constraint, among: readonly Constraint[]): boolean {
  return among.some(({ kind, definition }) => kind === one.kind && definition === one.definition);
}

/** It is about new columns, and what the database puts into them meets it. */
function isMetByWhoeverDoesNotKnowIt(one: Constraint, { was, is }: Pair): boolean {
  if (one.kind === 'check') {
    return one.holdsForDefaults && one.columns.every((column) => !(column in was.columns));
  }
  return one.kind === 'foreign key' && one.columns.some((column) => staysNull(column, was, is));
}

/** A foreign key without an action keeps rows of its parent from being deleted as before. */
function newParents(
  name: string,
  constraints: readonly Constraint[],
  { relations }: Pick<SchemaShape, 'relations'>,
): string[] {
  return constraints
    .filter(({ parent, restricts }) => restricts && parent !== null && parent in relations)
    .map(
      (one) =>
        `the foreign key ${one.name} of ${name} keeps rows of ${one.parent} from being deleted: ` +
        one.definition,
    );
}

function indexesOf({ name, was, is }: Pair): string[] {
  const same = (one: Index) => (other: Index) => other.definition === one.definition;
  const gone = was.indexes.filter((one) => !is.indexes.some(same(one)));
  const fresh = is.indexes.filter((one) => !was.indexes.some(same(one)));
  // A column takes its indexes along, and is told of.
  const isLeft = ({ columns }: Index) =>
    columns.every((column) => column === null || column in is.columns);
  return [
    ...gone
      .filter(isLeft)
      .filter((one) => one.unique || !is.indexes.some((other) => servesFor(one, other)))
      .map((one) => `the ${kindOf(one)} ${one.name} of ${name} is gone: ${one.definition}`),
    ...fresh
      .filter((one) => one.unique)
      .filter(
        ({ nullsDistinct, columns }) =>
          !nullsDistinct || !columns.some((column) => staysNull(column, was, is)),
      )
      .map((one) => `the unique index ${one.name} of ${name} is new: ${one.definition}`),
  ];
}

function kindOf({ unique }: Index): string {
  return unique ? 'unique index' : 'index';
}

/** Whether another index finds what this one found. */
function servesFor(one: Index, other: Index): boolean {
  if (one.partial || other.partial || one.columns.includes(null)) return false;
  return one.columns.every((column, at) => other.columns[at] === column);
}

/** A column that is new, and that nobody who does not know it fills in. */
function staysNull(column: string | null, was: Relation, is: Relation): boolean {
  if (column === null || column in was.columns) return false;
  const fresh = is.columns[column];
  return fresh?.nullable === true && fresh.default === null && !fresh.generated;
}

function triggersOf({ name, was, is }: Pair): string[] {
  return [
    ...Object.keys(was.triggers)
      .filter((trigger) => was.triggers[trigger] !== is.triggers[trigger])
      .map((trigger) => `the trigger ${trigger} of ${name} is gone, or another`),
    ...Object.keys(is.triggers)
      .filter((trigger) => !(trigger in was.triggers))
      .map((trigger) => `the trigger ${trigger} of ${name} is new: what it does is not looked at`),
  ];
}

function functionOf(name: string, returned: string, returns: string | undefined): string[] {
  if (returns === undefined) return [`the function ${name} is gone, or has other arguments`];
  if (returns === returned) return [];
  return [`the function ${name} returned ${returned}, and returns ${returns}`];
}

function enumOf(name: string, had: readonly string[], has: readonly string[] | undefined) {
  const gone = had.filter((value) => !has?.includes(value));
  return gone.length === 0 ? [] : [`the type ${name} has no ${gone.join(', ')} any more`];
}

const LIST = /= ANY \(ARRAY\[([^\]]*)\]\)/g;

/** Whether a check is the same but for lists of values, which are longer. */
function allowsMore(was: string, is: string): boolean {
  const [old, fresh] = [was, is].map((definition) => ({
    lists: Array.from(definition.matchAll(LIST), ([, list]) => (list ?? '').split(', ')),
    rest: definition.replaceAll(LIST, '= ANY (…)'),
  }));
  if (old === undefined || fresh === undefined || old.rest !== fresh.rest) return false;
  // A longer list in what must not be allows less.
  if (/NOT|<>|CASE/.test(old.rest)) return false;
  return old.lists.every((list, at) => list.every((value) => fresh.lists[at]?.includes(value)));
}
