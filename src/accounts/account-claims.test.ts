import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Account } from './account.ts';
import { accountClaims, STANDARD_CLAIMS, validateStandardClaims } from './account-claims.ts';

const ACCOUNT: Account = {
  tenantId: '00000000-0000-0000-0000-000000000001',
  id: 'sub-1',
  username: 'Alice',
  email: 'alice@acme.example',
  emailVerified: true,
  claims: { name: 'Alice Example', address: { locality: 'Paris' } },
  disabled: false,
  createdAt: new Date('2026-01-01T00:00:00Z'),
  updatedAt: new Date('2026-01-02T03:04:05.678Z'),
};

describe('the claims of an account', () => {
  it('go by their OpenID Connect names, the last change in seconds', () => {
    assert.deepEqual(accountClaims(ACCOUNT), {
      sub: 'sub-1',
      preferred_username: 'Alice',
      email: 'alice@acme.example',
      email_verified: true,
      updated_at: Date.UTC(2026, 0, 2, 3, 4, 5) / 1000,
      name: 'Alice Example',
      address: { locality: 'Paris' },
    });
  });

  it('say nothing of an e-mail address that is not there', () => {
    const claims = accountClaims({ ...ACCOUNT, email: undefined, emailVerified: false });
    assert.equal('email' in claims, false);
    assert.equal('email_verified' in claims, false);
  });

  it('cannot be overridden by stored claims', () => {
    const claims = accountClaims({
      ...ACCOUNT,
      claims: { sub: 'someone-else', email: 'x@y.example', email_verified: false, updated_at: 1 },
    });
    assert.equal(claims.sub, 'sub-1');
    assert.equal(claims.email, 'alice@acme.example');
    assert.equal(claims.email_verified, true);
    assert.notEqual(claims.updated_at, 1);
  });
});

describe('stored claims', () => {
  it('of every standard name and type are accepted', () => {
    const claims = {
      name: 'Alice Example',
      family_name: 'Example',
      given_name: 'Alice',
      middle_name: 'B.',
      nickname: 'Al',
      profile: 'https://acme.example/alice',
      picture: 'https://acme.example/alice.png',
      website: 'http://alice.example/',
      gender: 'female',
      birthdate: '1980-02-29',
      zoneinfo: 'Europe/Paris',
      locale: 'en_US',
      phone_number: '+14255551212;ext=5678',
      phone_number_verified: true,
      address: { street_address: '1 Main St\nApt 2', postal_code: '10001', country: 'US' },
    };
    assert.deepEqual(validateStandardClaims(claims), []);
    const fromAccount = ['preferred_username', 'updated_at', 'email', 'email_verified'];
    assert.deepEqual(
      [...Object.keys(claims), ...fromAccount].sort(),
      Object.values(STANDARD_CLAIMS).flat().sort(),
    );
  });

  it('may leave the year or the day out of a birthdate', () => {
    assert.deepEqual(validateStandardClaims({ birthdate: '1980' }), []);
    assert.deepEqual(validateStandardClaims({ birthdate: '0000-02-29' }), []);
  });

  const refused: ReadonlyArray<readonly [string, unknown]> = [
    ['name', ''],
    ['name', 7],
    ['name', 'x'.repeat(256)],
    ['name', 'nul\0'],
    ['profile', 'javascript:alert(1)'],
    ['picture', 'not a URL'],
    ['website', null],
    ['birthdate', '1981-02-29'],
    ['birthdate', '1980-13-01'],
    ['birthdate', new Date()],
    ['zoneinfo', 'Mars/Olympus'],
    ['zoneinfo', '+01:00'],
    ['locale', 'not a tag!'],
    ['phone_number', 'call me'],
    ['phone_number_verified', 'yes'],
    ['address', 'Paris'],
    ['address', {}],
    ['address', { planet: 'Earth' }],
    ['address', { country: 1 }],
    ['sub', 'x'],
    ['email', 'alice@acme.example'],
    ['email_verified', true],
    ['preferred_username', 'alice'],
    ['updated_at', 1],
    ['shoe_size', 42],
    ['__proto__x', 1],
  ];
  for (const [name, value] of refused) {
    it(`with ${name} of ${String(JSON.stringify(value)).slice(0, 30)} are refused by name`, () => {
      const problems = validateStandardClaims({ [name]: value });
      assert.equal(problems.length, 1);
      assert.equal(problems[0]?.startsWith(`${name} `), true);
    });
  }

  it('cannot call a number verified that is not in E.164 form', () => {
    const [problem] = validateStandardClaims({
      phone_number: '(425) 555-1212',
      phone_number_verified: true,
    });
    assert.match(problem ?? '', /E\.164/);
    assert.equal(validateStandardClaims({ phone_number_verified: true }).length, 1);
  });
});
