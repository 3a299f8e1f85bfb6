import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AuditEvent } from '../audit/audit-event.ts';
import { NotFoundError } from '../errors.ts';
import { recordGrant, recordRefusal } from './record-grant.ts';

const tenant = { id: 't1' };
const decision = {
  accountId: 'alice',
  clientId: 'notes-web',
  asked: {
    scopes: ['openid', 'email'],
    claims: [],
    resourceScopes: { 'https://api.example': ['notes:read', 'notes:write'] },
  },
  address: '192.0.2.1',
  requestId: 'r1',
};

function recorder() {
  const events: AuditEvent[] = [];
  return { events, audit: { record: async (event: AuditEvent) => void events.push(event) } };
}

describe('recordGrant', () => {
  it('stores what was shown, says what is allowed now, and audits it', async () => {
    const { events, audit } = recorder();
    const grants = {
      add: async (tenantId: string, accountId: string, clientId: string, allowed: object) => ({
        ...decision.asked,
        ...allowed,
        scopes: ['email', 'openid', 'profile'],
        tenantId,
        accountId,
        clientId,
        grantedAt: new Date(0),
      }),
    };
    const grant = await recordGrant({ grants, audit }, tenant, decision);
    assert.deepEqual(grant.scopes, ['email', 'openid', 'profile']);
    assert.deepEqual(events, [
      {
        kind: 'consent.granted',
        tenantId: 't1',
        outcome: 'success',
        actor: { type: 'account', id: 'alice' },
        subject: { type: 'client', id: 'notes-web' },
        clientId: 'notes-web',
        address: '192.0.2.1',
        requestId: 'r1',
        detail: {
          scopes: ['openid', 'email'],
          resource_scopes: ['https://api.example notes:read', 'https://api.example notes:write'],
        },
      },
    ]);
  });

  it('audits nothing that was not stored', async () => {
    const { events, audit } = recorder();
    const grants = { add: () => Promise.reject(new NotFoundError('client')) };
    await assert.rejects(recordGrant({ grants, audit }, tenant, decision), NotFoundError);
    assert.deepEqual(events, []);
  });
});

describe('recordRefusal', () => {
  it('audits a refusal', async () => {
    const { events, audit } = recorder();
    await recordRefusal({ audit }, tenant, decision);
    assert.equal(events[0]?.kind, 'consent.refused');
    assert.equal(events[0]?.outcome, 'failure');
  });
});
