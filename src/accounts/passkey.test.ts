import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { offersPasskeys, passkeyLabel, relyingPartyOf } from './passkey.ts';

const GOOGLE = 'ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4';
const UNKNOWN = '00000000-0000-0000-0000-000000000000';

describe('what a passkey is called', () => {
  it('is the name that the person gave it, else its product, else nothing', () => {
    assert.equal(passkeyLabel({ name: 'Laptop', aaguid: GOOGLE }), 'Laptop');
    assert.equal(passkeyLabel({ name: undefined, aaguid: GOOGLE }), 'Google Password Manager');
    assert.equal(passkeyLabel({ name: undefined, aaguid: UNKNOWN }), undefined);
    assert.equal(passkeyLabel({ name: undefined, aaguid: 'constructor' }), undefined);
  });
});

describe('whose a passkey is', () => {
  it('is the host of the issuer, without port and path; the origin has its port', () => {
    assert.deepEqual(relyingPartyOf('http://localhost:3000/t/acme'), {
      id: 'localhost',
      origin: 'http://localhost:3000',
    });
    assert.deepEqual(relyingPartyOf('https://login.acme.example'), {
      id: 'login.acme.example',
      origin: 'https://login.acme.example',
    });
  });
});

describe('browsers offer passkeys', () => {
  const issuers: readonly [issuer: string, offered: boolean][] = [
    ['https://login.acme.example/t/acme', true],
    ['http://localhost:3000', true],
    ['http://app.localhost:3000', true],
    ['http://login.acme.example', false],
    ['http://127.0.0.1:3000', false],
    ['https://127.0.0.1', false],
    ['https://0x7f.1', false],
    ['https://[::1]:8443', false],
  ];
  for (const [issuer, offered] of issuers) {
    it(`${offered ? 'on' : 'not on'} ${issuer}`, () =>
      assert.equal(offersPasskeys(issuer), offered));
  }
});
