import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connectionShortage } from './connection-budget.ts';

const AT_START = { poolMax: 20, replicas: undefined, limit: 97, left: 97, ours: 0 };

describe('connectionShortage', () => {
  it('counts what all replicas may want, and something to spare', () => {
    assert.equal(connectionShortage({ ...AT_START, replicas: 4 }), undefined);
    assert.equal(connectionShortage({ ...AT_START, replicas: 4, limit: 90 }), undefined);
    assert.equal(
      connectionShortage({ ...AT_START, replicas: 4, limit: 89 }),
      '4 replicas × 20 connections and 10 to spare are 90, and PostgreSQL has 89 for them',
    );
  });

  it('goes by what is said of replicas, and not by who happens to be connected', () => {
    assert.equal(connectionShortage({ ...AT_START, replicas: 4, left: 5, ours: 60 }), undefined);
  });

  it('asks where nobody has said it whether this pool still fits beside the others', () => {
    assert.equal(connectionShortage(AT_START), undefined);
    assert.equal(connectionShortage({ ...AT_START, left: 20, ours: 60 }), undefined);
    assert.equal(
      connectionShortage({ ...AT_START, left: 19, ours: 60 }),
      'this replica may want 20 connections, and PostgreSQL has 19 left of 97; ' +
        'other replicas and commands have 60',
    );
    assert.match(connectionShortage({ ...AT_START, left: -2 }) ?? '', /has 0 left of 97/);
  });
});
