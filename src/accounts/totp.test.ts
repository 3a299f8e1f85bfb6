import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Secret, TOTP } from 'otpauth';
import { couldBeTotp, createTotpSeed, totpStep, totpUri } from './totp.ts';

/** The seed of RFC 6238, appendix B, for SHA-1. */
const RFC_SEED = Secret.fromLatin1('12345678901234567890').base32;
/** Its times and codes, of which an app with six digits shows the last six. */
const RFC_VECTORS: readonly (readonly [seconds: number, code: string])[] = [
  [59, '94287082'],
  [1_111_111_109, '07081804'],
  [1_111_111_111, '14050471'],
  [1_234_567_890, '89005924'],
  [2_000_000_000, '69279037'],
  [20_000_000_000, '65353130'],
];

const at = (seconds: number) => new Date(seconds * 1000);

describe('a code of an authenticator app', () => {
  for (const [seconds, code] of RFC_VECTORS) {
    it(`is that of RFC 6238 at ${seconds} s`, () => {
      assert.equal(totpStep(RFC_SEED, code.slice(-6), at(seconds)), Math.floor(seconds / 30));
    });
  }

  it('is taken one step early and one step late, and no further away', () => {
    const code = '287082';
    for (const seconds of [30, 59, 60, 89]) {
      assert.equal(totpStep(RFC_SEED, code, at(seconds)), 1, `${seconds} s`);
    }
    assert.equal(totpStep(RFC_SEED, code, at(0)), 1);
    for (const seconds of [90, 91, 119, 3600]) {
      assert.equal(totpStep(RFC_SEED, code, at(seconds)), undefined, `${seconds} s`);
    }
    const later = TOTP.generate({ secret: Secret.fromBase32(RFC_SEED), timestamp: 120_000 });
    assert.equal(totpStep(RFC_SEED, later, at(89)), undefined);
    assert.equal(totpStep(RFC_SEED, later, at(90)), 4);
  });

  it('may be typed with a space, and in the digits of another script', () => {
    for (const typed of ['287 082', ' 287082\n', '٢٨٧٠٨٢', '２８７０８２']) {
      assert.equal(totpStep(RFC_SEED, typed, at(59)), 1);
    }
  });

  it('is no other text', () => {
    for (const typed of ['', '28708', '2870822', '94287082', '28708a', '÷÷÷÷÷÷', '1'.repeat(1e6)]) {
      assert.equal(couldBeTotp(typed), false);
      assert.equal(totpStep(RFC_SEED, typed, at(59)), undefined);
    }
  });
});

describe('a seed', () => {
  it('has 160 random bits in base32', () => {
    const seeds = new Set(Array.from({ length: 50 }, createTotpSeed));
    assert.equal(seeds.size, 50);
    for (const seed of seeds) assert.match(seed, /^[A-Z2-7]{32}$/);
  });

  it('is given to an app with the names of tenant and account', () => {
    const uri = new URL(totpUri({ seed: RFC_SEED, issuer: 'Acme: Rök & Co', label: 'a?b@c' }));
    assert.equal(uri.protocol, 'otpauth:');
    assert.equal(uri.host, 'totp');
    assert.equal(decodeURIComponent(uri.pathname), '/Acme: Rök & Co:a?b@c');
    assert.deepEqual(Object.fromEntries(uri.searchParams), {
      issuer: 'Acme: Rök & Co',
      secret: RFC_SEED,
      algorithm: 'SHA1',
      digits: '6',
      period: '30',
    });
  });

  it('is given to an app in an address short enough to scan, whatever the names are', () => {
    const name = '\u{1f600}'.repeat(200);
    assert.ok(totpUri({ seed: RFC_SEED, issuer: name, label: `x${name}` }).length < 1400);
  });
});
