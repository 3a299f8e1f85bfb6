import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { completeTenantSettings } from './complete-tenant-settings.ts';
import { DEFAULT_TENANT_SETTINGS } from './tenant.ts';

describe('the settings of a tenant', () => {
  it('are the defaults when nothing is said', () => {
    assert.deepEqual(completeTenantSettings({}), DEFAULT_TENANT_SETTINGS);
  });

  it('keep the other lifetimes and the other branding when one is said', () => {
    const settings = completeTenantSettings({
      lifetimes: { idTokenSeconds: 60 },
      branding: { accentColor: '#112233' },
    });
    assert.deepEqual(settings.lifetimes, {
      ...DEFAULT_TENANT_SETTINGS.lifetimes,
      idTokenSeconds: 60,
    });
    assert.deepEqual(settings.branding, { accentColor: '#112233' });
    assert.equal(settings.profile, DEFAULT_TENANT_SETTINGS.profile);
  });

  it('always sign with RS256 and ES256, whatever was stored', () => {
    assert.deepEqual(completeTenantSettings({ signingAlgorithms: ['EdDSA'] }).signingAlgorithms, [
      'RS256',
      'ES256',
      'EdDSA',
    ]);
  });
});
