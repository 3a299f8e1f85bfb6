import type { Knex } from 'knex';
import { query, queryOne } from '../../storage/postgres/query.ts';

/** What a release can meet in a database, by name: tables, views, sequences, functions, enums. */
export interface SchemaShape {
  readonly relations: Readonly<Record<string, Relation>>;
  /** What each returns, by name and arguments. */
  readonly functions: Readonly<Record<string, string>>;
  /** The values of each, in order. */
  readonly enums: Readonly<Record<string, readonly string[]>>;
}

export interface Relation {
  /** Such as `table`; a partition is not listed, it is of the shape of its table. */
  readonly kind: string;
  readonly columns: Readonly<Record<string, Column>>;
  readonly constraints: readonly Constraint[];
  readonly indexes: readonly Index[];
  /** Definitions, by name. */
  readonly triggers: Readonly<Record<string, string>>;
}

export interface Column {
  /** With its collation where it has one of its own. */
  readonly type: string;
  readonly nullable: boolean;
  readonly default: string | null;
  /** Written by the database alone: an expression, or an identity that takes no values. */
  readonly generated: boolean;
}

/** A check, a foreign key or an exclusion. What is unique is an index. */
export interface Constraint {
  readonly name: string;
  readonly kind: 'check' | 'foreign key' | 'exclusion';
  readonly definition: string;
  readonly columns: readonly string[];
  /** Of a foreign key. */
  readonly parent: string | null;
  /** Of a foreign key: the parent's rows cannot be deleted while there are rows here. */
  readonly restricts: boolean;
  /** Of a check: a row that leaves out every column of it is taken. */
  readonly holdsForDefaults: boolean;
}

export interface Index {
  readonly name: string;
  readonly unique: boolean;
  /** Without the name. */
  readonly definition: string;
  /** In order; null is an expression. */
  readonly columns: readonly (string | null)[];
  /** Of a unique one: two nulls are not the same. */
  readonly nullsDistinct: boolean;
  /** With a `where`: it holds only some rows. */
  readonly partial: boolean;
}

const HERE = 'current_schema()::regnamespace';

const RELATIONS = `
  select c.oid::int as oid, c.relname::text as name,
         case c.relkind when 'r' then 'table' when 'p' then 'partitioned table' when 'v' then 'view'
           when 'm' then 'materialized view' when 'S' then 'sequence' else 'foreign table' end
           || case c.relpersistence when 'u' then ', unlogged' else '' end
           || case when c.relrowsecurity then ', row security' else '' end as kind
    from pg_class c
   where c.relnamespace = ${HERE} and not c.relispartition
     and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
   order by c.relname`;

const COLUMNS = `
  select a.attrelid::int as oid, a.attname::text as name, not a.attnotnull as nullable,
         format_type(a.atttypid, a.atttypmod)
           || case when a.attcollation <> t.typcollation
                then ' collate ' || a.attcollation::regcollation else '' end as type,
         case when a.attidentity = 'd' then 'identity'
           when a.attgenerated = '' then pg_get_expr(d.adbin, d.adrelid) end as default,
         a.attgenerated <> '' or a.attidentity = 'a' as generated
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid and c.relnamespace = ${HERE}
    join pg_type t on t.oid = a.atttypid
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
   where a.attnum > 0 and not a.attisdropped and c.relkind <> 'i'
   order by a.attnum`;

/** Deferred or not, a foreign key without an action of its own keeps its parent. */
const CONSTRAINTS = `
  select con.conrelid::int as oid, con.conname::text as name,
         case con.contype when 'c' then 'check' when 'f' then 'foreign key'
           else 'exclusion' end as kind,
         pg_get_constraintdef(con.oid) as definition,
         pg_get_expr(con.conbin, con.conrelid) as expression,
         array(select a.attname::text from unnest(con.conkey) with ordinality k (num, n)
                 join pg_attribute a on a.attrelid = con.conrelid and a.attnum = k.num
                order by k.n) as columns,
         case when con.contype = 'f' then con.confrelid::regclass::text end as parent,
         con.contype = 'f' and con.confdeltype in ('a', 'r') as restricts
    from pg_constraint con
   where con.connamespace = ${HERE} and con.contype in ('c', 'f', 'x')
   order by con.conname`;

const INDEXES = `
  select i.indrelid::int as oid, x.relname::text as name, i.indisunique as unique,
         regexp_replace(pg_get_indexdef(i.indexrelid), 'INDEX \\S+ ON', 'INDEX ON') as definition,
         array(select a.attname::text
                 from unnest(i.indkey::int2[]) with ordinality k (num, n)
                 left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.num
                where k.n <= i.indnkeyatts order by k.n) as columns,
         not i.indnullsnotdistinct as "nullsDistinct", i.indpred is not null as partial
    from pg_index i
    join pg_class x on x.oid = i.indexrelid and x.relnamespace = ${HERE}
   order by x.relname`;

const TRIGGERS = `
  select t.tgrelid::int as oid, t.tgname::text as name, pg_get_triggerdef(t.oid) as definition
    from pg_trigger t join pg_class c on c.oid = t.tgrelid and c.relnamespace = ${HERE}
   where not t.tgisinternal
   order by t.tgname`;

const FUNCTIONS = `
  select p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')' as name,
         pg_get_function_result(p.oid) as returns
    from pg_proc p where p.pronamespace = ${HERE} and p.prokind in ('f', 'p')
   order by 1`;

const ENUMS = `
  select t.typname::text as name, array_agg(e.enumlabel::text order by e.enumsortorder) as values
    from pg_type t join pg_enum e on e.enumtypid = t.oid
   where t.typnamespace = ${HERE}
   group by t.typname order by t.typname`;

type Of<Row> = Row & { readonly oid: number };
type NamedColumn = Of<Column & { readonly name: string }>;
type FoundConstraint = Of<Constraint & { readonly expression: string | null }>;

/** Reads the shape of the schema that a connection is in, from PostgreSQL's own catalogue. */
export async function readSchemaShape(db: Knex): Promise<SchemaShape> {
  const found = await query<{ oid: number; name: string; kind: string }>(db, RELATIONS);
  const columns = await query<NamedColumn>(db, COLUMNS);
  const constraints = await query<FoundConstraint>(db, CONSTRAINTS);
  const indexes = await query<Of<Index>>(db, INDEXES);
  const triggers = await query<Of<{ name: string; definition: string }>>(db, TRIGGERS);
  const functions = await query<{ name: string; returns: string }>(db, FUNCTIONS);
  const enums = await query<{ name: string; values: string[] }>(db, ENUMS);

  const relations: Record<string, Relation> = {};
  for (const { oid, name, kind } of found) {
    const own = <Row extends { oid: number }>(rows: readonly Row[]) =>
      rows.filter((row) => row.oid === oid);
    const ownColumns = own(columns);
    const ownConstraints: Constraint[] = [];
    for (const { oid: _oid, expression, ...rest } of own(constraints)) {
      const holdsForDefaults =
        rest.kind === 'check' &&
        expression !== null &&
        (await holds(
          db,
          expression,
          ownColumns.filter((column) => rest.columns.includes(column.name)),
        ));
      ownConstraints.push({ ...rest, holdsForDefaults });
    }
    relations[name] = {
      kind,
      columns: Object.fromEntries(
        ownColumns.map(({ oid: _oid, name: column, ...rest }) => [column, rest]),
      ),
      constraints: ownConstraints,
      indexes: own(indexes).map(({ oid: _oid, ...rest }) => rest),
      triggers: Object.fromEntries(own(triggers).map((one) => [one.name, one.definition])),
    };
  }
  return {
    relations,
    functions: Object.fromEntries(functions.map(({ name, returns }) => [name, returns])),
    enums: Object.fromEntries(enums.map(({ name, values }) => [name, values])),
  };
}

/** Whether a check takes a row in which these columns are what the database makes of nothing. */
async function holds(
  db: Knex,
  expression: string,
  columns: readonly NamedColumn[],
): Promise<boolean> {
  const values = columns.map(
    (column) => `(${column.default ?? 'null'})::${column.type} as "${column.name}"`,
  );
  const sql = `select (${expression}) is not false as holds from (select ${values.join(', ')}) row`;
  const row = await queryOne<{ holds: boolean }>(db, sql.replaceAll('?', '\\?')).catch(
    () => undefined,
  );
  return row?.holds ?? false;
}
