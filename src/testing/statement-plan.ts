import type { Knex } from 'knex';

/** How PostgreSQL reaches the rows of one table in a plan. */
export interface TableAccess {
  table: string | undefined;
  /** Undefined when it reads the whole table. */
  index: string | undefined;
  /** What the index is searched by; undefined when all of it is read. */
  condition: string | undefined;
}

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Index Cond'?: string;
  Plans?: PlanNode[];
}

/**
 * Runs `work`, then asks PostgreSQL how it runs each statement that `work` sent: every access to a
 * table, in the order of the plans. Reading a whole table is made expensive, so that it appears
 * only where no index would do.
 *
 * Calls of PL/pgSQL functions show nothing of what happens inside them.
 */
export async function accessesDuring(
  db: Knex,
  work: () => Promise<unknown>,
): Promise<{ statements: number; accesses: TableAccess[] }> {
  const sent: { sql: string; bindings: readonly unknown[] }[] = [];
  const watch = (statement: { sql: string; bindings?: readonly unknown[] }) => {
    if (!/^(BEGIN|COMMIT|ROLLBACK)/.test(statement.sql)) {
      sent.push({ sql: statement.sql, bindings: statement.bindings ?? [] });
    }
  };
  db.on('query', watch);
  try {
    await work();
  } finally {
    db.off('query', watch);
  }

  const accesses: TableAccess[] = [];
  await db.transaction(async (trx) => {
    await trx.raw('set local enable_seqscan = off');
    for (const { sql, bindings } of sent) {
      const { rows } = await trx.raw<{ rows: { 'QUERY PLAN': { Plan: PlanNode }[] }[] }>(
        `explain (format json) ${sql.replaceAll(/\$\d+/g, '?')}`,
        [...bindings] as Knex.Value[],
      );
      for (const { Plan } of rows[0]?.['QUERY PLAN'] ?? []) collect(Plan, accesses);
    }
  });
  return { statements: sent.length, accesses };
}

function collect(node: PlanNode, accesses: TableAccess[], table?: string): void {
  const relation = node['Relation Name'] ?? table;
  if (node['Node Type'] === 'Seq Scan' || node['Index Name'] !== undefined) {
    accesses.push({
      table: relation,
      index: node['Index Name'],
      condition: node['Index Cond'],
    });
  }
  for (const child of node.Plans ?? []) collect(child, accesses, node['Relation Name']);
}
