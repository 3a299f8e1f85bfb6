import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AuditEvent } from './audit/audit-event.ts';
import { countingAudit } from './compose-metrics.ts';
import { createMetrics } from './telemetry/metrics.ts';

describe('the audit log that counts', () => {
  it('tells tokens by grant type and refusals by error, and records all the same', async () => {
    const metrics = createMetrics();
    const recorded: string[] = [];
    const audit = countingAudit(
      {
        record: async ({ kind }) => void recorded.push(kind),
        list: async () => [],
        listOfAccount: async () => [],
        flush: async () => undefined,
      },
      metrics,
    );
    const happens = (kind: AuditEvent['kind'], detail: AuditEvent['detail'] = {}) =>
      audit.record({
        kind,
        detail,
        tenantId: undefined,
        outcome: 'success',
        actor: { type: 'system' },
      });
    await happens('token.issued', { grant_type: 'refresh_token' });
    await happens('token.issued', { grant_type: 'urn:ietf:params:oauth:grant-type:device_code' });
    await happens('token.refused', { grant_type: 'refresh_token', error: 'invalid_grant' });
    await happens('client.authentication_failed', { error: 'invalid_client' });
    await happens('sign_in.failed', { error: 'not_of_tokens', grant_type: 'none' });

    const page = (await metrics.render()).split('\n');
    const counted = page.filter((line) => /^(tokens|auth_events)_\w+\{/.test(line)).toSorted();
    assert.deepEqual(counted, [
      'auth_events_total{kind="client.authentication_failed"} 1',
      'auth_events_total{kind="sign_in.failed"} 1',
      'auth_events_total{kind="token.issued"} 2',
      'auth_events_total{kind="token.refused"} 1',
      'tokens_issued_total{grant_type="refresh_token"} 1',
      'tokens_issued_total{grant_type="urn:ietf:params:oauth:grant-type:device_code"} 1',
      'tokens_refused_total{error="invalid_client"} 1',
      'tokens_refused_total{error="invalid_grant"} 1',
    ]);
    assert.equal(recorded.length, 5);
  });
});
