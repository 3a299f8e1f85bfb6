import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { POD, type PodObject } from './pod-object.ts';
import { type ContainerRecord, newRecord, podStatus } from './pod-status.ts';

const LONG_AGO = '2020-01-01T00:00:00Z';

function pod(restartPolicy: 'Always' | 'Never'): PodObject {
  return POD.parse({
    metadata: { name: 'one', namespace: 'here', uid: '1' },
    spec: {
      restartPolicy,
      initContainers: [{ name: 'before', image: 'a' }],
      containers: [{ name: 'main', image: 'a' }],
    },
    status: {},
  });
}

function ended(exitCode: number): ContainerRecord {
  const terminated = {
    ...{ exitCode, reason: exitCode === 0 ? ('Completed' as const) : ('Error' as const) },
    ...{ message: '', startedAt: LONG_AGO, finishedAt: LONG_AGO },
  };
  return { ...newRecord(), state: { terminated } };
}

function runs(ready: boolean): ContainerRecord {
  return { ...newRecord(), state: { running: { startedAt: LONG_AGO } }, started: true, ready };
}

function statusOf(of: PodObject, before: ContainerRecord, main: ContainerRecord, ended = false) {
  const records = new Map([
    ['before', before],
    ['main', main],
  ]);
  const addresses = { nodeAddress: '10.0.0.1', address: '10.0.0.2' };
  const facts = { startTime: LONG_AGO, ...addresses, records, ended };
  const conditions = [
    { type: 'PodScheduled', status: 'True', lastTransitionTime: LONG_AGO },
    { type: 'Ready', status: 'False', lastTransitionTime: LONG_AGO },
  ];
  return podStatus(of, facts, conditions);
}

function conditionOf(status: ReturnType<typeof statusOf>, type: string) {
  return status.conditions.find((one) => one.type === type);
}

describe('the status of a pod', () => {
  it('is pending until a container has begun, and running from then on', () => {
    assert.equal(statusOf(pod('Always'), runs(false), newRecord()).phase, 'Pending');
    assert.equal(statusOf(pod('Always'), ended(0), runs(false)).phase, 'Running');
  });

  it('goes on running while a container that ended is to be started again', () => {
    assert.equal(statusOf(pod('Always'), ended(0), ended(1)).phase, 'Running');
  });

  it('is over when nothing is to be started again, as its containers ended', () => {
    assert.equal(statusOf(pod('Never'), ended(0), ended(0)).phase, 'Succeeded');
    assert.equal(statusOf(pod('Never'), ended(0), ended(2)).phase, 'Failed');
    assert.equal(statusOf(pod('Never'), ended(2), newRecord()).phase, 'Failed');
  });

  it('is over once somebody has deleted it, even when it was never begun', () => {
    assert.equal(statusOf(pod('Always'), ended(0), ended(0), true).phase, 'Succeeded');
    assert.equal(statusOf(pod('Never'), newRecord(), newRecord(), true).phase, 'Failed');
  });

  it('is ready with all of its containers, from the moment of that change', () => {
    const ready = conditionOf(statusOf(pod('Always'), ended(0), runs(true)), 'Ready');
    assert.equal(ready?.status, 'True');
    assert.notEqual(ready?.lastTransitionTime, LONG_AGO);
  });

  it('leaves the time of what has not changed, and what others have said', () => {
    const status = statusOf(pod('Always'), ended(0), runs(false));
    assert.equal(conditionOf(status, 'Ready')?.lastTransitionTime, LONG_AGO);
    assert.equal(conditionOf(status, 'PodScheduled')?.status, 'True');
  });
});
