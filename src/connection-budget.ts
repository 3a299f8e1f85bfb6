/** What is taken as kept for commands, a migration, a backup and whoever looks after the database. */
export const CONNECTION_RESERVE = 10;

/** Connections that replicas want, and what there are. */
export interface ConnectionBudget {
  /** `DATABASE_POOL_MAX`. */
  readonly poolMax: number;
  /** `REPLICAS`; undefined: nobody has said. */
  readonly replicas: number | undefined;
  /** How many PostgreSQL has for this role and database. */
  readonly limit: number;
  /** Of those, how many nobody has at this moment. */
  readonly left: number;
  /** What other replicas and commands have at this moment. */
  readonly ours: number;
}

/**
 * Says whether PostgreSQL has the connections that replicas may want:
 * `REPLICAS × DATABASE_POOL_MAX + reserve ≤ connections`.
 *
 * Where nobody has said how many replicas there are, what can be known is whether this one's pool
 * still fits beside what is taken now, which is the least that there can be: pools grow with load.
 *
 * @returns what is wrong, in a sentence, or undefined
 */
export function connectionShortage(budget: ConnectionBudget): string | undefined {
  const { poolMax, replicas, limit, left, ours } = budget;
  if (replicas !== undefined) {
    const wanted = replicas * poolMax + CONNECTION_RESERVE;
    if (wanted <= limit) return undefined;
    return (
      `${replicas} replicas × ${poolMax} connections and ${CONNECTION_RESERVE} to spare are ${wanted}, ` +
      `and PostgreSQL has ${limit} for them`
    );
  }
  if (poolMax <= left) return undefined;
  return (
    `this replica may want ${poolMax} connections, and PostgreSQL has ${Math.max(left, 0)} left ` +
    `of ${limit}; other replicas and commands have ${ours}`
  );
}

/** What to do about it. */
export const CONNECTION_ADVICE =
  'Lower DATABASE_POOL_MAX, run fewer replicas, raise max_connections, or put pgbouncer between. See docs/deploy.md.';
