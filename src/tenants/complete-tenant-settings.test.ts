import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { completeTenantSettings, type StoredTenantSettings } from './complete-tenant-settings.ts';
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

  it('of a newer release are those of ours, nothing weaker in the place of what is unknown', () => {
    const newer = {
      profile: 'fapi3',
      registration: 'by-appointment',
      mfa: 'adaptive',
      signingAlgorithms: ['ES256', 'ML-DSA-65', 'EdDSA'],
      accessTokenAlgorithm: 'ML-DSA-65',
    } as unknown as StoredTenantSettings;
    assert.deepEqual(completeTenantSettings(newer), {
      ...DEFAULT_TENANT_SETTINGS,
      mfa: 'required',
      signingAlgorithms: ['RS256', 'ES256', 'EdDSA'],
    });
  });

  it('sign access tokens with an algorithm that they have keys for', () => {
    const stored = { signingAlgorithms: ['PS256'], accessTokenAlgorithm: 'PS256' } as const;
    assert.equal(completeTenantSettings(stored).accessTokenAlgorithm, 'PS256');
  });

  it('always sign with RS256 and ES256, whatever was stored', () => {
    assert.deepEqual(completeTenantSettings({ signingAlgorithms: ['EdDSA'] }).signingAlgorithms, [
      'RS256',
      'ES256',
      'EdDSA',
    ]);
  });
});
