import type { Client } from 'pg';
import type { Query } from './limit-silence.ts';

/** Told of a statement without its values; what it returns is told how that ended. */
export type StatementWatch = (statement: string) => ((error: unknown) => void) | undefined;

/**
 * Tells of every statement that goes over the connections of a pool, those that begin and end
 * transactions included, which Knex tells nobody of.
 *
 * @returns a function to call with each new connection of one pool
 */
export function watchStatements(watch: StatementWatch): (connection: Client) => void {
  return (connection) => {
    const query: Query = connection.query.bind(connection);
    const watched: Query = (statement, tell) => {
      const end = watch(typeof statement === 'string' ? statement : statement.text);
      if (end === undefined) return query(statement, tell);
      return query(statement, (error, result) => {
        end(error);
        tell(error, result);
      });
    };
    Object.assign(connection, { query: watched });
  };
}
