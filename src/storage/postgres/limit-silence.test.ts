import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { limitSilence } from './limit-silence.ts';

const LIMIT_MS = 100;
/** A statement that says nothing for several times the limit. */
const SILENT = 'select pg_sleep(0.5)';

let database: TestDatabase;
const clients: pg.Client[] = [];

before(async () => {
  database = await createTestDatabase();
});

after(async () => {
  for (const client of clients) await client.end();
  await database.drop();
});

async function connect(limit: (client: pg.Client) => void): Promise<pg.Client> {
  const client = new pg.Client(database.url);
  client.on('error', () => undefined);
  clients.push(client);
  await client.connect();
  limit(client);
  return client;
}

/** Asks as Knex does. */
function ask(client: pg.Client, text: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    client.query({ text }, (error, result) => (error ? reject(error) : resolve(result.rows)));
  });
}

test('a statement that is answered in time is answered, again and again', async () => {
  const client = await connect(limitSilence(LIMIT_MS));
  for (let count = 1; count <= 3; count += 1) {
    assert.deepEqual(await ask(client, `select ${count} as count`), [{ count }]);
  }
  await assert.rejects(ask(client, 'nonsense'), /syntax error/);
  assert.deepEqual(await ask(client, 'select 4 as count'), [{ count: 4 }]);
});

test('a silent connection is given up, and so are the idle ones of its pool alone', async () => {
  const limit = limitSilence(LIMIT_MS);
  const [silent, idle, stranger] = await Promise.all([
    connect(limit),
    connect(limit),
    connect(limitSilence(LIMIT_MS)),
  ]);
  await ask(idle, 'select 1');
  const ended = Promise.all(
    [silent, idle].map((client) => new Promise<void>((resolve) => client.once('end', resolve))),
  );
  await assert.rejects(ask(silent, SILENT), /Connection terminated/);
  await ended;
  assert.deepEqual(await ask(stranger, 'select 1 as one'), [{ one: 1 }]);
});

test('a transaction that lifts the limit of the server lifts this one, until it ends', async () => {
  const client = await connect(limitSilence(LIMIT_MS));
  await ask(client, 'begin');
  await ask(client, 'set local statement_timeout = 0');
  await ask(client, SILENT);
  await ask(client, 'commit');
  await assert.rejects(ask(client, SILENT), /Connection terminated/);
});
