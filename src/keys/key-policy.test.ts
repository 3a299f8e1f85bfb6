import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CLIENT_EXTENSIONS } from '../applications/client-metadata.ts';
import { DEFAULT_TENANT_SETTINGS } from '../tenants/tenant.ts';
import { KEY_TIMES, keyPolicyOf, keyTimesOf, successorSecondsOf } from './key-policy.ts';

const { lifetimes } = DEFAULT_TENANT_SETTINGS;

describe('keyPolicyOf', () => {
  test('publishes a key for longer than the JWKS may be cached before it signs', () => {
    const { publishSeconds } = keyPolicyOf(lifetimes);
    assert.equal(publishSeconds, KEY_TIMES.publishSeconds);
    assert.ok(publishSeconds > KEY_TIMES.jwksMaxAgeSeconds);
  });

  for (const lifetime of [
    'sessionAbsoluteSeconds',
    'idTokenSeconds',
    'accessTokenSeconds',
  ] as const) {
    test(`keeps a retired key for longer than ${lifetime}, however long that is`, () => {
      const year = 366 * 24 * 60 * 60;
      const policy = keyPolicyOf({ ...lifetimes, [lifetime]: year });
      assert.ok(policy.retireSeconds > year);
      assert.ok(policy.retireSeconds <= year + 2 * 60 * 60);
    });
  }

  test('keeps a retired key for as long as a client may have its own tokens live', () => {
    const short = { sessionAbsoluteSeconds: 60, idTokenSeconds: 60, accessTokenSeconds: 60 };
    const { retireSeconds } = keyPolicyOf({ ...lifetimes, ...short });
    assert.ok(retireSeconds > CLIENT_EXTENSIONS.access_token_seconds.max);
    assert.ok(retireSeconds > CLIENT_EXTENSIONS.id_token_seconds.max);
  });
});

describe('the successor of a key', () => {
  const DAY = 24 * 60 * 60;

  test('is published so early that it takes over when the configuration says', () => {
    const times = keyTimesOf({ signingKeyDays: 7 });
    assert.equal(successorSecondsOf(times), 7 * DAY - times.publishSeconds);
  });

  test('is left to operators where keys do not rotate by themselves', () => {
    assert.equal(successorSecondsOf(keyTimesOf({ signingKeyDays: 0 })), undefined);
  });
});
