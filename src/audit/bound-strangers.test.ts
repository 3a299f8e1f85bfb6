import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pollUntil } from '../testing/poll.ts';
import { createRecordingLogger } from '../testing/recording-logger.ts';
import type { AuditEvent } from './audit-event.ts';
import { boundStrangers, RECORDED_OF_STRANGERS } from './bound-strangers.ts';

const ADDRESS = '203.0.113.7';

function boundLog(options: { windowSeconds?: number; maxCallers?: number; lost?: boolean } = {}) {
  const { lost = false, ...bounds } = options;
  const recorded: AuditEvent[] = [];
  const logger = createRecordingLogger();
  const audit = boundStrangers(
    {
      record: async (event) => {
        if (lost) throw new Error('away');
        recorded.push(event);
      },
      list: async () => [],
      listOfAccount: async () => [],
      flush: async () => undefined,
    },
    { callerOf: (address) => address, logger, ...bounds },
  );
  const refuse = async (times: number, change: Partial<AuditEvent> = {}) => {
    for (let time = 1; time <= times; time += 1) {
      const of = { requestId: `${time}`, address: ADDRESS, clientId: 'web', ...change };
      await audit.record(refusal(of)).catch(() => undefined);
    }
  };
  return { audit, recorded, logger, refuse };
}

function refusal(change: Partial<AuditEvent>): AuditEvent {
  return {
    kind: 'token.refused',
    tenantId: 'a',
    outcome: 'failure',
    actor: { type: 'client', id: 'web' },
    byStranger: true,
    detail: { error: 'invalid_grant' },
    ...change,
  };
}

describe('the audit log that strangers cannot fill', () => {
  it('has the first of a minute and the last, which says how many there were between', async () => {
    const { audit, recorded, refuse } = boundLog();
    await refuse(200);
    assert.equal(recorded.length, RECORDED_OF_STRANGERS);
    await audit.flush();
    const last = recorded.at(-1);
    assert.equal(recorded.length, RECORDED_OF_STRANGERS + 1);
    assert.equal(last?.requestId, '200');
    assert.deepEqual(last.detail, { error: 'invalid_grant', left_out: 139 });
    await refuse(1);
    assert.equal(recorded.length, RECORDED_OF_STRANGERS + 2, 'another minute');
  });

  it('says so when the minute is over, though nobody comes again', async () => {
    const { recorded, refuse } = boundLog({ windowSeconds: 1 });
    await refuse(RECORDED_OF_STRANGERS + 3);
    await pollUntil(() => recorded.find(({ detail }) => detail?.left_out === 2), {
      deadlineMs: 10_000,
    });
    assert.equal(recorded.length, RECORDED_OF_STRANGERS + 1);
  });

  it('has all where only one was too many', async () => {
    const { audit, recorded, refuse } = boundLog();
    await refuse(RECORDED_OF_STRANGERS + 1);
    await audit.flush();
    assert.equal(recorded.length, RECORDED_OF_STRANGERS + 1);
    assert.deepEqual(recorded.at(-1)?.detail, { error: 'invalid_grant' });
  });

  it('gives an address no more for asking many tenants, and none of them another’s events', async () => {
    const { audit, recorded, refuse } = boundLog();
    for (let tenant = 0; tenant < 100; tenant += 1) await refuse(2, { tenantId: `${tenant}` });
    await audit.flush();
    assert.equal(recorded.length, RECORDED_OF_STRANGERS + 1);
    const { byStranger, ...last } = recorded.at(-1) ?? {};
    assert.equal(byStranger, true);
    assert.deepEqual(last, {
      kind: 'token.refused',
      tenantId: undefined,
      outcome: 'failure',
      actor: { type: 'anonymous' },
      address: ADDRESS,
      requestId: '2',
      detail: { error: 'invalid_grant', left_out: 139 },
    });
  });

  it('remembers a bounded number of addresses, and what it forgets is recorded first', async () => {
    const { recorded, refuse } = boundLog({ maxCallers: 2 });
    await refuse(RECORDED_OF_STRANGERS + 5);
    await refuse(1, { address: '203.0.113.8' });
    assert.equal(recorded.length, RECORDED_OF_STRANGERS + 1);
    await refuse(1, { address: '203.0.113.9' });
    assert.deepEqual(
      recorded
        .slice(RECORDED_OF_STRANGERS)
        .map(({ address, detail }) => [address, detail?.left_out]),
      [
        ['203.0.113.8', undefined],
        [ADDRESS, 4],
        ['203.0.113.9', undefined],
      ],
    );
  });

  it('logs what could not be recorded, with the number', async () => {
    const { audit, logger, refuse } = boundLog({ lost: true });
    await refuse(RECORDED_OF_STRANGERS + 5);
    await audit.flush();
    const line = await pollUntil(
      () => logger.lines().find(({ message }) => message === 'audit event lost'),
      { deadlineMs: 10_000 },
    );
    assert.equal(line.kind, 'token.refused');
    assert.equal(line.left_out, 4);
  });
});
