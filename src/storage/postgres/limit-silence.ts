import type { Client } from 'pg';

/** What Knex asks of a connection: a text, or a text with values, and whom to tell. */
export type Query = (
  statement: string | { text: string },
  tell: (error: unknown, result?: unknown) => void,
) => unknown;

/**
 * Gives connections up whose server does not answer a statement in time.
 *
 * A server that is unplugged, or a firewall that forgot its connections, refuses nothing: without
 * this, whoever asked would wait until TCP gives up, a quarter of an hour later. The limit belongs
 * a little above the server's own `statement_timeout`, which ends what is merely slow. A
 * transaction that lifts that one (`set local statement_timeout = 0`: migrations and `seed apply`
 * wait for their locks) lifts this one too, until it ends.
 *
 * When one connection is given up, so are those that are idle: they most likely lead to the same
 * silence, and would each cost a caller the whole wait to find out.
 *
 * What was asked then fails with "Connection terminated unexpectedly", and the pool makes new
 * connections when somebody needs them.
 *
 * @returns a function to call with each new connection of one pool
 */
export function limitSilence(limitMs: number): (connection: Client) => void {
  const idle = new Set<Client>();

  function giveUp(connection: Client): void {
    for (const each of [connection, ...idle]) each.connection.stream.destroy();
  }

  return (connection) => {
    const query: Query = connection.query.bind(connection);
    let lifted = false;
    let ended = false;

    const limited: Query = (statement, tell) => {
      const text = typeof statement === 'string' ? statement : statement.text;
      if (/^\s*set local statement_timeout\b/i.test(text)) lifted = true;
      if (/^\s*(commit|rollback)\b/i.test(text)) lifted = false;

      idle.delete(connection);
      const timer = lifted ? undefined : setTimeout(() => giveUp(connection), limitMs);
      return query(statement, (error, result) => {
        clearTimeout(timer);
        if (!ended) idle.add(connection);
        tell(error, result);
      });
    };
    idle.add(connection);
    connection.once('end', () => {
      ended = true;
      idle.delete(connection);
    });
    Object.assign(connection, { query: limited });
  };
}
