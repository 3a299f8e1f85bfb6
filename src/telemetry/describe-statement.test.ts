import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeStatement } from './describe-statement.ts';

describe('describeStatement', () => {
  it('names a statement by its verb and its first table', () => {
    for (const [statement, name] of [
      ['select * from "accounts" where id = $1', 'SELECT accounts'],
      ['insert into "tenants" ("id") values ($1)', 'INSERT tenants'],
      ['update accounts set name = $1', 'UPDATE accounts'],
      ['delete from only sessions', 'DELETE sessions'],
      ['with gone as (delete from artifacts returning 1) select 1', 'WITH artifacts'],
      ['BEGIN;', 'BEGIN'],
      ['  \n ', 'OTHER'],
    ] as const) {
      assert.equal(describeStatement(statement).name, name);
    }
  });

  it('shows no literal', () => {
    const { text } = describeStatement(
      "select 'it''s secret', $1 from a where b = 'secret' and c = 'secret never closed",
    );
    assert.equal(text, 'select ?, $1 from a where b = ? and c = ?');
  });

  it('is short, and done with long texts at once', () => {
    const since = performance.now();
    const { text } = describeStatement(`select ${"'".repeat(1_000_001)}`);
    assert.ok(text.length <= 2000);
    assert.ok(performance.now() - since < 500);
  });
});
