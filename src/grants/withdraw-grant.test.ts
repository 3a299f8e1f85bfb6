import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AuditEvent } from '../audit/audit-event.ts';
import { StorageUnavailableError } from '../errors.ts';
import { withdrawGrant } from './withdraw-grant.ts';

const tenant = { id: 't1' };
const withdrawal = {
  accountId: 'alice',
  clientId: 'notes-web',
  by: { actor: { type: 'account', id: 'alice' }, address: '192.0.2.1', requestId: 'r1' },
} as const;

function room(recorded: boolean, live: number) {
  const events: AuditEvent[] = [];
  const calls: string[] = [];
  return {
    events,
    calls,
    deps: {
      grants: {
        remove: async (...args: string[]) => {
          calls.push(`remove ${args.join(' ')}`);
          return recorded;
        },
      },
      revokeClientGrants: async (...args: string[]) => {
        calls.push(`revoke ${args.join(' ')}`);
        return live;
      },
      audit: { record: async (event: AuditEvent) => void events.push(event) },
    },
  };
}

describe('withdrawing consent', () => {
  it('forgets first and then revokes, and is audited', async () => {
    const { deps, calls, events } = room(true, 2);
    assert.equal(await withdrawGrant(deps, tenant, withdrawal), 'withdrawn');
    assert.deepEqual(calls, ['remove t1 alice notes-web', 'revoke t1 alice notes-web']);
    assert.deepEqual(events, [
      {
        kind: 'consent.withdrawn',
        tenantId: 't1',
        outcome: 'success',
        ...withdrawal.by,
        subject: { type: 'account', id: 'alice' },
        clientId: 'notes-web',
        detail: { grants: 2 },
      },
    ]);
  });

  it('counts whichever of the two was there', async () => {
    for (const [recorded, live] of [
      [true, 0],
      [false, 1],
    ] as const) {
      const { deps, events } = room(recorded, live);
      assert.equal(await withdrawGrant(deps, tenant, withdrawal), 'withdrawn');
      assert.equal(events.length, 1);
    }
  });

  it('of a client that holds nothing is no event', async () => {
    const { deps, events } = room(false, 0);
    assert.equal(await withdrawGrant(deps, tenant, withdrawal), 'unknown');
    assert.deepEqual(events, []);
  });

  it('that fails half-way is not said to be done', async () => {
    const { deps, events } = room(true, 0);
    const away = new StorageUnavailableError('redis');
    const broken = { ...deps, revokeClientGrants: () => Promise.reject(away) };
    await assert.rejects(withdrawGrant(broken, tenant, withdrawal), away);
    assert.deepEqual(events, []);
  });
});
