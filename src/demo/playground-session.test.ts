import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  addPending,
  createPlaygroundSessions,
  inTurn,
  type PlaygroundSession,
  takePending,
} from './playground-session.ts';
import type { PendingSignIn } from './signed-in.ts';

const MINUTE = 60_000;

function pending(state: string): PendingSignIn {
  return {
    issuer: { name: 'Test', issuer: 'http://localhost', clientId: 'playground' },
    state,
    nonce: 'n',
    verifier: 'v',
    maxAgeSeconds: undefined,
    resource: undefined,
    request: { endpoint: '', parameters: [] },
  };
}

describe('playground sessions', () => {
  let at = 0;
  const now = () => new Date(at);

  it('live as long as they are used, and two hours longer', () => {
    const sessions = createPlaygroundSessions(now);
    const { id } = sessions.create();
    at += 119 * MINUTE;
    assert.equal(sessions.find(id)?.id, id);
    at += 119 * MINUTE;
    assert.equal(sessions.find(id)?.id, id);
    at += 120 * MINUTE;
    assert.equal(sessions.find(id), undefined);
    assert.equal(sessions.size, 0);
  });

  it('are at most 500: the one that was used least recently goes first', () => {
    const sessions = createPlaygroundSessions(now);
    const [first, second] = [sessions.create(), sessions.create()];
    for (let count = 2; count < 500; count += 1) sessions.create();
    sessions.find(first.id);
    sessions.create();
    assert.equal(sessions.size, 500);
    assert.equal(sessions.find(second.id), undefined);
    assert.equal(sessions.find(first.id), first);
  });

  it('are not found by what is no id', () => {
    const sessions = createPlaygroundSessions(now);
    sessions.create();
    for (const id of [undefined, '', '__proto__']) assert.equal(sessions.find(id), undefined);
  });

  it('end for good', () => {
    const sessions = createPlaygroundSessions(now);
    const { id } = sessions.create();
    sessions.end(id);
    assert.equal(sessions.find(id), undefined);
  });

  it('remember eight sign-ins under way, each for one answer', () => {
    const session: PlaygroundSession = createPlaygroundSessions(now).create();
    for (let count = 0; count < 9; count += 1) addPending(session, pending(`state-${count}`));
    assert.equal(takePending(session, 'state-0'), undefined);
    assert.equal(takePending(session, 'state-8')?.state, 'state-8');
    assert.equal(takePending(session, 'state-8'), undefined);
    assert.equal(takePending(session, undefined), undefined);
  });

  it('do one thing after the other, also after one that failed', async () => {
    const session = createPlaygroundSessions(now).create();
    const order: string[] = [];
    const gate = Promise.withResolvers<void>();
    const first = inTurn(session, async () => {
      await gate.promise;
      order.push('first');
      throw new Error('failed');
    });
    const second = inTurn(session, async () => void order.push('second'));
    gate.resolve();
    await assert.rejects(first, /failed/);
    await second;
    assert.deepEqual(order, ['first', 'second']);
  });
});
