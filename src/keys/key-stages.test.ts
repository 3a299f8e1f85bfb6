import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SigningAlgorithm } from '../tenants/tenant.ts';
import { activateKeys, activeKeyOf, advanceStages, algorithmsOf, nextKeyOf } from './key-stages.ts';
import type { KeyStage, SealedSigningKey } from './signing-key.ts';

const policy = { publishSeconds: 100, retireSeconds: 1000 };
const at = (seconds: number) => new Date(Date.UTC(2030, 0, 1) + seconds * 1000);

function key(
  kid: string,
  stage: KeyStage,
  stageSince: Date,
  more: { algorithm?: SigningAlgorithm; goneAt?: Date } = {},
): SealedSigningKey {
  return {
    tenantId: 'tenant-a',
    kid,
    algorithm: more.algorithm ?? 'ES256',
    stage,
    publicJwk: { kty: 'EC' },
    sealedPrivateJwk: 'v1.sealed',
    createdAt: at(0),
    stageSince,
    goneAt: more.goneAt,
  };
}

const stagesOf = (keys: readonly SealedSigningKey[]) =>
  Object.fromEntries(keys.map(({ kid, stage }) => [kid, stage]));

describe('advanceStages', () => {
  const rotating = [key('old', 'active', at(0)), key('new', 'next', at(100))];

  test('leaves a next key alone until its time', () => {
    const change = advanceStages(rotating, at(99.999), policy);
    assert.deepEqual(stagesOf(change.keys), { old: 'active', new: 'next' });
    assert.deepEqual([change.activated, change.retired, change.dropped], [[], [], []]);
  });

  test('lets a next key sign from its time on, and retires the one that did', () => {
    const change = advanceStages(rotating, at(100), policy);
    assert.deepEqual(stagesOf(change.keys), { old: 'retiring', new: 'active' });
    assert.deepEqual([change.activated, change.retired, change.dropped], [['new'], ['old'], []]);
    assert.deepEqual(change.keys[0]?.goneAt, at(1100));
    assert.deepEqual(change.keys[1]?.stageSince, at(100));
  });

  test('counts the time to retire from when a key stopped signing, however late that is', () => {
    const change = advanceStages(rotating, at(5000), policy);
    assert.deepEqual(change.keys[0]?.goneAt, at(6000));
  });

  test('drops a retiring key at its end, not before', () => {
    const keys = [key('now', 'active', at(0)), key('old', 'retiring', at(0), { goneAt: at(1000) })];
    assert.deepEqual(advanceStages(keys, at(999.999), policy).dropped, []);
    const change = advanceStages(keys, at(1000), policy);
    assert.deepEqual(change.dropped, ['old']);
    assert.deepEqual(stagesOf(change.keys), { now: 'active' });
  });

  test('moves each algorithm on its own', () => {
    const keys = [
      ...rotating,
      key('rsa-old', 'active', at(0), { algorithm: 'RS256' }),
      key('rsa-new', 'next', at(200), { algorithm: 'RS256' }),
    ];
    assert.deepEqual(stagesOf(advanceStages(keys, at(150), policy).keys), {
      old: 'retiring',
      new: 'active',
      'rsa-old': 'active',
      'rsa-new': 'next',
    });
  });

  test('never leaves an algorithm with two active keys, or with none', () => {
    const keys = [...rotating, key('newer', 'next', at(100))];
    for (const seconds of [0, 100, 101, 5000]) {
      const once = advanceStages(keys, at(seconds), policy).keys;
      const twice = advanceStages(once, at(seconds), policy).keys;
      for (const set of [once, twice]) {
        assert.equal(set.filter((one) => one.stage === 'active').length, 1);
      }
    }
  });

  test('does not change what it was given', () => {
    const before = structuredClone(rotating);
    advanceStages(rotating, at(5000), policy);
    assert.deepEqual(rotating, before);
  });
});

describe('activateKeys', () => {
  test('leaves a key that signs already as it is', () => {
    const keys = [key('one', 'active', at(0))];
    const change = activateKeys(keys, new Set(['one']), at(50), policy);
    assert.deepEqual(change.keys, keys);
    assert.deepEqual(change.activated, []);
    assert.deepEqual(change.retired, []);
  });
});

test('an algorithm that the settings gave up keeps its keys', () => {
  const keys = [key('ed', 'active', at(0), { algorithm: 'EdDSA' })];
  assert.deepEqual(algorithmsOf(keys, { signingAlgorithms: ['RS256', 'ES256'] }), [
    'RS256',
    'ES256',
    'EdDSA',
  ]);
  assert.equal(activeKeyOf(keys, 'EdDSA')?.kid, 'ed');
  assert.equal(activeKeyOf(keys, 'ES256'), undefined);
  assert.equal(nextKeyOf(keys, 'EdDSA'), undefined);
});
