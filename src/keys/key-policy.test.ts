import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CLIENT_EXTENSIONS } from '../applications/client-metadata.ts';
import { DEFAULT_TENANT_SETTINGS } from '../tenants/tenant.ts';
import { JWKS_MAX_AGE_SECONDS, keyPolicyOf, PUBLISH_SECONDS } from './key-policy.ts';

const { lifetimes } = DEFAULT_TENANT_SETTINGS;

describe('keyPolicyOf', () => {
  test('publishes a key for longer than the JWKS may be cached before it signs', () => {
    assert.equal(keyPolicyOf(lifetimes).publishSeconds, PUBLISH_SECONDS);
    assert.ok(PUBLISH_SECONDS > JWKS_MAX_AGE_SECONDS);
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
