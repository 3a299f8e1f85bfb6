import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ACR_LEVELS,
  ACR_MULTI_FACTOR,
  ACR_PHISHING_RESISTANT,
  ACR_REMEMBERED_BROWSER,
  ACR_SINGLE_FACTOR,
  type AuthenticationMethod,
  acrOf,
  amrOf,
  satisfies,
  weakestAcr,
} from './acr.ts';

describe('what a sign-in proved', () => {
  const single: readonly AuthenticationMethod[][] = [
    ['pwd'],
    ['email'],
    ['fed'],
    ['pwd', 'email'],
    ['fed', 'pwd'],
    ['otp'],
    ['otp', 'recovery'],
    ['hwk'],
  ];
  for (const methods of single) {
    it(`is one factor with ${methods.join(' and ')}`, () => {
      assert.deepEqual(amrOf(methods), methods);
      assert.equal(acrOf(amrOf(methods)), ACR_SINGLE_FACTOR);
    });
  }

  const several: readonly AuthenticationMethod[][] = [
    ['pwd', 'otp'],
    ['email', 'otp'],
    ['fed', 'recovery'],
  ];
  for (const methods of several) {
    it(`is two factors with ${methods.join(' and ')}`, () => {
      assert.deepEqual(amrOf(methods), [...methods, 'mfa']);
      assert.equal(acrOf(amrOf(methods)), ACR_MULTI_FACTOR);
    });
  }

  it('resists phishing with a passkey on top of a password, or one that knows its holder', () => {
    assert.deepEqual(amrOf(['pwd', 'swk']), ['pwd', 'swk', 'mfa']);
    assert.deepEqual(amrOf(['hwk'], true), ['hwk', 'mfa']);
    assert.equal(acrOf(['pwd', 'swk', 'mfa']), ACR_PHISHING_RESISTANT);
    assert.equal(acrOf(['hwk', 'mfa']), ACR_PHISHING_RESISTANT);
  });

  it('takes a verified holder from nothing but a passkey', () => {
    assert.deepEqual(amrOf(['pwd'], true), ['pwd']);
  });

  it('names each method once', () => {
    assert.deepEqual(amrOf(['pwd', 'otp', 'pwd']), ['pwd', 'otp', 'mfa']);
  });

  it('is more than one factor, less than two, in a browser that is remembered', () => {
    assert.equal(acrOf(['pwd'], true), ACR_REMEMBERED_BROWSER);
    assert.equal(acrOf(['pwd', 'otp', 'mfa'], true), ACR_MULTI_FACTOR);
  });
});

describe('a level that is asked for', () => {
  it('is satisfied by itself and everything above it', () => {
    ACR_LEVELS.forEach((acr, have) => {
      ACR_LEVELS.forEach((required, need) => {
        assert.equal(satisfies(acr, required), have >= need, `${acr} for ${required}`);
      });
    });
  });

  it('is satisfied by no value of others, and one of others by nothing', () => {
    for (const other of [undefined, '', 'urn:x', '__proto__']) {
      assert.equal(satisfies(other, ACR_SINGLE_FACTOR), false);
      assert.equal(satisfies(ACR_PHISHING_RESISTANT, String(other)), false);
      assert.equal(satisfies(other, String(other)), false);
    }
  });

  it('is the weakest of several', () => {
    assert.equal(weakestAcr(['urn:x', ACR_PHISHING_RESISTANT, ACR_MULTI_FACTOR]), ACR_MULTI_FACTOR);
    assert.equal(weakestAcr(['urn:x']), undefined);
    assert.equal(weakestAcr([]), undefined);
  });
});
